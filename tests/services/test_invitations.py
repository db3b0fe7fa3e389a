"""Invitations: who is added chooses a password by a link."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.core.actors import SYSTEM, Role
from pb.core.errors import NotAllowed, Refusal
from pb.services.accounts import find_by_email
from pb.services.invitations import invitation_link, invite, send_invitation
from pb.services.password_resets import choose_password
from pb.services.sign_in import sign_in
from tests.conftest import TurningClock
from tests.factories import PASSWORD, an_account
from tests.post import letters_to, link_in

AMINA = "amina@example.org"


def invited() -> int:
    return invite(by=an_account(Role.ADMINISTRATOR), name="Amina Begum", email=AMINA, roles=[Role.STEWARD]).id


def test_who_is_invited_chooses_a_password_and_signs_in(app: Flask, clock: TurningClock) -> None:
    invited()
    letter = letters_to(AMINA)[-1]
    assert "Hello Amina Begum" in letter.text
    clock.turn(days=6)
    choose_password(link_in(letter).rsplit("/", 1)[1], PASSWORD)
    assert sign_in(AMINA, PASSWORD, address="203.0.113.9")
    assert len(letters_to(AMINA)) == 1  # nothing was changed that the owner must be warned of


def test_nothing_is_sent_or_kept_where_the_adding_is_refused(app: Flask) -> None:
    an_account(email=AMINA)
    with pytest.raises(Refusal):
        invited()
    assert letters_to(AMINA) == []


def test_only_an_administrator_sends_a_new_link_and_the_old_stops_working(app: Flask) -> None:
    account_id = invited()
    first = link_in(letters_to(AMINA)[-1])
    with pytest.raises(NotAllowed):
        send_invitation(account_id, by=an_account(Role.OFFICER))
    send_invitation(account_id, by=an_account(Role.ADMINISTRATOR))
    second = link_in(letters_to(AMINA)[-1])
    with pytest.raises(Refusal):
        choose_password(first.rsplit("/", 1)[1], PASSWORD)
    choose_password(second.rsplit("/", 1)[1], PASSWORD)


def test_no_administrator_steps_into_an_account_that_has_a_password(app: Flask) -> None:
    who = an_account(email=AMINA)
    with pytest.raises(NotAllowed) as refused:
        invitation_link(who.account_id or 0, by=SYSTEM)
    assert refused.value.code == "has_password"
    assert find_by_email(AMINA) is not None
    assert letters_to(AMINA) == []
