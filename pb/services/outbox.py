"""The outbox: messages and errands, queued in the transaction of the deed that they are about."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.extensions import db, present
from pb.models.outbox import Message, MessageState
from pb.services.letters import Letter, Text, write_letter, write_text
from pb.services.sealed_fields import open_field, seal_field
from pb.services.transactions import transaction

_queued: ContextVar[bool] = ContextVar("queued", default=False)


@dataclass(frozen=True)
class OpenedMessage:
    """A message whose content is still kept, opened for a developer or a test."""

    kind: str
    letter: Letter
    queued_at: datetime
    state: MessageState


def queue_message(kind: str, to: str, *, language: str = "en_GB", once: str | None = None, **context: object) -> None:
    """Queue an e-mail inside the caller's transaction: it leaves only if the deed is kept.

    `kind` names its text in templates/email; `context` fills it. A second message with the same `once` is not
    queued. Address and text are sealed under the field key.
    """
    _queue(kind, once, asdict(write_letter(kind, to, language, **context)))


def queue_text(kind: str, to: str, *, language: str = "en_GB", **context: object) -> None:
    """Queue a text message as `queue_message` queues an e-mail; `kind` names its words in templates/text."""
    _queue(kind, None, asdict(write_text(kind, to, language, **context)))


def queue_errand(kind: str, **content: object) -> None:
    """Queue something to be settled after the answer has been sent, so that the answer's time tells nothing.

    `services/delivery.py` names the function for each kind. What it needs is sealed under the field key.
    """
    _queue(kind, None, content)


def _queue(kind: str, once: str | None, content: dict[str, Any]) -> None:
    with transaction() as session:
        if once is not None and _queued_before(session, once):
            return
        now = present.now()
        message = Message(kind=kind, once=once, state=MessageState.QUEUED, next_try_at=now, queued_at=now)
        session.add(message)
        session.flush()
        message.sealed = seal_field(f"message:{message.id}", content)
    _queued.set(True)


def _queued_before(session: Session, once: str) -> bool:
    return session.scalar(select(Message.id).where(Message.once == once)) is not None


def anything_queued() -> bool:
    """Whether this thread has queued anything since it was last asked."""
    found = _queued.get()
    _queued.set(False)
    return found


def content_of(message: Message) -> dict[str, Any]:
    """What a message holds; empty once it has been cleared."""
    return open_field(f"message:{message.id}", message.sealed) if message.sealed else {}


def opened_messages(to: str = "") -> list[OpenedMessage]:
    """The e-mails whose content is still kept, oldest first; to one address where given. For developers and tests."""
    opened = []
    for message in db.session.scalars(select(Message).order_by(Message.id)):
        content = content_of(message)
        if "subject" in content and content["to"] == (to or content["to"]):
            opened.append(OpenedMessage(message.kind, Letter(**content), message.queued_at, message.state))
    return opened


def opened_texts() -> list[Text]:
    """The text messages whose content is still kept, oldest first. For developers and tests."""
    contents = map(content_of, db.session.scalars(select(Message).order_by(Message.id)))
    return [Text(**content) for content in contents if is_text(content)]


def is_text(content: dict[str, Any]) -> bool:
    """Whether what a message holds is a text message: it has no subject."""
    return set(content) == {"to", "text"}
