"""Sign-ins on the server: each has a secret that only the browser knows, an end, and can be ended from here."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, select, update

from pb.core.actors import Actor
from pb.core.errors import NotFound
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.accounts import Account, StaffSession
from pb.services.ledger import record
from pb.services.transactions import transaction

SECRET_BYTES = 32
#: Sessions of days gone by are kept this long, for questions, and then forgotten.
KEPT = timedelta(days=30)
#: Using a page writes at most this often that the session is in use.
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class OpenSession:
    """A session that still counts, and the account it belongs to."""

    id: int
    account: Account
    second_factor_at: datetime | None


def secret_hash(secret: str) -> bytes:
    """What is kept of a secret with 256 random bits: a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


def start_session(account_id: int, *, device: str = "", second_factor_at: datetime | None = None) -> str:
    """Open a session inside the caller's transaction; gives the secret, which is kept nowhere here."""
    secret, now = secrets.token_urlsafe(SECRET_BYTES), present.now()
    with transaction() as session:
        old = (StaffSession.account_id == account_id, StaffSession.created_at < now - KEPT)
        session.execute(delete(StaffSession).where(*old))
        session.add(
            StaffSession(
                secret_hash=secret_hash(secret),
                account_id=account_id,
                created_at=now,
                seen_at=now,
                second_factor_at=second_factor_at,
                device=device,
            )
        )
        session.flush()
    return secret


def renew_session(session_id: int, *, second_factor_at: datetime) -> str:
    """Give an open session a new secret once the second factor was shown, so that an older copy of it is worthless."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction() as session:
        session.execute(
            update(StaffSession)
            .where(StaffSession.id == session_id, StaffSession.ended_at.is_(None))
            .values(secret_hash=secret_hash(secret), second_factor_at=second_factor_at)
        )
    return secret


def find_session(secret: str) -> OpenSession | None:
    """The session with this secret, if it still counts: not ended, used lately, not too old, account active.

    Side effect: writes, at most once a minute, that it is in use.
    """
    found = db.session.scalar(select(StaffSession).where(StaffSession.secret_hash == secret_hash(secret)))
    if found is None or not _counts(found, present.now()):
        return None
    if present.now() - found.seen_at >= NOTED_EVERY:
        _note_use(found.id)
    account = db.session.get(Account, found.account_id)
    if account is None or not account.active:
        return None
    return OpenSession(found.id, account, found.second_factor_at)


def _counts(found: StaffSession, now: datetime) -> bool:
    idle = timedelta(minutes=present.settings.session_idle_minutes)
    longest = timedelta(hours=present.settings.session_hours)
    return found.ended_at is None and now - found.seen_at < idle and now - found.created_at < longest


def _note_use(session_id: int) -> None:
    with transaction() as session:
        session.execute(update(StaffSession).where(StaffSession.id == session_id).values(seen_at=present.now()))


def open_sessions(account_id: int) -> list[StaffSession]:
    """The sessions of an account that still count, last used first."""
    query = select(StaffSession).where(StaffSession.account_id == account_id, StaffSession.ended_at.is_(None))
    now = present.now()
    return [one for one in db.session.scalars(query.order_by(StaffSession.seen_at.desc())) if _counts(one, now)]


def end_session(session_id: int, *, by: Actor) -> None:
    """End one of the person's own sessions. Refuses NotFound for another's."""
    with transaction() as session:
        ended: CursorResult[Any] = session.execute(  # type: ignore[assignment]
            update(StaffSession)
            .where(StaffSession.id == session_id, StaffSession.account_id == by.account_id)
            .where(StaffSession.ended_at.is_(None))
            .values(ended_at=present.now())
        )
        if ended.rowcount != 1:
            raise NotFound("no_such_session", N_("That sign-in has ended already."))
        record("sessions_ended", by, subject=f"account:{by.account_id}", count=1)


def end_sessions(account_id: int, *, by: Actor, but: int | None = None) -> int:
    """End every session of an account, but one where given; gives how many. Joins the caller's transaction.

    Who may do so is for the caller to decide. Nothing is recorded where there was none.
    """
    with transaction() as session:
        query = update(StaffSession).where(StaffSession.account_id == account_id, StaffSession.ended_at.is_(None))
        if but is not None:
            query = query.where(StaffSession.id != but)
        ended: CursorResult[Any] = session.execute(query.values(ended_at=present.now()))  # type: ignore[assignment]
        if ended.rowcount:
            record("sessions_ended", by, subject=f"account:{account_id}", count=ended.rowcount)
    return ended.rowcount
