"""The ballot account of a real box: people, codes, claims at the desk, and what was opened."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from pb.core.actors import Role
from pb.core.reconciliation import imbalances
from pb.extensions import Base, db
from pb.models.envelopes import Envelope
from pb.models.rounds import Policy, Round
from pb.services.casting import cast
from pb.services.duplicates import held_claims, settle
from pb.services.locks import ask_lock, lock_ballot
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.reconciliation import channels_of, numbers_of
from pb.services.rights import Claim
from pb.services.round_sections import change_round
from pb.services.rounds import find_round
from pb.services.transactions import transaction
from tests.factories import a_checked_round, an_officer, cast_ballots, owner_of, rehearsed, someone, turn_to
from tests.voters import SAM, a_paper, a_voting_round, codes_for

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def the_round() -> Round:
    """Four people declared, two of them with a card; two claims of a taken place wait; one card is unused."""
    the_round = a_voting_round(policy=Policy.DECLARED)
    cards = codes_for(the_round, 3)
    cast(a_paper(the_round, "A"), Claim(declaration=SAM))
    cast(a_paper(the_round, "B"), Claim(code=cards[0], declaration=replace(SAM, name="Ida Berg")))
    cast(a_paper(the_round, "C"), Claim(declaration=SAM), ask_check=True)
    cast(a_paper(the_round, "D"), Claim(code=cards[1], declaration=SAM), ask_check=True)
    return the_round


def settle_all(the_round: Round) -> None:
    """The desk accepts the first claim and turns the second down."""
    officer = an_officer()
    for accepted, claim in zip((True, False), held_claims(the_round.id, by=officer), strict=True):
        settle(the_round.id, claim.id, accepted=accepted, reason="Rung up.", by=officer)


def test_an_open_box_balances_with_claims_at_the_desk(the_round: Round) -> None:
    numbers = numbers_of(the_round)
    assert imbalances(numbers) == []
    assert (numbers.accepted, numbers.held, numbers.rejected) == (2, 2, 0)
    assert (numbers.people, numbers.own_codes, numbers.codes_used) == (4, 2, 4)
    assert [(batch.made, batch.used, batch.unused, batch.void) for batch in numbers.batches] == [(3, 2, 1, 0)]


def test_a_box_whose_desk_accepted_one_and_turned_one_down_balances_after_the_opening(the_round: Round) -> None:
    settle_all(the_round)
    turn_to(the_round.decision_by)
    lead = someone(Role.COUNT_LEAD)
    freeze_box(the_round.id, by=lead)
    for _ in range(2):
        approve_opening(the_round.id, by=an_officer())
    opening = open_box(the_round.id, by=lead)
    assert (opening.envelopes, opening.valid) == (3, 3)
    numbers = numbers_of(the_round)
    assert imbalances(numbers) == []
    assert (numbers.received, numbers.accepted, numbers.rejected) == (4, 3, 1)


def test_an_envelope_that_is_taken_out_is_missed(the_round: Round) -> None:
    with transaction() as session:
        session.delete(session.scalars(select(Envelope).where(Envelope.state == "accepted")).first())
    assert [(each.key, each.difference) for each in imbalances(numbers_of(the_round))] == [
        ("envelopes", -1),
        ("people", -1),
    ]


def test_ballots_are_told_by_channel_the_most_used_first() -> None:
    the_round = a_voting_round()
    cast_ballots(the_round, [("Bench",)], channel="online")
    cast_ballots(the_round, [("Bench",), ("Hall",)], channel="stall")
    assert channels_of(the_round.id) == {"stall": 2, "online": 1}


#: Tables that say what stands on the ballot, to everybody.
PUBLIC = {"project", "bid", "round", "ballot_version", "event"}


def everything_kept() -> dict[str, bytes]:
    """Every value of every table but the public ones, as bytes, by table."""
    kept = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in PUBLIC:
            rows = db.session.execute(select(table)).all()
            parts = [value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row]
            kept[table.name] = b"\0".join(parts)
    return kept


def test_before_the_opening_no_table_holds_anything_that_follows_from_a_choice() -> None:
    the_round = a_voting_round()
    cast_ballots(the_round, [("Bench",), ("Hall", "Bench"), ("Pond",)])
    keys = [each["key"].encode() for each in (the_round.frozen or {})["projects"]]
    kept = everything_kept()
    assert kept["envelope"]
    assert kept["code"]
    assert [name for name, content in kept.items() for key in keys if key in content] == []
    assert {len(each.sealed or b"") for each in db.session.scalars(select(Envelope))} == {the_round.envelope_size}


@pytest.mark.parametrize(("made_under", "policy"), [(Policy.CODE, Policy.DECLARED), (Policy.DECLARED, Policy.CODE)])
def test_a_box_balances_whatever_the_policy_was_when_its_codes_were_made(made_under: Policy, policy: Policy) -> None:
    the_round = a_checked_round(policy=made_under)
    (code,) = codes_for(the_round)
    voters = {"policy": policy, "least_age": 11, "links": ["live"], "allow_change": False}
    change_round(the_round.id, "voters", voters, by=owner_of(the_round))
    sha256 = ask_lock(the_round.id, by=owner_of(the_round))
    rehearsed(lock_ballot(the_round.id, sha256=sha256, by=someone(Role.APPROVER)))
    turn_to(the_round.voting_opens_at)
    cast(a_paper(the_round), Claim(code, SAM))
    assert imbalances(numbers_of(find_round(the_round.slug))) == []
