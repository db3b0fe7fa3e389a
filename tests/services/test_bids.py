"""Bids: started, written, sent before the closing minute, withdrawn."""

from __future__ import annotations

import pytest

from pb.core.states import BidState
from tests.conftest import TurningClock
from tests.bidding import a_bid, an_eligible_bid
from tests.factories import a_round_taking_bids


def test_a_bid_that_is_complete_is_sent_and_checked_by_the_system(clock: TurningClock) -> None:
    bid = a_bid(a_round_taking_bids())

    assert bid.state == BidState.SUBMITTED
    assert bid.submitted_at == clock.at
    assert {check.result.value for check in bid.checks if check.automatic} == {"met"}


def test_a_bid_with_every_check_met_becomes_eligible(app) -> None:
    assert an_eligible_bid(a_round_taking_bids()).state == BidState.ELIGIBLE
