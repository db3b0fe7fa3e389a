"""Sessions: kept on the server, ended there, worthless when old."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from pb.core.errors import NotFound
from pb.extensions import db, present
from pb.models.accounts import StaffSession
from pb.services.accounts import account_of
from pb.services.sessions import end_session, end_sessions, find_session, open_sessions, renew_session, start_session
from pb.services.transactions import transaction
from tests.conftest import TurningClock
from tests.factories import an_account


def a_session() -> tuple[int, str]:
    who = an_account()
    return who.account_id or 0, start_session(who.account_id or 0)


def test_a_session_is_found_by_its_secret_and_the_secret_is_kept_nowhere(app: Flask) -> None:
    account_id, secret = a_session()
    found = find_session(secret)
    assert found is not None
    assert found.account.id == account_id
    row = db.session.scalars(select(StaffSession)).one()
    assert secret.encode() not in row.secret_hash
    assert find_session(secret[:-1]) is None
    assert find_session("") is None


def test_a_session_ends_thirty_minutes_after_its_last_use(app: Flask, clock: TurningClock) -> None:
    _account, secret = a_session()
    for _ in range(3):
        clock.turn(minutes=29)
        assert find_session(secret) is not None
    clock.turn(minutes=30)
    assert find_session(secret) is None


def test_a_session_ends_after_twelve_hours_however_busy(app: Flask, clock: TurningClock) -> None:
    _account, secret = a_session()
    for _ in range(35):
        clock.turn(minutes=20)
        assert find_session(secret) is not None
    clock.turn(minutes=20)
    assert find_session(secret) is None


def test_reading_pages_writes_at_most_once_a_minute(app: Flask, clock: TurningClock) -> None:
    _account, secret = a_session()
    began = present.now()
    clock.turn(seconds=59)
    find_session(secret)
    assert db.session.scalars(select(StaffSession.seen_at)).one() == began
    clock.turn(seconds=1)
    find_session(secret)
    assert db.session.scalars(select(StaffSession.seen_at)).one() == present.now()


def test_a_renewed_session_has_a_new_secret_and_the_old_is_worthless(app: Flask) -> None:
    _account, secret = a_session()
    found = find_session(secret)
    assert found is not None
    newer = renew_session(found.id, second_factor_at=present.now())
    assert find_session(secret) is None
    again = find_session(newer)
    assert again is not None
    assert (again.id, again.second_factor_at) == (found.id, present.now())


def test_everyone_ends_their_own_sessions_and_nobody_elses(app: Flask) -> None:
    mine, other = an_account(), an_account()
    secret = start_session(mine.account_id or 0)
    found = find_session(secret)
    assert found is not None
    with pytest.raises(NotFound):
        end_session(found.id, by=other)
    assert find_session(secret) is not None
    end_session(found.id, by=mine)
    assert find_session(secret) is None
    with pytest.raises(NotFound):
        end_session(found.id, by=mine)


def test_all_sessions_but_one_are_ended_together(app: Flask) -> None:
    who = an_account()
    secrets = [start_session(who.account_id or 0) for _ in range(3)]
    kept = find_session(secrets[1])
    assert kept is not None
    assert end_sessions(who.account_id or 0, by=who, but=kept.id) == 2
    assert [find_session(secret) is not None for secret in secrets] == [False, True, False]
    assert [one.id for one in open_sessions(who.account_id or 0)] == [kept.id]


def test_a_session_of_a_stopped_account_does_not_count(app: Flask) -> None:
    account_id, secret = a_session()
    with transaction():
        account_of(account_id).active = False
    assert find_session(secret) is None


def test_sessions_of_long_ago_are_forgotten_at_the_next_sign_in(app: Flask, clock: TurningClock) -> None:
    account_id, _secret = a_session()
    clock.turn(days=31)
    start_session(account_id)
    assert len(list(db.session.scalars(select(StaffSession)))) == 1
