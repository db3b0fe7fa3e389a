"""Choosing a password: by a link that works once for an hour, or anew."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from pb.core.errors import Refusal
from pb.extensions import db
from pb.models.accounts import AccountLink
from pb.models.events import Event
from pb.models.outbox import Message
from pb.services.accounts import account_of
from pb.services.password_resets import ask_for_password_link, change_password, choose_password
from pb.services.sessions import find_session, start_session
from pb.services.sign_in import sign_in
from pb.services.transactions import transaction
from tests.conftest import TurningClock
from tests.factories import PASSWORD, an_account
from tests.post import letters_to, link_in

HERE = "203.0.113.9"
AMINA = "amina@example.org"
NEW = "nine slow hedgehogs"


def ask(email: str = AMINA, address: str = HERE) -> None:
    ask_for_password_link(email, address=address)


def secret_for(email: str = AMINA) -> str:
    ask(email)
    return link_in(letters_to(email)[-1]).rsplit("/", 1)[1]


def refusal(secret: str, password: str = NEW) -> str:
    with pytest.raises(Refusal) as refused:
        choose_password(secret, password)
    return refused.value.code


def test_a_link_sets_a_password_once(app: Flask) -> None:
    who = an_account(email=AMINA)
    secret = secret_for()
    choose_password(secret, NEW)
    assert sign_in(AMINA, NEW, address=HERE)
    assert refusal(secret) == "link_spent"
    with pytest.raises(Refusal):
        sign_in(AMINA, PASSWORD, address=HERE)
    kinds = list(
        db.session.scalars(select(Event.kind).where(Event.subject == f"account:{who.account_id}").order_by(Event.id))
    )
    assert kinds == ["account_added", "password_link_sent", "password_set", "signed_in"]


def test_the_link_leads_to_the_configured_address_and_is_kept_as_a_hash(app: Flask) -> None:
    an_account(email=AMINA)
    ask()
    text = letters_to(AMINA)[-1].text
    assert "http://localhost/account/choose-password/" in text
    secret = link_in(letters_to(AMINA)[-1]).rsplit("/", 1)[1]
    assert secret.encode() not in db.session.scalars(select(AccountLink.secret_hash)).one()


def test_a_link_works_for_an_hour(app: Flask, clock: TurningClock) -> None:
    an_account(email=AMINA)
    secret = secret_for()
    clock.turn(minutes=59)
    assert refusal(secret, "short") == "password_short"
    clock.turn(minutes=1)
    assert refusal(secret) == "link_spent"


def test_a_second_link_makes_the_first_worthless(app: Flask) -> None:
    an_account(email=AMINA)
    first, second = secret_for(), secret_for()
    assert refusal(first) == "link_spent"
    choose_password(second, NEW)


def test_a_weak_password_does_not_use_the_link_up(app: Flask) -> None:
    an_account(email=AMINA, name="Amina Begum")
    secret = secret_for()
    assert refusal(secret, "amina begum garden") == "password_personal"
    choose_password(secret, NEW)


def test_choosing_a_password_ends_every_session_and_tells_the_owner(app: Flask) -> None:
    who = an_account(email=AMINA)
    session = start_session(who.account_id or 0)
    choose_password(secret_for(), NEW)
    assert find_session(session) is None
    assert letters_to(AMINA)[-1].subject == "Your password for You Decide was changed"


def test_a_link_proves_the_address_and_lifts_a_wait(app: Flask) -> None:
    who = an_account(email=AMINA)
    with transaction():
        account_of(who.account_id).confirmed_at = None
    for number in range(10):
        with pytest.raises(Refusal):
            sign_in(AMINA, "wrong wrong wrong", address=f"198.51.100.{number}")
    choose_password(secret_for(), NEW)
    assert sign_in(AMINA, NEW, address=HERE)


def test_nothing_goes_to_an_unknown_or_stopped_address_and_the_asking_leaves_the_same_rows(app: Flask) -> None:
    who = an_account(email=AMINA)
    with transaction():
        account_of(who.account_id).active = False
    for email in (AMINA, "nobody@example.org"):
        ask(email)
    rows = [(message.kind, message.state, message.attempts) for message in db.session.scalars(select(Message))]
    assert len(rows) == 2
    assert rows[0] == rows[1]
    assert (letters_to(AMINA), letters_to("nobody@example.org")) == ([], [])
    assert list(db.session.scalars(select(Message.sealed))) == [None, None]


def test_a_mailbox_is_not_flooded_whether_it_is_known_or_not(app: Flask, clock: TurningClock) -> None:
    an_account(email=AMINA)
    for email in (AMINA, "nobody@example.org"):
        for _ in range(5):
            ask(email)
        with pytest.raises(Refusal) as refused:
            ask(email)
        assert refused.value.code == "too_many_tries"
    clock.turn(hours=1)
    ask()


def test_what_is_no_address_is_said_so(app: Flask) -> None:
    with pytest.raises(Refusal) as refused:
        ask("amina")
    assert (refused.value.code, refused.value.field) == ("email_shape", "email")


def test_a_password_is_changed_by_who_knows_it_and_other_sessions_end(app: Flask) -> None:
    who = an_account(email=AMINA)
    here, there = start_session(who.account_id or 0), start_session(who.account_id or 0)
    found = find_session(here)
    assert found is not None
    with pytest.raises(Refusal) as refused:
        change_password("wrong wrong wrong", NEW, by=who, session_id=found.id)
    assert (refused.value.code, refused.value.field) == ("wrong_password", "current")
    change_password(PASSWORD, NEW, by=who, session_id=found.id)
    assert find_session(here) is not None
    assert find_session(there) is None
    assert sign_in(AMINA, NEW, address=HERE)


def test_guessing_the_password_on_a_screen_left_open_ends_in_a_wait(app: Flask) -> None:
    who = an_account(email=AMINA)
    codes = []
    for _ in range(11):
        with pytest.raises(Refusal) as refused:
            change_password("wrong wrong wrong", NEW, by=who, session_id=1)
        codes.append(refused.value.code)
    assert codes == ["wrong_password"] * 10 + ["too_many_tries"]
