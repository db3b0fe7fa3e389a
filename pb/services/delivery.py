"""Delivery: takes what waits in the outbox away, after the deed is recorded and the answer sent."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import CursorResult, select, update

from pb.core.actors import SYSTEM
from pb.core.retention import NAMES_MONTHS, months_after
from pb.extensions import db, present
from pb.models.outbox import Message, MessageState
from pb.services.jobs import log_bug
from pb.services.ledger import record
from pb.services.letters import Letter, Text
from pb.services.mailers import MAILERS
from pb.services.mailing import ERRAND as RESULT_NEWS
from pb.services.mailing import send_news
from pb.services.outbox import content_of, is_text
from pb.services.password_resets import send_password_link
from pb.services.registrations import settle_registration
from pb.services.texters import TEXTERS
from pb.services.transactions import transaction
from pb.services.voter_letters import ERRAND as PROJECT_LEFT
from pb.services.voter_letters import tell_voters

log = structlog.get_logger()

#: What is settled rather than sent.
ERRANDS: dict[str, Callable[[dict[str, Any]], None]] = {
    "password_link_asked": send_password_link,
    "registration": settle_registration,
    PROJECT_LEFT: tell_voters,
    RESULT_NEWS: send_news,
}
#: How long to wait after each try that failed; after the last one the message has failed for good.
WAITS = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8)]
#: Nobody else takes a message that is being delivered for this long.
HELD = timedelta(minutes=5)
#: Messages that are destroyed at once; the rest goes with the next look.
MOST = 1000


def deliver_due() -> tuple[int, int]:
    """Deliver everything that is due, what an errand queues included; gives how many went and how many did not.

    Safe to run in several processes: each message is taken by one. A message may go twice if the machine stops
    between sending and noting it, never not at all.
    """
    went = stayed = 0
    while (message_id := _next_due()) is not None:
        if _take(message_id):
            done = _deliver(message_id)
            went, stayed = went + done, stayed + (not done)
    return went, stayed


def _next_due() -> int | None:
    due = (Message.state == MessageState.QUEUED, Message.next_try_at <= present.now())
    return db.session.scalar(select(Message.id).where(*due).order_by(Message.id).limit(1))


def _take(message_id: int) -> bool:
    """Hold a message for this process; False where another was quicker."""
    now = present.now()
    with transaction() as session:
        taken: CursorResult[Any] = session.execute(  # type: ignore[assignment]
            update(Message)
            .where(Message.id == message_id, Message.state == MessageState.QUEUED, Message.next_try_at <= now)
            .values(attempts=Message.attempts + 1, next_try_at=now + HELD)
        )
    return taken.rowcount == 1


def _deliver(message_id: int) -> bool:
    """Deliver one message or settle one errand; what fails waits for its next try, and those behind it go on."""
    message = db.session.get_one(Message, message_id)
    kind, attempts = message.kind, message.attempts
    try:
        _carry_out(message_id, kind, content_of(message))
    except OSError as error:
        code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else error.errno
        _not_gone(message_id, attempts, f"{type(error).__name__} {code or ''}".strip())
        return False
    except Exception as error:  # noqa: BLE001 - a bug in one letter must not keep back all that wait behind it
        _not_gone(message_id, attempts, f"{type(error).__name__}, {log_bug(error)}")
        return False
    return True


def _carry_out(message_id: int, kind: str, content: dict[str, Any]) -> None:
    if kind in ERRANDS:
        with transaction():
            ERRANDS[kind](content)
            _gone(message_id, keep=False)
        return
    db.session.rollback()  # a slow mail server must not hold the database
    way = present.settings.texts if is_text(content) else present.settings.mail
    _send(content)
    _gone(message_id, keep=way == "null" and present.settings.environment != "production")


def _send(content: dict[str, Any]) -> None:
    """Give a message to whatever takes its kind away. Raises OSError."""
    if is_text(content):
        TEXTERS[present.settings.texts]().send(Text(**content))
    else:
        MAILERS[present.settings.mail]().send(Letter(**content))


def _gone(message_id: int, *, keep: bool) -> None:
    """Note that a message went, and clear its content unless a developer is to read it."""
    with transaction() as session:
        message = session.get_one(Message, message_id)
        message.state, message.sent_at, message.fault = MessageState.SENT, present.now(), None
        if not keep:
            message.sealed = None


def _not_gone(message_id: int, attempts: int, fault: str) -> None:
    """Note why a message did not go, and when it is tried again. The fault names no address."""
    db.session.rollback()
    log.warning("message_not_sent", message=message_id, attempts=attempts, fault=fault)
    with transaction() as session:
        message = session.get_one(Message, message_id)
        message.fault = fault
        if attempts > len(WAITS):
            message.state = MessageState.FAILED
        else:
            message.next_try_at = present.now() + WAITS[attempts - 1]


def try_failed_again() -> int:
    """Queue again every message that failed for good and is kept, once the mail server is mended; gives how many."""
    with transaction() as session:
        again: CursorResult[Any] = session.execute(  # type: ignore[assignment]
            update(Message)
            .where(Message.state == MessageState.FAILED, Message.sealed.is_not(None))
            .values(state=MessageState.QUEUED, attempts=0, next_try_at=present.now())
        )
    return again.rowcount


def clear_failed() -> int:
    """Destroy address and text of messages that failed for good, as the worker does; gives how many.

    They are names and contacts: three months after they were queued nothing of them is needed by anybody. Event
    `messages_cleared`.
    """
    kept = (Message.state == MessageState.FAILED, Message.sealed.is_not(None))
    queued = db.session.execute(select(Message.id, Message.queued_at).where(*kept).order_by(Message.id).limit(MOST))
    due = [number for number, at in queued if months_after(at, NAMES_MONTHS) <= present.now()]
    if not due:
        return 0
    with transaction() as session:
        done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
            update(Message).where(Message.id.in_(due), *kept).values(sealed=None)
        )
        if done.rowcount:
            record("messages_cleared", SYSTEM, messages=done.rowcount)
    return done.rowcount
