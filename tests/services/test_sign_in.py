"""Signing in: one answer for every wrong try, and a wait after many."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from pb.core.actors import SYSTEM, Role
from pb.core.errors import Refusal
from pb.extensions import db
from pb.models.accounts import StaffSession
from pb.models.events import Event
from pb.services.accounts import account_of, add_account, set_active
from pb.services.sessions import find_session
from pb.services.sign_in import sign_in
from pb.services.transactions import transaction
from tests.conftest import TurningClock
from tests.factories import PASSWORD, an_account

HERE = "203.0.113.9"


def refusal(email: str, password: str, address: str = HERE) -> Refusal:
    with pytest.raises(Refusal) as refused:
        sign_in(email, password, address=address)
    return refused.value


def test_the_right_password_opens_a_session(app: Flask) -> None:
    who = an_account(email="amina@example.org")
    secret = sign_in(" Amina@example.org", PASSWORD, address=HERE, device="Firefox · Windows")
    found = find_session(secret)
    assert found is not None
    assert (found.account.id, found.second_factor_at) == (who.account_id, None)
    assert db.session.scalars(select(StaffSession.device)).one() == "Firefox · Windows"
    assert [
        (event.kind, event.account_id, event.facts) for event in db.session.scalars(select(Event).order_by(Event.id))
    ][-1] == (
        "signed_in",
        who.account_id,
        {},
    )


def test_every_wrong_try_is_told_the_same(app: Flask) -> None:
    an_account(email="known@example.org")
    stopped = an_account(email="stopped@example.org")
    set_active(stopped.account_id or 0, False, by=an_account(Role.ADMINISTRATOR))
    unconfirmed = an_account(email="unconfirmed@example.org")
    with transaction():
        account_of(unconfirmed.account_id).confirmed_at = None
    add_account(by=SYSTEM, name="No Password", email="fresh@example.org", roles=[Role.OFFICER])
    told = {
        (found.code, str(found), found.status)
        for found in (
            refusal("known@example.org", "wrong wrong wrong"),
            refusal("nobody@example.org", PASSWORD),
            refusal("stopped@example.org", PASSWORD),
            refusal("unconfirmed@example.org", PASSWORD),
            refusal("fresh@example.org", PASSWORD),
            refusal("fresh@example.org", ""),
        )
    }
    assert {code for code, _words, _status in told} == {"wrong_sign_in"}
    assert len(told) == 1
    assert list(db.session.scalars(select(StaffSession))) == []


def test_after_ten_failures_an_account_waits_even_with_the_right_password(app: Flask, clock: TurningClock) -> None:
    an_account(email="amina@example.org")
    for number in range(10):
        assert refusal("amina@example.org", "wrong wrong wrong", f"198.51.100.{number}").code == "wrong_sign_in"
    assert refusal("amina@example.org", PASSWORD).code == "too_many_tries"
    clock.turn(minutes=15)
    assert sign_in("amina@example.org", PASSWORD, address=HERE)


def test_an_unknown_account_waits_just_as_a_known_one(app: Flask) -> None:
    codes = [refusal("nobody@example.org", "wrong wrong wrong", f"198.51.100.{number}").code for number in range(11)]
    assert codes == ["wrong_sign_in"] * 10 + ["too_many_tries"]


def test_one_network_address_that_tries_many_accounts_waits_and_others_do_not(app: Flask) -> None:
    an_account(email="amina@example.org")
    codes = [refusal(f"nobody{number}@example.org", "wrong wrong wrong").code for number in range(51)]
    assert codes == ["wrong_sign_in"] * 50 + ["too_many_tries"]
    assert refusal("amina@example.org", PASSWORD).code == "too_many_tries"
    assert sign_in("amina@example.org", PASSWORD, address="198.51.100.1")


def test_a_success_begins_the_count_again(app: Flask) -> None:
    an_account(email="amina@example.org")
    for _ in range(2):
        for _ in range(9):
            refusal("amina@example.org", "wrong wrong wrong")
        assert sign_in("amina@example.org", PASSWORD, address=HERE)


def test_a_hash_with_weaker_figures_is_replaced_at_sign_in(app: Flask) -> None:
    from argon2 import PasswordHasher

    who = an_account(email="amina@example.org")
    with transaction():
        account_of(who.account_id).password_hash = PasswordHasher(1, 8, 1).hash(PASSWORD)
    sign_in("amina@example.org", PASSWORD, address=HERE)
    assert "m=19456,t=2" in (account_of(who.account_id).password_hash or "")
    assert sign_in("amina@example.org", PASSWORD, address=HERE)
