"""The outbox: messages on their way to people, sent after the deed is recorded and tried again on failure."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pb.extensions import Base
from pb.models.types import Key, Moment, one_of


class MessageState(StrEnum):
    """Where a message is."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Message(Base):
    """One message; address, subject and text are sealed under the field key and cleared once it is sent."""

    __tablename__ = "message"

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(60))
    once: Mapped[str | None] = mapped_column(String(120), unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[MessageState] = mapped_column(one_of(MessageState, "state"), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[Moment]
    queued_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
    fault: Mapped[str | None] = mapped_column(String(300))
