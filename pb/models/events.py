"""The ledger's table."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import Json, Key, Moment


class Event(Base):
    """One entry of the ledger; `previous` is unique, so the chain cannot fork."""

    __tablename__ = "event"

    id: Mapped[Key]
    at: Mapped[Moment]
    kind: Mapped[str] = mapped_column(String(40), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"), index=True)
    subject: Mapped[str] = mapped_column(String(60), default="")
    facts: Mapped[Json]
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
