"""The duplicates desk: who sees what, how a claim is settled once, and that no link is left."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from pb.core.actors import Actor, Role
from pb.core.errors import Refusal
from pb.extensions import db
from pb.models.envelopes import DeskDecision, Envelope, EnvelopeState, HeldEnvelope
from pb.models.roll import RollEntry, RollState
from pb.models.rounds import Policy, Round
from pb.services.casting import cast
from pb.services.duplicates import claims_page, decisions_of, decisions_page, held_claims, held_count, settle
from pb.services.handing_out import hand_over
from pb.services.ledger import events_of_round
from pb.services.rights import Claim
from tests import factories, stations
from tests.voters import SAM, a_paper, a_voting_round


@pytest.fixture
def the_round(app: Flask) -> Round:
    """A round in which Sam voted, and somebody of the same name, postcode and year asked for a check."""
    the_round = a_voting_round(policy=Policy.DECLARED)
    cast(a_paper(the_round), Claim(declaration=SAM))
    cast(a_paper(the_round, "B"), Claim(declaration=replace(SAM, name="Sam OKAFOR")), ask_check=True)
    return the_round


@pytest.fixture
def officer(the_round: Round) -> Actor:
    return factories.an_officer()


def states() -> list[EnvelopeState]:
    db.session.rollback()
    return sorted(db.session.scalars(select(Envelope.state)))


def test_the_desk_sees_both_declarations_and_the_day(the_round: Round, officer: Actor) -> None:
    (claim,) = held_claims(the_round.id, by=officer)
    assert (claim.claim.name, claim.first.name) == ("Sam OKAFOR", "Sam Okafor")
    assert claim.claim.postcode == claim.first.postcode == "EX1 1AB"
    assert held_count(the_round.id) == 1


def test_the_desk_sees_the_station_of_a_claims_card_and_of_a_person_whom_a_steward_gave_one(app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    tesco, market = stations.a_station(the_round), stations.a_station(the_round, "Market")
    stations.cards_at(the_round, tesco, by_steward=True)
    made = stations.cards_at(the_round, market)
    for station in (tesco, market):
        one, other = stations.on_rota(the_round, station), stations.on_rota(the_round, station)
        stations.opened(station, one, other)
        if station is tesco:
            hand_over(tesco.id, SAM, by=one)
    claim = Claim(code=made.codes[0], declaration=SAM)
    assert cast(a_paper(the_round), claim, ask_check=True).held
    (held,) = held_claims(the_round.id, by=factories.an_officer())
    assert (held.first.station, held.claim.station) == (tesco.name, "Market")


def test_nobody_holds_up_the_opening_with_claims_on_one_name(the_round: Round, officer: Actor) -> None:
    for letter in "CD":
        assert cast(a_paper(the_round, letter), Claim(declaration=SAM), ask_check=True).held
    with pytest.raises(Refusal) as refused:
        cast(a_paper(the_round, "E"), Claim(declaration=SAM), ask_check=True)
    assert refused.value.code == "checks_wait"
    assert cast(a_paper(the_round, "D"), Claim(declaration=SAM), ask_check=True).held
    assert not cast(a_paper(the_round, "F"), Claim(declaration=replace(SAM, name="Kim Vale")), ask_check=True).held
    claims = held_claims(the_round.id, by=officer)
    assert len(claims) == 3
    settle(the_round.id, claims[0].id, accepted=False, reason="The same person", by=officer)
    assert cast(a_paper(the_round, "G"), Claim(declaration=SAM), ask_check=True).held


def test_an_accepted_claim_counts_and_nothing_links_it(the_round: Round, officer: Actor) -> None:
    (claim,) = held_claims(the_round.id, by=officer)
    settle(the_round.id, claim.id, accepted=True, reason="Father and son", by=officer)
    assert states() == [EnvelopeState.ACCEPTED, EnvelopeState.ACCEPTED]
    assert db.session.scalars(select(HeldEnvelope)).all() == []
    assert db.session.get_one(RollEntry, claim.id).state == RollState.VOTED
    assert held_count(the_round.id) == 0


def test_a_rejected_envelope_is_emptied_so_that_nobody_can_ever_open_it(the_round: Round, officer: Actor) -> None:
    (claim,) = held_claims(the_round.id, by=officer)
    settle(the_round.id, claim.id, accepted=False, reason="The same person, by telephone", by=officer)
    assert states() == [EnvelopeState.ACCEPTED, EnvelopeState.REJECTED]
    (rejected,) = db.session.scalars(select(Envelope).where(Envelope.state == EnvelopeState.REJECTED))
    assert rejected.sealed is None
    assert db.session.get_one(RollEntry, claim.id).state == RollState.REFUSED


def test_a_decision_is_kept_as_a_reason_without_a_person(the_round: Round, officer: Actor) -> None:
    (claim,) = held_claims(the_round.id, by=officer)
    settle(the_round.id, claim.id, accepted=True, reason="  Two  people ", by=officer)
    (decision,) = decisions_of(the_round.id)
    assert (decision.accepted, decision.reason) == (True, "Two people")
    (event,) = events_of_round(the_round.id, ("duplicate_settled",))
    assert event.subject == f"round:{the_round.id}"
    assert claim.id not in repr(event.facts)


@pytest.mark.parametrize(
    "code, wanted",
    [
        ("reason_missing", {"reason": " "}),
        ("reason_long", {"reason": "x" * 501}),
        ("no_claim", {"entry_id": "not-there"}),
    ],
)
def test_a_claim_that_cannot_be_settled_stays(the_round: Round, officer: Actor, code: str, wanted: dict) -> None:  # type: ignore[type-arg]
    (claim,) = held_claims(the_round.id, by=officer)
    how = {"entry_id": claim.id, "accepted": True, "reason": "Two people", "by": officer} | wanted
    with pytest.raises(Refusal) as refused:
        settle(the_round.id, **how)
    assert refused.value.code == code
    assert held_count(the_round.id) == 1


def test_a_claim_is_settled_once(the_round: Round, officer: Actor) -> None:
    (claim,) = held_claims(the_round.id, by=officer)
    settle(the_round.id, claim.id, accepted=False, reason="One person", by=officer)
    with pytest.raises(Refusal) as refused:
        settle(the_round.id, claim.id, accepted=True, reason="Two people", by=officer)
    assert refused.value.code == "no_claim"
    assert len(db.session.scalars(select(DeskDecision)).all()) == 1


def test_the_desk_is_for_officers_who_showed_their_second_factor(the_round: Round, officer: Actor) -> None:
    with pytest.raises(Refusal) as refused:
        held_claims(the_round.id, by=factories.someone(Role.MEMBER))
    assert refused.value.code == "not_the_desk"
    (claim,) = held_claims(the_round.id, by=officer)
    with pytest.raises(Refusal) as refused:
        settle(the_round.id, claim.id, accepted=True, reason="Two people", by=replace(officer, stepped_up=False))
    assert refused.value.code == "step_up"
    assert held_count(the_round.id) == 1


def test_the_desk_comes_in_pages_that_leave_nobody_out(the_round: Round, officer: Actor) -> None:
    for letter, name in (("C", "SAM Okafor"), ("D", "sam okafor")):
        cast(a_paper(the_round, letter), Claim(declaration=replace(SAM, name=name)), ask_check=True)
    pages = [claims_page(the_round.id, number, by=officer, size=2) for number in (1, 2)]
    assert [(page.number, page.pages, page.total, len(page.rows)) for page in pages] == [(1, 2, 3, 2), (2, 2, 3, 1)]
    assert [each for page in pages for each in page.rows] == held_claims(the_round.id, by=officer)
    for number, each in enumerate(held_claims(the_round.id, by=officer)):
        settle(the_round.id, each.id, accepted=False, reason=f"Reason {number}.", by=officer)
    reasons = [each.reason for number in (1, 2) for each in decisions_page(the_round.id, number, size=2).rows]
    assert reasons == ["Reason 2.", "Reason 1.", "Reason 0."]
