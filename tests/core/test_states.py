"""States: what a group is told of its bid, and when."""

from __future__ import annotations

import pytest

from pb.core.states import BidState, RoundState, told_to_group

RESULT = {BidState.RECOMMENDED, BidState.RESERVE, BidState.NOT_FUNDED, BidState.APPROVED, BidState.DECLINED}


@pytest.mark.parametrize("of_round", [RoundState.OPENED, RoundState.DECIDING, RoundState.CANCELLED])
def test_no_group_learns_its_result_before_everybody_does(of_round: RoundState) -> None:
    assert {told_to_group(state, of_round) for state in RESULT | {BidState.REFERRED}} == {BidState.ON_BALLOT}


def test_the_published_result_and_an_offer_that_needs_an_answer_are_told() -> None:
    assert {told_to_group(state, RoundState.PUBLISHED) for state in RESULT} == RESULT
    assert told_to_group(BidState.OFFERED, RoundState.OPENED) == BidState.OFFERED
    assert told_to_group(BidState.INELIGIBLE, RoundState.CHECKING) == BidState.INELIGIBLE
