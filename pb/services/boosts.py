"""The boost vote: which bids may have a voter's extra vote, each marked with a reason before the lock."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.errors import Refusal
from pb.core.states import BidState
from pb.core.words import N_
from pb.extensions import db
from pb.models.bids import Bid
from pb.models.events import Event
from pb.models.rounds import Round
from pb.services.checks import bid_of_open_round, reason_given, refuse_stranger
from pb.services.ledger import record
from pb.services.transactions import transaction

#: The states in which a bid is still on its way to the ballot.
ON_THE_WAY = frozenset({BidState.SUBMITTED, BidState.IN_REVIEW, BidState.QUERIED, BidState.ELIGIBLE})


def has_boost(the_round: Round) -> bool:
    """Whether the round's ballot gives each voter an extra vote for a marked bid."""
    return the_round.ballot_type == "approval" and the_round.ballot_settings.get("boost") is True


def may_be_marked(bid: Bid) -> bool:
    """Whether a mark has a meaning for this bid: its round has a boost vote, and the bid may reach the ballot."""
    return has_boost(bid.round) and bid.state in ON_THE_WAY


def mark_bid(bid_id: int, reason: str, *, by: Actor) -> None:
    """Let voters give their extra vote to this bid; the reason stands in the record.

    Raises NotFound `no_bid`, NotAllowed `may_not_check`, Refusal `no_boost`, `reason_missing`, `reason_long`,
    `not_now`. Event `bid_marked`, unless it was marked already.
    """
    _set(bid_id, True, reason, by)


def unmark_bid(bid_id: int, reason: str, *, by: Actor) -> None:
    """Take a bid's mark away; as `mark_bid`."""
    _set(bid_id, False, reason, by)


def marked_because(bid: Bid) -> str:
    """The reason for which a bid was last marked; empty where it is not."""
    if not bid.boost:
        return ""
    query = select(Event).where(
        Event.round_id == bid.round_id, Event.kind == "bid_marked", Event.subject == f"bid:{bid.id}"
    )
    event = db.session.scalar(query.order_by(Event.id.desc()).limit(1))
    return str(event.facts["reason"]) if event else ""


def _set(bid_id: int, marked: bool, reason: str, by: Actor) -> None:
    with transaction() as session:
        bid = _bid_to_mark(session, bid_id, by)
        told = reason_given(reason)
        if bid.boost != marked:
            bid.boost = marked
            record("bid_marked", by, round_id=bid.round_id, subject=f"bid:{bid.id}", marked=marked, reason=told)


def _bid_to_mark(session: Session, bid_id: int, by: Actor) -> Bid:
    bid = bid_of_open_round(session, bid_id)
    refuse_stranger(bid, by)
    if not may_be_marked(bid):
        raise Refusal("no_boost", N_("This round has no extra vote, or this bid does not go on its ballot."))
    return bid
