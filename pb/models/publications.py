"""Publications: the frozen public record of a round."""

from __future__ import annotations

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Json, Key, Moment, RoundId


class Publication(Base):
    """Frozen JSON with its digest; a correction is a new publication with its reason."""

    __tablename__ = "publication"

    id: Mapped[Key]
    round_id: Mapped[RoundId]
    number: Mapped[int]
    content: Mapped[Json]
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    released_by: Mapped[AccountId]
    released_at: Mapped[Moment]

    __table_args__ = (UniqueConstraint("round_id", "number"),)
