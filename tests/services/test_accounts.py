"""Accounts: who may add and change people, and what is kept about it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from pb.core.actors import ANYONE, SYSTEM, Role
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.extensions import db
from pb.models.accounts import Account
from pb.models.events import Event
from pb.services.accounts import (
    account_of,
    accounts_page,
    actor_of,
    add_account,
    change_account,
    choose_language,
    find_by_email,
    needs_second_factor,
    set_active,
    sign_out_everywhere,
)
from pb.services.sessions import open_sessions, start_session
from pb.services.transactions import transaction
from tests.factories import PASSWORD, an_account, an_area


def events() -> list[tuple[str, int | None, str, dict[str, object]]]:
    return [
        (event.kind, event.account_id, event.subject, event.facts)
        for event in db.session.scalars(select(Event).order_by(Event.id))
    ]


def test_an_administrator_adds_people_with_roles(app: Flask) -> None:
    administrator = an_account(Role.ADMINISTRATOR)
    account = add_account(
        by=administrator,
        name="Amina Begum",
        email=" Amina@Example.ORG ",
        roles=[Role.OFFICER, Role.APPROVER],
        password=PASSWORD,
    )
    assert (account.email, account.active, account.confirmed_at is not None) == ("amina@example.org", True, True)
    assert actor_of(account).roles == {Role.OFFICER, Role.APPROVER}
    assert find_by_email("AMINA@example.org") is account


def test_the_ledger_knows_the_roles_and_no_name_or_address(app: Flask) -> None:
    account = add_account(by=SYSTEM, name="Amina Begum", email="amina@example.org", roles=[Role.OFFICER])
    assert events() == [("account_added", None, f"account:{account.id}", {"roles": ["officer"]})]
    assert "amina" not in str(events()).lower()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_nobody_else_adds_or_changes_people(app: Flask, role: Role) -> None:
    somebody, other = an_account(role), an_account(Role.STEWARD)
    before = events()
    with pytest.raises(NotAllowed):
        add_account(by=somebody, name="X", email="x@example.org", roles=[Role.OFFICER])
    with pytest.raises(NotAllowed):
        change_account(other.account_id or 0, by=somebody, name="X", roles=[Role.ADMINISTRATOR], areas=[])
    with pytest.raises(NotAllowed):
        set_active(other.account_id or 0, False, by=somebody)
    with pytest.raises(NotAllowed):
        sign_out_everywhere(other.account_id or 0, by=somebody)
    with pytest.raises(NotAllowed):
        accounts_page(1, by=somebody)
    assert events() == before


def test_a_resident_adds_nobody(app: Flask) -> None:
    with pytest.raises(NotAllowed):
        add_account(by=ANYONE, name="X", email="x@example.org", roles=[Role.ADMINISTRATOR])


def test_an_address_has_one_account_however_it_is_typed(app: Flask) -> None:
    an_account(email="amina@example.org")
    with pytest.raises(Refusal) as refused:
        an_account(email="AMINA@Example.org ")
    assert (refused.value.code, refused.value.field) == ("email_taken", "email")
    assert len(list(db.session.scalars(select(Account)))) == 1


@pytest.mark.parametrize(
    "email",
    [
        "",
        "amina",
        "@example.org",
        "a@b",
        "a@b.org,c@d.org",
        "a@b.org;c@d.org",
        "A <a@b.org>",
        "a@b.org\nBcc: c@d.org",
        "a@-",
        f"{'a' * 250}@b.org",
        "ä@b.org",
    ],
)
def test_what_is_not_one_address_is_refused(app: Flask, email: str) -> None:
    if "\n" in email:
        email = email.replace(" ", "")
    with pytest.raises(Refusal) as refused:
        add_account(by=SYSTEM, name="X", email=email, roles=[Role.OFFICER])
    assert (refused.value.code, refused.value.field) == ("email_shape", "email")


def test_an_account_has_at_least_one_role_and_areas_that_exist(app: Flask) -> None:
    with pytest.raises(Refusal) as refused:
        add_account(by=SYSTEM, name="X", email="x@example.org", roles=[])
    assert refused.value.code == "no_role"
    with pytest.raises(Refusal) as refused:
        add_account(by=SYSTEM, name="X", email="x@example.org", roles=[Role.MEMBER], areas=[99])
    assert refused.value.code == "no_such_area"
    assert find_by_email("x@example.org") is None


def test_roles_are_given_and_taken(app: Flask) -> None:
    administrator, other = an_account(Role.ADMINISTRATOR), an_account(Role.OFFICER, Role.STEWARD)
    account = change_account(
        other.account_id or 0, by=administrator, name="New Name", roles=[Role.STEWARD, Role.APPROVER], areas=[]
    )
    assert actor_of(account).roles == {Role.STEWARD, Role.APPROVER}
    assert account.name == "New Name"
    assert events()[-1] == (
        "account_changed",
        administrator.account_id,
        f"account:{account.id}",
        {"roles": ["approver", "steward"], "active": True},
    )


def test_no_administrator_takes_the_role_or_the_account_from_themselves(app: Flask) -> None:
    administrator = an_account(Role.ADMINISTRATOR, Role.OFFICER)
    with pytest.raises(Refusal) as refused:
        change_account(administrator.account_id or 0, by=administrator, name="Me", roles=[Role.OFFICER], areas=[])
    assert refused.value.code == "own_administrator"
    with pytest.raises(Refusal) as refused:
        set_active(administrator.account_id or 0, False, by=administrator)
    assert refused.value.code == "own_administrator"
    account = account_of(administrator.account_id)
    assert account.active
    assert Role.ADMINISTRATOR in actor_of(account).roles


def test_nobody_becomes_a_second_person_by_giving_themselves_a_role(app: Flask) -> None:
    administrator, area = an_account(Role.ADMINISTRATOR, Role.OFFICER), an_area()
    own, roles = administrator.account_id or 0, [Role.ADMINISTRATOR, Role.OFFICER]
    for more, areas in (([*roles, Role.APPROVER], []), (roles, [area.id])):
        with pytest.raises(Refusal) as refused:
            change_account(own, by=administrator, name="Me", roles=more, areas=areas)
        assert refused.value.code == "own_roles"
    assert actor_of(account_of(own)).roles == {Role.ADMINISTRATOR, Role.OFFICER}
    change_account(own, by=administrator, name="Me", roles=[Role.ADMINISTRATOR], areas=[])
    assert actor_of(account_of(own)).roles == {Role.ADMINISTRATOR}


@pytest.mark.parametrize("email", ["ada+approver@example.org", "ADA@Example.org", "ada+@example.org"])
def test_nobody_becomes_a_second_person_by_a_second_account_of_their_own_mailbox(app: Flask, email: str) -> None:
    administrator = an_account(Role.ADMINISTRATOR, email="ada@example.org")
    with pytest.raises(Refusal) as refused:
        add_account(by=administrator, name="Ada Two", email=email, roles=[Role.APPROVER])
    assert refused.value.code == "own_mailbox"
    add_account(by=administrator, name="Ida", email="ida@example.org", roles=[Role.APPROVER])


def test_a_stopped_account_is_signed_out_at_once(app: Flask) -> None:
    administrator, other = an_account(Role.ADMINISTRATOR), an_account()
    start_session(other.account_id or 0)
    set_active(other.account_id or 0, False, by=administrator)
    assert open_sessions(other.account_id or 0) == []
    assert not account_of(other.account_id).active
    set_active(other.account_id or 0, True, by=administrator)
    assert account_of(other.account_id).active


def test_an_account_that_is_not_there_is_said_so(app: Flask) -> None:
    administrator = an_account(Role.ADMINISTRATOR)
    for deed in (
        lambda: account_of(None),
        lambda: change_account(99, by=administrator, name="X", roles=[Role.OFFICER], areas=[]),
        lambda: set_active(99, False, by=administrator),
        lambda: sign_out_everywhere(99, by=administrator),
    ):
        with pytest.raises(NotFound):
            deed()


def test_people_are_found_by_pieces_of_name_or_address_and_by_role(app: Flask) -> None:
    administrator = an_account(Role.ADMINISTRATOR, name="Zed Root")
    an_account(Role.STEWARD, name="Amina Begum", email="ab@example.org")
    an_account(Role.OFFICER, name="Bea Amin", email="bea@stalls.example.org")
    an_account(Role.OFFICER, name="100% Real_Name", email="real@example.org")

    def names(words: str = "", role: Role | None = None) -> list[str]:
        return [account.name for account in accounts_page(1, by=administrator, words=words, role=role).rows]

    assert names("amin") == ["Amina Begum", "Bea Amin"]
    assert names("AMIN stalls") == ["Bea Amin"]
    assert names(role=Role.OFFICER) == ["100% Real_Name", "Bea Amin"]
    assert names("%") == ["100% Real_Name"]
    assert names("nobody") == []


def test_council_roles_need_a_second_factor_and_stewards_and_groups_do_not(app: Flask) -> None:
    def asked(*roles: Role) -> bool:
        return needs_second_factor(account_of(an_account(*roles).account_id))

    assert asked(Role.OFFICER)
    assert asked(Role.MEMBER)
    assert asked(Role.STEWARD, Role.ADMINISTRATOR)
    assert not asked(Role.STEWARD)
    assert not asked(Role.GROUP_CONTACT)


def test_everyone_chooses_their_own_language(app: Flask) -> None:
    who = an_account(Role.GROUP_CONTACT)
    choose_language("cy", by=who)
    assert account_of(who.account_id).language == "cy"
    assert events()[-1] == ("language_chosen", who.account_id, f"account:{who.account_id}", {"language": "cy"})


def test_nothing_is_left_of_an_adding_that_fails_later(app: Flask) -> None:
    def fails_later() -> None:
        with transaction():
            add_account(by=SYSTEM, name="X", email="x@example.org", roles=[Role.OFFICER])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails_later()
    assert find_by_email("x@example.org") is None
    assert events() == []
