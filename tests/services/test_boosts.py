"""The boost vote: bids are marked for it with a reason, before the lock."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.core.actors import Actor, Role
from pb.core.errors import Refusal
from pb.models.bids import Bid
from pb.models.rounds import Round
from pb.services.boosts import mark_bid, marked_because, may_be_marked, unmark_bid
from pb.services.lock_blockers import lock_blockers
from pb.services.round_ballots import choose_preset
from tests.bidding import a_bid, an_eligible_bid, contact_of
from tests.factories import a_round_taking_bids, owner_of, someone

REASON = "The group’s first bid to this council."


@pytest.fixture
def officer(app: Flask) -> Actor:
    return someone(Role.OFFICER)


@pytest.fixture
def the_round(app: Flask) -> Round:
    """A round whose voters have an extra vote for a marked bid."""
    the_round = a_round_taking_bids()
    choose_preset(the_round.id, "boost", by=owner_of(the_round))
    return the_round


def blockers(the_round: Round) -> set[str]:
    return {blocker.code for blocker in lock_blockers(the_round)}


def refused(bid: Bid, by: Actor, reason: str = REASON) -> str:
    with pytest.raises(Refusal) as caught:
        mark_bid(bid.id, reason, by=by)
    return caught.value.code


def test_a_bid_is_marked_with_its_reason_and_the_mark_can_be_taken_away(the_round: Round, officer: Actor) -> None:
    bid = a_bid(the_round)

    mark_bid(bid.id, f"  {REASON} ", by=officer)
    assert (bid.boost, marked_because(bid)) == (True, REASON)

    unmark_bid(bid.id, "It bid in 2024 too.", by=officer)
    assert (bid.boost, marked_because(bid)) == (False, "")


def test_the_lock_waits_until_some_bid_is_marked(the_round: Round, officer: Actor) -> None:
    bid = an_eligible_bid(the_round, officer=officer)
    assert "nothing_marked" in blockers(the_round)

    mark_bid(bid.id, REASON, by=officer)
    assert "nothing_marked" not in blockers(the_round)


def test_no_mark_without_a_reason_or_for_the_officers_own_group(the_round: Round, officer: Actor) -> None:
    bid = a_bid(the_round)

    assert refused(bid, officer, reason=" ") == "reason_missing"
    assert refused(bid, contact_of(bid)) == "may_not_check"
    assert not bid.boost


def test_a_round_without_an_extra_vote_marks_nothing(officer: Actor) -> None:
    bid = a_bid(a_round_taking_bids())

    assert not may_be_marked(bid)
    assert refused(bid, officer) == "no_boost"
