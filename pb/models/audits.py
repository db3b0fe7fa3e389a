"""Audit cards: ballots that scrutineers cast to see whether the box keeps what is put in; never counted."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import AccountId, Json, Moment


class Audit(Base):
    """The list of a round's audit cards: its fingerprint while people vote, the list itself once the box is frozen.

    `found` is what the opening made of each card, in the order of the list. `given_up_reason` says why there is no
    list: the ballots of its cards are then counted like all others.
    """

    __tablename__ = "audit"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    cards: Mapped[int]
    registered_by: Mapped[AccountId]
    registered_at: Mapped[Moment]
    listed: Mapped[str] = mapped_column(Text, default="")
    revealed_at: Mapped[Moment | None]
    given_up_reason: Mapped[str] = mapped_column(String(500), default="")
    found: Mapped[Json] = mapped_column(default=dict)
