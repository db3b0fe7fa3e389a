"""The roll: people who took part, never what they chose."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import RoundId, one_of


class RollState(StrEnum):
    """Where a person stands on the roll. `pending` waits at the duplicates desk; `refused` was settled there."""

    VOTED = "voted"
    PENDING = "pending"
    REFUSED = "refused"


class RollEntry(Base):
    """One person who took part. `tag` is unique in the round; a second claim has none and points at the first.

    `sealed` holds name, postcode and year of birth under the field key. Only the day is kept, never the time.
    """

    __tablename__ = "roll_entry"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    round_id: Mapped[RoundId]
    tag: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    same_as: Mapped[str | None] = mapped_column(ForeignKey("roll_entry.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    age_band: Mapped[str] = mapped_column(String(10), default="")
    link: Mapped[str] = mapped_column(String(20), default="")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[RollState] = mapped_column(one_of(RollState, "state"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]

    __table_args__ = (UniqueConstraint("round_id", "tag"), {"sqlite_with_rowid": False})
