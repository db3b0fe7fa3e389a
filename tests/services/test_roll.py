"""The roll: where a postcode votes, what is kept of a person, and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from pb.core.errors import Refusals
from pb.models.areas import AreaPostcode
from pb.models.rounds import Policy, Round
from pb.services.roll import Person, person_of, place_of
from pb.services.sealed_fields import open_field
from pb.services.transactions import transaction
from pb.services.voting import voting_round_of
from tests import factories
from tests.voters import SAM, a_voting_round, two_wards


@pytest.fixture
def warded(app: Flask) -> Round:
    """A round of two wards whose postcodes are known."""
    areas, pots = two_wards()
    bids = [("Bench", "harbour", 1, None), ("Hall", "northfield", 1, None), ("Pond", "everybody", 1, None)]
    vote = {"ballot_settings": {"most": 1}}
    return a_voting_round(policy=Policy.DECLARED, areas=areas, pots=pots, bids=bids, vote=vote)


def person(the_round: Round, **changes: object) -> Person:
    return person_of(voting_round_of(the_round.id), replace(SAM, **changes))


def test_the_ward_is_that_of_the_postcode(warded: Round) -> None:
    harbour, northfield = warded.areas[0].id, warded.areas[1].id
    assert person(warded, postcode="EX1 1AB").area_id == harbour
    assert person(warded, postcode="EX1 2AB").area_id == northfield


def test_two_wards_fit_somebody_who_lives_in_one_and_works_in_the_other(warded: Round) -> None:
    harbour, northfield = warded.areas[0].id, warded.areas[1].id
    worker = person(warded, link="work", postcode="EX1 1AB", place_postcode="EX1 2AB")
    assert worker.wards == (northfield, harbour)
    assert person(warded, postcode="EX1 1AB").wards == (harbour,)
    assert worker.tag == person(warded, postcode="EX1 1AB").tag  # and is one person either way


def test_one_street_may_belong_to_a_ward_outside_the_round(warded: Round) -> None:
    outside = factories.an_area()
    with transaction() as session:
        session.add(AreaPostcode(prefix="EX1 1ZZ", area_id=outside.id))
    with pytest.raises(Refusals) as refused:
        person(warded, postcode="EX1 1ZZ")
    assert refused.value.code == "postcode_outside"


def test_somebody_from_elsewhere_who_works_here_may_vote(warded: Round) -> None:
    assert person(warded, postcode="SW1A 1AA", link="work", place_postcode="EX1 1AB").area_id == warded.areas[0].id
    with pytest.raises(Refusals) as refused:
        person(warded, postcode="SW1A 1AA", link="work", place_postcode="")
    assert refused.value.fault.field == "place_postcode"


def test_every_fault_of_a_declaration_is_told_at_once(warded: Round) -> None:
    with pytest.raises(Refusals) as refused:
        person(warded, name="", postcode="", year_of_birth=None, declared=False)
    assert {fault.field for fault in refused.value.faults} == {"name", "postcode", "year_of_birth", "declared"}


def test_the_roll_keeps_the_day_and_seals_the_name(warded: Round) -> None:
    place = place_of(warded.id, person(warded), "online")
    assert place["day"] == date(2026, 5, 11)
    assert b"Okafor" not in place["sealed"]
    assert open_field(f"roll:{place['id']}", place["sealed"]) == {
        "name": "Sam Okafor",
        "postcode": "EX1 1AB",
        "year": 1984,
    }
    assert not any(hasattr(value, "hour") for value in place.values())


@pytest.mark.parametrize("year, band", [(2012, "0-15"), (2010, "16-24"), (1984, "35-44"), (1941, "85+")])
def test_ages_are_kept_as_bands(warded: Round, year: int, band: str) -> None:
    assert person(warded, year_of_birth=year).age_band == band
