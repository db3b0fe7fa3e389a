"""The only place where a bid changes its state."""

from __future__ import annotations

from pb.core import states
from pb.core.actors import Actor
from pb.core.states import BidState
from pb.models.bids import Bid
from pb.services.ledger import record


def set_bid_state(bid: Bid, to: BidState, by: Actor, *, reason: str = "") -> None:
    """Move a bid along one arrow, inside the caller's transaction, and record it.

    Refuses (`not_from_here`) what is no arrow.
    """
    states.bid_arrow(bid.state, to)
    record(
        "bid_state",
        by,
        round_id=bid.round_id,
        subject=f"bid:{bid.id}",
        **{"from": bid.state.value, "to": to.value, "reason": reason},
    )
    bid.state = to
