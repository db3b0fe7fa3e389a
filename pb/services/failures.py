"""Failures counted in a sliding window, under keyed hashes of addresses and accounts, never their names."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from ipaddress import AddressValueError, IPv6Address, IPv6Network
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Executable, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from pb.core.errors import Refusal
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.accounts import Failure
from pb.services.transactions import transaction

log = structlog.get_logger()

WINDOW_MINUTES = 15
KEPT = timedelta(days=1)
WAIT_STATUS = 429


class Limit(NamedTuple):
    """How many failures of a tag are too many, in so many minutes."""

    tag: bytes
    most: int
    minutes: int = WINDOW_MINUTES


def failure_tag(purpose: str, value: str) -> bytes:
    """What failures of `value` (a network address, an e-mail) are counted under: nothing that could be read back.

    One household has a whole /64 of IPv6, so that is what counts as one address there.
    """
    key: bytes = present.secrets.secret_key
    return hmac.digest(key, f"failure|{purpose}|{_network(value) or value.casefold()}".encode(), "sha256")


def _network(value: str) -> str:
    """The /64 that an IPv6 address lies in; empty for anything else."""
    try:
        return str(IPv6Network((IPv6Address(value.partition("%")[0]), 64), strict=False))
    except AddressValueError:
        return ""


def note_failures(*tags: bytes) -> None:
    """Count one failure more for each tag. Side effect: failures of days gone by are forgotten."""
    now = present.now()
    with transaction() as session:
        for tag in sorted(tags):  # in one order, so that two who count the same tags never wait for each other
            session.execute(_one_more(session.get_bind().dialect.name, tag, _minute(now)))
        session.execute(delete(Failure).where(Failure.window_at < now - KEPT))


def _one_more(dialect: str, tag: bytes, window: datetime) -> Executable:
    insert: Any = (postgresql if dialect == "postgresql" else sqlite).insert(Failure)
    one_more: Executable = insert.values(tag=tag, window_at=window, count=1).on_conflict_do_update(
        index_elements=["tag", "window_at"], set_={"count": Failure.count + 1}
    )
    return one_more


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def failures_of(tag: bytes, minutes: int = WINDOW_MINUTES) -> int:
    """How many failures the last `minutes` have seen for a tag."""
    since = _minute(present.now()) - timedelta(minutes=minutes)
    found = select(func.coalesce(func.sum(Failure.count), 0)).where(Failure.tag == tag, Failure.window_at > since)
    return int(db.session.scalar(found) or 0)


def take_back_failure(tag: bytes) -> None:
    """One failure less, where what was counted beforehand turned out well."""
    newest = select(func.max(Failure.window_at)).where(Failure.tag == tag, Failure.count > 0).scalar_subquery()
    with transaction() as session:
        one_less = update(Failure).where(Failure.tag == tag, Failure.window_at == newest)
        session.execute(one_less.values(count=Failure.count - 1))


def forget_failures(*tags: bytes) -> None:
    """Start again from none, after a success."""
    with transaction() as session:
        session.execute(delete(Failure).where(Failure.tag.in_(tags)))


def must_not_wait(limits: dict[bytes, int], minutes: int = WINDOW_MINUTES) -> None:
    """Refuse (`too_many_tries`, 429) once a tag has reached its limit of failures."""
    if any(failures_of(tag, minutes) >= most for tag, most in limits.items()):
        log.warning("too_many_tries", minutes=minutes)  # who or where from is in no log
        raise Refusal(
            "too_many_tries",
            N_("There have been too many tries. Wait %(minutes)s minutes and try again."),
            status=WAIT_STATUS,
            minutes=minutes,
        )


def take_try(*limits: Limit) -> None:
    """Count a try as a failure beforehand; refuse it (`too_many_tries`, 429), uncounted, where that is one too many.

    So tries that are made at one moment are no more than those made one after the other. What turns out well is
    taken back.
    """
    tags = sorted({limit.tag for limit in limits})
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            # Two that count in different minutes would not wait for each other's row.
            for tag in tags:
                key = int.from_bytes(tag[:8], signed=True)
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
        note_failures(*tags)
        for tag, most, minutes in limits:
            must_not_wait({tag: most + 1}, minutes)
