"""The states of a round and of a bid, and the arrows between them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pb.core.errors import Refusal
from pb.core.words import N_


class RoundState(StrEnum):
    """Where a round is in its life."""

    IDEA = "idea"
    ASSESSED = "assessed"
    SETTING_UP = "setting_up"
    BIDDING = "bidding"
    CHECKING = "checking"
    LOCKED = "locked"
    VOTING = "voting"
    CLOSED = "closed"
    OPENED = "opened"
    DECIDING = "deciding"
    PUBLISHED = "published"
    AWARDING = "awarding"
    CLOSED_OUT = "closed_out"
    CANCELLED = "cancelled"
    NO_VALID_BALLOTS = "no_valid_ballots"


class BidState(StrEnum):
    """Where a bid is in its life."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    QUERIED = "queried"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    APPEALED = "appealed"
    ON_BALLOT = "on_ballot"
    RECOMMENDED = "recommended"
    OFFERED = "offered"
    RESERVE = "reserve"
    NOT_FUNDED = "not_funded"
    APPROVED = "approved"
    DECLINED = "declined"
    REFERRED = "referred"
    AGREED = "agreed"
    PAID = "paid"
    REPORTING = "reporting"
    COMPLETE = "complete"
    WITHDRAWN = "withdrawn"


R = RoundState
B = BidState

BEFORE_PUBLISHED = frozenset(
    {R.IDEA, R.ASSESSED, R.SETTING_UP, R.BIDDING, R.CHECKING, R.LOCKED, R.VOTING, R.CLOSED, R.OPENED, R.DECIDING}
)

ROUND_ARROWS: dict[RoundState, frozenset[RoundState]] = {
    R.IDEA: frozenset({R.ASSESSED, R.CANCELLED}),
    R.ASSESSED: frozenset({R.SETTING_UP, R.CANCELLED}),
    R.SETTING_UP: frozenset({R.BIDDING, R.CANCELLED}),
    R.BIDDING: frozenset({R.CHECKING, R.CANCELLED}),
    R.CHECKING: frozenset({R.LOCKED, R.CANCELLED}),
    R.LOCKED: frozenset({R.VOTING, R.CANCELLED}),
    R.VOTING: frozenset({R.CLOSED, R.CANCELLED}),
    R.CLOSED: frozenset({R.OPENED, R.CANCELLED}),
    R.OPENED: frozenset({R.DECIDING, R.NO_VALID_BALLOTS, R.CANCELLED}),
    R.DECIDING: frozenset({R.PUBLISHED, R.CANCELLED}),
    R.PUBLISHED: frozenset({R.AWARDING}),
    R.AWARDING: frozenset({R.CLOSED_OUT}),
    R.CLOSED_OUT: frozenset(),
    R.CANCELLED: frozenset(),
    R.NO_VALID_BALLOTS: frozenset(),
}

RANKED_STATES = frozenset({B.RECOMMENDED, B.OFFERED, B.RESERVE, B.NOT_FUNDED})
DECIDED_STATES = frozenset({B.APPROVED, B.DECLINED, B.REFERRED})

BID_ARROWS: dict[BidState, frozenset[BidState]] = {
    B.DRAFT: frozenset({B.SUBMITTED, B.WITHDRAWN}),
    B.SUBMITTED: frozenset({B.IN_REVIEW, B.ELIGIBLE, B.INELIGIBLE, B.WITHDRAWN}),
    B.IN_REVIEW: frozenset({B.QUERIED, B.ELIGIBLE, B.INELIGIBLE, B.WITHDRAWN}),
    B.QUERIED: frozenset({B.IN_REVIEW, B.WITHDRAWN}),
    B.ELIGIBLE: frozenset({B.IN_REVIEW, B.ON_BALLOT, B.WITHDRAWN}),
    B.INELIGIBLE: frozenset({B.APPEALED, B.WITHDRAWN}),
    B.APPEALED: frozenset({B.ELIGIBLE, B.INELIGIBLE, B.WITHDRAWN}),
    B.ON_BALLOT: RANKED_STATES | {B.WITHDRAWN},
    B.RECOMMENDED: DECIDED_STATES | {B.WITHDRAWN},
    B.OFFERED: RANKED_STATES | DECIDED_STATES | {B.WITHDRAWN},
    B.RESERVE: RANKED_STATES | DECIDED_STATES | {B.WITHDRAWN},
    B.NOT_FUNDED: RANKED_STATES | DECIDED_STATES | {B.WITHDRAWN},
    B.APPROVED: frozenset({B.AGREED, B.WITHDRAWN}),
    B.DECLINED: frozenset(),
    B.REFERRED: frozenset({B.APPROVED, B.DECLINED, B.WITHDRAWN}),
    B.AGREED: frozenset({B.PAID}),
    B.PAID: frozenset({B.REPORTING}),
    B.REPORTING: frozenset({B.COMPLETE}),
    B.COMPLETE: frozenset(),
    B.WITHDRAWN: frozenset(),
}


def told_to_group(state: BidState, of_round: RoundState) -> BidState:
    """Where a bid stands as its own group is told: on the ballot still until the result is published for everybody.

    A part offer is told at once, since the group has to answer it.
    """
    unpublished = of_round in BEFORE_PUBLISHED or of_round == R.CANCELLED
    kept_back = state in DECIDED_STATES | RANKED_STATES - {B.OFFERED}
    return B.ON_BALLOT if unpublished and kept_back else state


def phase(
    state: RoundState, opens: datetime | None, closes: datetime | None, now: datetime, *, rehearsed: bool = True
) -> RoundState:
    """Where voting stands by the clock, whatever has been recorded so far.

    `opens` and `closes` are aware moments: a ballot is admitted from `opens` on and until just before `closes`. A
    locked round whose opening was not rehearsed stays locked: nobody knows whether its box could be opened.
    """
    if state not in (R.LOCKED, R.VOTING) or opens is None or closes is None:
        return state
    if state == R.LOCKED and not rehearsed:
        return state
    if now >= closes:
        return R.CLOSED
    return R.VOTING if now >= opens else R.LOCKED


def bidding_phase(state: RoundState, closes: datetime | None, now: datetime) -> RoundState:
    """Where bidding stands by the clock: a round that takes bids is being checked from `closes` on."""
    return R.CHECKING if state == R.BIDDING and closes is not None and now >= closes else state


def round_arrow(state: RoundState, to: RoundState) -> None:
    """Refuse (`not_from_here`) an arrow that the table does not hold."""
    if to not in ROUND_ARROWS[state]:
        raise Refusal(
            "not_from_here",
            N_("This round cannot go from “%(state)s” to “%(to)s”."),
            state=state.value.replace("_", " "),
            to=to.value.replace("_", " "),
        )


def bid_arrow(state: BidState, to: BidState) -> None:
    """Refuse (`not_from_here`) an arrow that the table does not hold."""
    if to not in BID_ARROWS[state]:
        raise Refusal(
            "not_from_here",
            N_("This bid cannot go from “%(state)s” to “%(to)s”."),
            state=state.value.replace("_", " "),
            to=to.value.replace("_", " "),
        )
