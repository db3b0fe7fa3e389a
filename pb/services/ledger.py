"""The ledger: an append-only, chained record of what was done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from sqlalchemy import select, text

from pb.core.actors import Actor
from pb.core.chain import GENESIS, entry_hash
from pb.core.events import check_event
from pb.extensions import db, present
from pb.models.events import Event
from pb.services.transactions import transaction

#: PostgreSQL has no writers' gate of ours: those who append wait here, until the end of their transaction.
_APPEND_LOCK = 7_243_011


def record(kind: str, by: Actor, *, round_id: int | None = None, subject: str = "", **facts: Any) -> Event:
    """Append one event inside the caller's transaction.

    `facts` are those that `core/events.py` declares for `kind` (ValueError otherwise). `subject` says what the
    event is about, such as `bid:12`. Side effect: one row in `event`.
    """
    check_event(kind, facts)
    with transaction() as session:
        session.flush()
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _APPEND_LOCK})
        previous = session.scalar(select(Event.hash).order_by(Event.id.desc()).limit(1)) or GENESIS
        event = Event(
            at=present.now(),
            kind=kind,
            account_id=by.account_id,
            round_id=round_id,
            subject=subject,
            facts=facts,
            previous=previous,
            hash="",
        )
        event.hash = entry_hash(previous, _canonical(event))
        session.add(event)
        session.flush()
    return event


def _canonical(event: Event) -> dict[str, Any]:
    """What the hash of an event covers: everything but its number."""
    return {
        "at": event.at.isoformat(),
        "kind": event.kind,
        "account": event.account_id,
        "round": event.round_id,
        "subject": event.subject,
        "facts": event.facts,
    }


def first_break() -> int | None:
    """The number of the first event that does not follow from the one before it; None where the chain is whole."""
    previous = GENESIS
    events = db.session.scalars(select(Event).order_by(Event.id).execution_options(yield_per=500))
    with closing(events):
        for event in events:
            if event.previous != previous or event.hash != entry_hash(previous, _canonical(event)):
                return event.id
            previous = event.hash
    return None


def events_of_round(round_id: int, kinds: tuple[str, ...] = ()) -> Iterator[Event]:
    """The events of a round, oldest first; of `kinds` only, where given."""
    query = select(Event).where(Event.round_id == round_id).order_by(Event.id)
    if kinds:
        query = query.where(Event.kind.in_(kinds))
    yield from db.session.scalars(query)
