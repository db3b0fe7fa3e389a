"""The reveal: results shown in the hall, one press each, of a recorded count."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, JsonList, Moment


class Reveal(Base):
    """How far the reveal of a round has come: `step` presses so far, over the steps of a count that is recorded.

    There is no count while a tie waits for its lot; `tied` are the keys of the projects that stand equal.
    """

    __tablename__ = "reveal"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    count_id: Mapped[int | None] = mapped_column(ForeignKey("count.id"))
    step: Mapped[int] = mapped_column(default=0)
    tied: Mapped[JsonList] = mapped_column(default=list)
    begun_at: Mapped[Moment]
    begun_by: Mapped[AccountId]
    ended_at: Mapped[Moment | None]
