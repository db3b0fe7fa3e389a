"""Where a bid stands after the count."""

from __future__ import annotations

import pytest

from pb.core.outcome import Award, ProjectResult, Reason
from pb.core.recommendations import standing
from pb.core.states import BidState


def a_result(award: Award, code: str, *, rank: int | None = 3, score: int = 4, final: bool = True) -> ProjectResult:
    """What a count says about one project."""
    return ProjectResult(
        id="p", rank=rank, cost=100, votes=score, score=score, measure=str(score), award=award, amount=0,
        reason=Reason(code, "Because."), final=final,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (a_result(Award.FULL, "funded"), BidState.RECOMMENDED),
        (a_result(Award.RESERVE, "reserve"), BidState.RECOMMENDED),
        (a_result(Award.PARTIAL, "offer_accepted"), BidState.RECOMMENDED),
        (a_result(Award.PARTIAL, "offer_pending", final=False), BidState.OFFERED),
        (a_result(Award.NONE, "too_little_left"), BidState.RESERVE),
        (a_result(Award.NONE, "after_stop"), BidState.RESERVE),
        (a_result(Award.NONE, "offer_declined"), BidState.NOT_FUNDED),
        (a_result(Award.NONE, "conflict"), BidState.NOT_FUNDED),
        (a_result(Award.NONE, "below_threshold", rank=None), BidState.NOT_FUNDED),
        (a_result(Award.NONE, "too_little_left", score=0), BidState.NOT_FUNDED),
    ],
)
def test_a_bid_stands_where_the_count_puts_it(result: ProjectResult, state: BidState) -> None:
    assert standing(result) == state
