"""Groups register themselves; nobody learns from it who has an account."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from pb.core.actors import Role
from pb.core.errors import Refusal
from pb.extensions import db
from pb.models.accounts import Account
from pb.models.events import Event
from pb.models.outbox import Message
from pb.services.accounts import actor_of, find_by_email, set_active
from pb.services.registrations import confirm_address, register
from pb.services.sessions import find_session
from pb.services.sign_in import sign_in
from tests.conftest import TurningClock
from tests.factories import PASSWORD, an_account
from tests.post import letters_to, link_in

HERE = "203.0.113.9"
AMINA = "amina@example.org"
OTHER_PASSWORD = "nine slow hedgehogs"


def enrol(email: str = AMINA, password: str = PASSWORD, name: str = "Amina Begum", language: str = "en_GB") -> None:
    register(name=name, email=email, password=password, language=language, address=HERE)


def secret_for(email: str = AMINA) -> str:
    return link_in(letters_to(email)[-1]).rsplit("/", 1)[1]


def refusal(secret: str, password: str = PASSWORD) -> str:
    with pytest.raises(Refusal) as refused:
        confirm_address(secret, password)
    return refused.value.code


def test_a_registration_works_once_the_address_is_confirmed(app: Flask) -> None:
    enrol("Amina@Example.org")
    secret = secret_for()
    with pytest.raises(Refusal) as refused:
        sign_in(AMINA, PASSWORD, address=HERE)
    assert refused.value.code == "wrong_sign_in"
    found = find_session(confirm_address(secret, PASSWORD))
    assert found is not None
    assert (found.account.name, actor_of(found.account).roles) == ("Amina Begum", {Role.GROUP_CONTACT})
    assert sign_in(AMINA, PASSWORD, address=HERE)
    assert refusal(secret) == "link_spent"


def test_the_ledger_knows_neither_name_nor_address(app: Flask) -> None:
    enrol()
    confirm_address(secret_for(), PASSWORD)
    events = [(event.kind, event.facts) for event in db.session.scalars(select(Event).order_by(Event.id))]
    assert events == [("account_registered", {}), ("account_confirmed", {})]


def test_a_known_address_leaves_the_same_rows_and_only_an_email_tells(app: Flask) -> None:
    an_account(Role.OFFICER, email=AMINA)
    enrol(AMINA, OTHER_PASSWORD)
    enrol("new@example.org", OTHER_PASSWORD)
    rows = [(message.kind, message.state) for message in db.session.scalars(select(Message))]
    assert len(rows) == 2
    assert rows[0] == rows[1]
    assert letters_to(AMINA)[-1].subject == "You have an account for You Decide already"
    assert sign_in(AMINA, PASSWORD, address=HERE)
    account = find_by_email(AMINA)
    assert account is not None
    assert actor_of(account).roles == {Role.OFFICER}


def test_the_owner_of_a_mailbox_does_not_confirm_a_strangers_registration(app: Flask) -> None:
    enrol(password="a stranger's guess")
    secret = secret_for()
    assert refusal(secret) == "wrong_password"
    enrol(password=PASSWORD, name="The Owner")
    newer = secret_for()
    assert refusal(secret) == "link_spent"
    confirm_address(newer, PASSWORD)
    assert sign_in(AMINA, PASSWORD, address=HERE)
    with pytest.raises(Refusal):
        sign_in(AMINA, "a stranger's guess", address=HERE)
    assert [account.name for account in db.session.scalars(select(Account))] == ["The Owner"]


def test_a_stopped_person_does_not_come_back_by_registering(app: Flask) -> None:
    who = an_account(Role.GROUP_CONTACT, email=AMINA)
    set_active(who.account_id or 0, False, by=an_account(Role.ADMINISTRATOR))
    enrol()
    assert "already" in letters_to(AMINA)[-1].subject
    with pytest.raises(Refusal):
        sign_in(AMINA, PASSWORD, address=HERE)


def test_a_link_to_confirm_works_for_three_days(app: Flask, clock: TurningClock) -> None:
    enrol()
    secret = secret_for()
    clock.turn(days=3)
    assert refusal(secret) == "link_spent"


def test_a_registration_that_nobody_confirms_is_forgotten(app: Flask, clock: TurningClock) -> None:
    enrol()
    letters_to(AMINA)
    clock.turn(days=2)
    enrol(name="Amina Again")
    letters_to(AMINA)
    clock.turn(days=2)
    enrol("other@example.org")
    letters_to("other@example.org")
    assert find_by_email(AMINA) is not None  # the second link still works
    clock.turn(days=2)
    enrol()
    assert "confirm" in letters_to(AMINA)[-1].subject.lower()
    confirm_address(secret_for(), PASSWORD)
    clock.turn(days=9)
    enrol("third@example.org")
    letters_to("third@example.org")
    assert sorted(account.email for account in db.session.scalars(select(Account))) == [AMINA, "third@example.org"]


def test_guessing_the_password_of_a_registration_ends_in_a_wait(app: Flask) -> None:
    enrol()
    secret = secret_for()
    assert [refusal(secret, "wrong wrong wrong") for _ in range(10)] == ["wrong_password"] * 10
    assert refusal(secret) == "too_many_tries"


@pytest.mark.parametrize(
    "email,password,code",
    [
        ("amina", PASSWORD, "email_shape"),
        (AMINA, "short", "password_short"),
        (AMINA, "amina begum garden", "password_personal"),
    ],
)
def test_what_cannot_be_is_refused_at_once(app: Flask, email: str, password: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        enrol(email, password)
    assert refused.value.code == code
    assert list(db.session.scalars(select(Message))) == []


def test_who_registers_in_welsh_is_written_to_in_welsh(app: Flask) -> None:
    enrol(language="cy")
    assert letters_to(AMINA)[-1].subject == "Cadarnhewch eich cyfeiriad e-bost ar gyfer You Decide"
