"""Where a bid stands after the count: recommended, offered a part, next in line, or not funded."""

from __future__ import annotations

from pb.core.outcome import Award, ProjectResult
from pb.core.states import BidState

#: Reasons for which more money would not help a bid that was ranked.
SETTLED = frozenset({"offer_declined", "conflict"})


def standing(result: ProjectResult) -> BidState:
    """The state of the bid behind a project, by what the count says about it.

    A bid that was ranked and wanted, and that only the money did not reach, is in reserve: it is next in line if
    money is released. Where the score may not be told, whoever was ranked counts as wanted.
    """
    if result.award is not Award.NONE:
        return BidState.RECOMMENDED if result.final else BidState.OFFERED
    in_line = result.rank is not None and result.score != 0 and result.reason.code not in SETTLED
    return BidState.RESERVE if in_line else BidState.NOT_FUNDED
