"""Many voters from one mail domain: the next wait at the desk, which settles them one by one or all alike."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from hashlib import blake2b

import pytest
from flask import Flask
from sqlalchemy import func, select

from pb.core.actors import Actor, Role
from pb.core.errors import Refusal
from pb.extensions import db, present
from pb.models.envelopes import DeskDecision, Envelope, EnvelopeState, HeldEnvelope
from pb.models.roll import RollEntry, RollState
from pb.models.rounds import Policy, Round
from pb.services.casting import Cast, cast
from pb.services.duplicates import FromDomain, HeldClaim, from_domain, held_claims, held_count, settle
from pb.services.ledger import events_of_round
from pb.services.opening import freeze_box
from pb.services.reconciliation import desk_of
from pb.services.rights import Claim
from tests import factories
from tests.conftest import TurningClock
from tests.racing import all_at_once, forms
from tests.voters import SAM, a_paper, a_voting_round

MOST = 3


@pytest.fixture
def the_round(app: Flask) -> Round:
    present.use(settings=present.settings.model_copy(update={"most_from_mail_domain": MOST}))
    return a_voting_round(policy=Policy.CONTACT)


@pytest.fixture
def officer(the_round: Round) -> Actor:
    return factories.an_officer()


def a_vote(the_round: Round, contact: str, name: str = "", *, ask_check: bool = False) -> Cast:
    """The ballot of somebody of their own name, or of `name`, who proved a contact; of the two one form."""
    name = name or f"Person {contact.replace('@', ' ')}"
    nonce = blake2b(f"{contact}|{name}".encode(), digest_size=16).hexdigest()
    paper = replace(a_paper(the_round), nonce=nonce)
    return cast(paper, Claim(declaration=replace(SAM, name=name), contact=contact, proven=True), ask_check=ask_check)


def a_crowd(the_round: Round, number: int, domain: str = "ours.example") -> list[bool]:
    """Whether each of so many with a mailbox at one domain was held."""
    letters = [f"{'abcdefghij'[at // 10]}{'klmnopqrst'[at % 10]}" for at in range(number)]
    return [a_vote(the_round, f"{letter}@{domain}").held for letter in letters]


def envelopes(state: EnvelopeState) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Envelope).where(Envelope.state == state)) or 0


def of_domain(the_round: Round, by: Actor) -> HeldClaim:
    return next(each for each in held_claims(the_round.id, by=by) if each.domain)


def test_the_first_from_a_domain_are_in_the_box_and_the_next_wait(the_round: Round, officer: Actor) -> None:
    assert a_crowd(the_round, MOST + 2) == [False] * MOST + [True] * 2
    claims = held_claims(the_round.id, by=officer)
    assert {(each.domain, each.first) for each in claims} == {("ours.example", None)}
    assert from_domain(the_round.id, claims[0].id, by=officer) == FromDomain(voted=MOST, waiting=2)
    assert held_count(the_round.id) == 2


def test_hosts_of_one_domain_are_one_and_other_domains_and_numbers_are_not_held_for_it(the_round: Round) -> None:
    a_crowd(the_round, MOST)
    assert a_vote(the_round, "zoe@post.ours.example").held
    assert not a_vote(the_round, "yan@theirs.example").held
    assert not a_vote(the_round, "xia@ours.example.org").held
    present.use(settings=present.settings.model_copy(update={"texts": "outbox"}))
    assert not any(a_vote(the_round, f"0770090012{each}", f"Texter {'abcdef'[each]}").held for each in range(6))


def test_a_public_mail_service_is_never_too_many(the_round: Round) -> None:
    assert not any(a_crowd(the_round, 4 * MOST, "gmail.com"))


def test_a_form_sent_twice_is_held_once_and_says_the_same(the_round: Round) -> None:
    a_crowd(the_round, MOST)
    first = a_vote(the_round, "ann@ours.example")
    assert first.held
    assert a_vote(the_round, "ann@ours.example") == first
    assert held_count(the_round.id) == 1


def test_whoever_waits_keeps_their_place_and_nobody_takes_it_by_coming_again(the_round: Round) -> None:
    a_crowd(the_round, MOST)
    a_vote(the_round, "ann@ours.example", "Ann Reed")
    with pytest.raises(Refusal) as refused:
        a_vote(the_round, "ann@elsewhere.example", "Ann Reed")
    assert refused.value.code == "already_voted"


def test_one_claim_is_settled_alone(the_round: Round, officer: Actor) -> None:
    a_crowd(the_round, MOST + 2)
    claim = of_domain(the_round, officer)
    assert settle(the_round.id, claim.id, accepted=True, reason="Rang them", by=officer) == 1
    assert held_count(the_round.id) == 1
    assert db.session.get_one(RollEntry, claim.id).state == RollState.VOTED
    assert a_vote(the_round, "zoe@ours.example").held, "those that come later wait again"


@pytest.mark.parametrize("accepted", [True, False])
def test_every_claim_of_a_domain_is_settled_alike_under_one_reason(
    the_round: Round, officer: Actor, accepted: bool
) -> None:
    a_crowd(the_round, MOST + 4)
    a_crowd(the_round, MOST + 1, "theirs.example")
    a_vote(
        the_round, "zoe@ours.example", "Person ak ours.example", ask_check=True
    )  # a second claim of a name that has voted
    claim = next(each for each in held_claims(the_round.id, by=officer) if each.domain == "ours.example")
    settled = settle(the_round.id, claim.id, accepted=accepted, reason="The school", by=officer, of_domain=4)
    assert settled == 4
    left = held_claims(the_round.id, by=officer)
    assert sorted(each.domain for each in left) == ["", "theirs.example"]
    assert envelopes(EnvelopeState.HELD) == len(db.session.scalars(select(HeldEnvelope)).all()) == 2
    assert envelopes(EnvelopeState.ACCEPTED) == 2 * MOST + (4 if accepted else 0)
    assert envelopes(EnvelopeState.REJECTED) == (0 if accepted else 4)
    emptied = select(func.count()).select_from(Envelope).where(Envelope.sealed.is_(None))
    assert db.session.scalar(emptied) == (0 if accepted else 4)
    (decision,) = db.session.scalars(select(DeskDecision))
    assert (decision.accepted, decision.claims, decision.reason) == (accepted, 4, "The school")
    (event,) = events_of_round(the_round.id, ("duplicate_settled",))
    assert event.facts == {"accepted": accepted, "claims": 4, "reason": "The school"}
    desk = desk_of(the_round.id)
    assert (desk.held, desk.accepted, desk.rejected) == (6, 4 if accepted else 0, 0 if accepted else 4)


def test_a_claim_of_a_name_that_has_voted_settles_nobody_else(the_round: Round, officer: Actor) -> None:
    a_crowd(the_round, MOST + 2)
    a_vote(the_round, "zoe@ours.example", "Person ak ours.example", ask_check=True)
    second = next(each for each in held_claims(the_round.id, by=officer) if each.first)
    settled = settle(the_round.id, second.id, accepted=False, reason="The same", by=officer, of_domain=9)
    assert settled == 1
    assert held_count(the_round.id) == 2


def test_more_claims_than_a_statement_names_are_settled_at_once(
    the_round: Round, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pb.services.duplicates._AT_ONCE", 2)
    a_crowd(the_round, MOST + 5)
    claim = of_domain(the_round, officer)
    assert settle(the_round.id, claim.id, accepted=False, reason="Made up", by=officer, of_domain=5) == 5
    assert held_count(the_round.id) == 0
    assert envelopes(EnvelopeState.REJECTED) == 5


def test_whoever_was_turned_down_keeps_no_tag(the_round: Round, officer: Actor) -> None:
    a_crowd(the_round, MOST + 1)
    claim = of_domain(the_round, officer)
    settle(the_round.id, claim.id, accepted=False, reason="Made up", by=officer)
    entry = db.session.get_one(RollEntry, claim.id)
    assert (entry.state, entry.tag, entry.contact_tag, entry.domain_tag) == (RollState.REFUSED, None, None, None)


def test_the_box_is_not_frozen_while_a_claim_of_a_domain_waits(the_round: Round, clock: TurningClock) -> None:
    a_crowd(the_round, MOST + 1)
    factories.turn_to(the_round.voting_closes_at)
    clock.turn(minutes=the_round.grace_minutes)
    with pytest.raises(Refusal) as refused:
        freeze_box(the_round.id, by=factories.someone(Role.COUNT_LEAD))
    assert refused.value.code == "envelopes_held"


def test_no_more_are_settled_than_the_officer_was_shown(the_round: Round, officer: Actor) -> None:
    a_crowd(the_round, MOST + 2)
    claim = of_domain(the_round, officer)
    seen = from_domain(the_round.id, claim.id, by=officer).waiting
    a_vote(the_round, "zoe@ours.example")
    with pytest.raises(Refusal) as refused:
        settle(the_round.id, claim.id, accepted=True, reason="The school", by=officer, of_domain=seen)
    assert (refused.value.code, refused.value.fault.field) == ("more_claims", "whole_domain")
    assert held_count(the_round.id) == 3


def test_at_one_moment_no_more_go_straight_in_than_a_little_before_another(app: Flask, the_round: Round) -> None:
    round_id = the_round.id
    deeds = []
    for number, paper in enumerate(forms(the_round, 24)):
        person = replace(SAM, name=f"Person {'abcdefgh'[number // 8]}{'mnopqrst'[number % 8]}")
        deeds.append(partial(cast, paper, Claim(declaration=person, contact=f"p{number}@ours.example", proven=True)))
    all_at_once(app, deeds)
    db.session.rollback()
    assert envelopes(EnvelopeState.ACCEPTED) == MOST
    assert held_count(round_id) == 24 - MOST


def test_whoever_waits_beside_a_claim_that_is_turned_down_takes_its_name(the_round: Round, officer: Actor) -> None:
    """A resident whose name somebody used from a domain of their own; and nobody votes under it once more."""
    a_crowd(the_round, MOST)
    a_vote(the_round, "fake@ours.example", "Ann Reed")
    assert a_vote(the_round, "ann@gmail.com", "Ann Reed", ask_check=True).held
    fake = of_domain(the_round, officer)
    settle(the_round.id, fake.id, accepted=False, reason="Made up", by=officer)
    with pytest.raises(Refusal) as refused:
        a_vote(the_round, "third@elsewhere.example", "Ann Reed")
    assert refused.value.code == "already_voted"
    (claim,) = held_claims(the_round.id, by=officer)
    assert (claim.claim.contact, claim.first, claim.domain) == ("ann@gmail.com", None, "")
    settle(the_round.id, claim.id, accepted=True, reason="She rang", by=officer)
    with pytest.raises(Refusal):
        a_vote(the_round, "third@elsewhere.example", "Ann Reed")
    assert envelopes(EnvelopeState.ACCEPTED) == MOST + 1


def test_of_two_who_wait_beside_one_that_is_turned_down_the_second_waits_beside_the_first(
    the_round: Round, officer: Actor
) -> None:
    a_crowd(the_round, MOST)
    a_vote(the_round, "fake@ours.example", "Ann Reed")
    for contact in ("ann@gmail.com", "reed@gmail.com"):
        a_vote(the_round, contact, "Ann Reed", ask_check=True)
    settle(the_round.id, of_domain(the_round, officer).id, accepted=False, reason="Made up", by=officer)
    claims = held_claims(the_round.id, by=officer)
    assert sorted(each.first is None for each in claims) == [False, True]
    alone = next(each for each in claims if each.first is None)
    beside = next(each for each in claims if each.first)
    assert beside.first == alone.claim


def test_whoever_shares_only_an_address_with_one_that_is_turned_down_takes_the_address(
    the_round: Round, officer: Actor
) -> None:
    a_crowd(the_round, MOST)
    a_vote(the_round, "both@ours.example", "Ann Reed")
    a_vote(the_round, "both@ours.example", "Bob Reed", ask_check=True)
    settle(the_round.id, of_domain(the_round, officer).id, accepted=False, reason="Made up", by=officer)
    with pytest.raises(Refusal) as refused:
        a_vote(the_round, "both@ours.example", "Cat Reed")
    assert refused.value.code == "already_voted"
    assert not a_vote(the_round, "ann@elsewhere.example", "Ann Reed").held, "her own name is free again"


def test_a_form_sent_again_is_told_what_the_desk_decided(the_round: Round, officer: Actor) -> None:
    a_crowd(the_round, MOST)
    for name, accepted in (("ann", True), ("ben", False)):
        a_vote(the_round, f"{name}@ours.example")
        settle(the_round.id, of_domain(the_round, officer).id, accepted=accepted, reason="Rang them", by=officer)
        again = a_vote(the_round, f"{name}@ours.example")
        assert (again.held, again.turned_down) == (False, not accepted)
