"""Groups and the people who act for them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from pb.core.actors import Role
from pb.core.errors import NotAllowed, Refusals
from pb.extensions import db
from pb.models.organisations import Organisation, OrganisationKind
from pb.services.organisations import add_organisation, organisations_of
from tests.bidding import a_contact, an_organisation
from tests.factories import actor_again, someone

KIND = OrganisationKind.RESIDENTS


def test_whoever_adds_a_group_acts_for_it_from_then_on(app: Flask) -> None:
    contact = a_contact()
    group = add_organisation("Friends of the Brook", KIND, by=contact, role_there="Chair", postcode="EX4 3AB")

    again = actor_again(contact.account_id)
    assert organisations_of(again) == [group]
    assert group.postcode == "EX4 3AB"


def test_nobody_else_finds_it(app: Flask) -> None:
    an_organisation()
    assert organisations_of(a_contact()) == []


def test_only_a_contact_adds_a_group(app: Flask) -> None:
    with pytest.raises(NotAllowed) as refusal:
        add_organisation("Friends of the Brook", KIND, by=someone(Role.OFFICER))

    assert refusal.value.code == "not_a_contact"


@pytest.mark.parametrize(
    "name, details, code, field",
    [
        ("  ", {}, "name_missing", "name"),
        ("…", {}, "name_missing", "name"),
        ("x" * 151, {}, "too_long", "name"),
        ("Friends", {"address": "x" * 301}, "too_long", "address"),
        ("Friends", {"registration": "x" * 21}, "too_long", "registration"),
    ],
)
def test_what_cannot_be_a_group_is_refused_and_nothing_is_kept(
    app: Flask, name: str, details: dict[str, str], code: str, field: str
) -> None:
    with pytest.raises(Refusals) as refusal:
        add_organisation(name, KIND, by=a_contact(), **details)

    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert db.session.scalar(select(func.count()).select_from(Organisation)) == 0


def test_a_form_sent_twice_adds_the_group_once(app: Flask) -> None:
    contact = a_contact()
    an_organisation(contact, "Friends of the Brook")

    with pytest.raises(Refusals) as refusal:
        an_organisation(contact, "friends of the  brook")
    assert refusal.value.code == "organisation_known"
