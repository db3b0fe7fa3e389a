"""Areas and the postcodes in them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import Key


class Area(Base):
    """A ward, division, parish, district or forum. `population` is of residents, as last loaded."""

    __tablename__ = "area"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(30), default="ward")
    gss_code: Mapped[str | None] = mapped_column(String(9), unique=True)
    population: Mapped[int | None]


class AreaPostcode(Base):
    """A postcode, or its beginning, that lies in an area; written as `pb.core.postcodes.read_prefix` gives it."""

    __tablename__ = "area_postcode"

    prefix: Mapped[str] = mapped_column(String(8), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
