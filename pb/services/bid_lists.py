"""Finding bids: a group's own, an officer's list with its counts, what still stops the lock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import selectinload

from pb.core.actors import Actor
from pb.core.checks import CHECKS, CheckResult, unanswered_in
from pb.core.errors import NotFound
from pb.core.permissions import may_bid_for, may_see_bids
from pb.core.states import BidState, RoundState
from pb.core.words import N_
from pb.extensions import db
from pb.models.bids import Bid, Check
from pb.models.events import Event
from pb.models.rounds import Round
from pb.services.bid_facts import facts_of
from pb.services.bids import takes_bids
from pb.services.checks import OPEN_TO_CHECKS
from pb.services.pages import Page, page_of


@dataclass(frozen=True)
class Step:
    """One step in the life of a bid: when, to which state, with which reason."""

    at: datetime
    to: BidState
    reason: str


def own_bid(reference: str, by: Actor) -> Bid:
    """A bid of a group that the person acts for. Raises NotFound `no_bid`, whoever's it is."""
    bid = db.session.scalar(select(Bid).where(Bid.reference == reference.upper()))
    if bid is None or not may_bid_for(by, bid.organisation_id):
        raise NotFound("no_bid", N_("There is no such bid, or it belongs to another group."))
    return bid


def sent_bid(reference: str, by: Actor) -> Bid:
    """A bid that was sent, for staff. Raises NotFound `no_bid`."""
    bid = db.session.scalar(select(Bid).where(Bid.reference == reference.upper()))
    if bid is None or bid.submitted_at is None or not may_see_bids(by):
        raise NotFound("no_bid", N_("There is no such bid."))
    return bid


def bids_of(by: Actor) -> list[Bid]:
    """The bids of every group that a person acts for, the last saved first."""
    query = select(Bid).where(Bid.organisation_id.in_(by.organisations)).order_by(Bid.saved_at.desc(), Bid.id.desc())
    return list(db.session.scalars(query.options(selectinload(Bid.round), selectinload(Bid.organisation))))


def rounds_taking_bids() -> list[Round]:
    """The rounds in which a bid can be sent now, the first to close first."""
    query = select(Round).where(Round.state == RoundState.BIDDING, Round.practice.is_(False))
    return [each for each in db.session.scalars(query.order_by(Round.bids_close_at, Round.id)) if takes_bids(each)]


def bids_page(round_id: int, number: int = 1, *, state: str = "", pot_id: int | None = None) -> Page[Bid]:
    """A page of the sent bids of a round, in the order they came; those in a state or of a pot only, where given."""
    return page_of(_filtered(round_id, state, pot_id).options(*_LOADED), number)


def each_bid(round_id: int, *, state: str = "", pot_id: int | None = None) -> Iterator[Bid]:
    """The sent bids of a round one after the other, however many, for an export."""
    query = _filtered(round_id, state, pot_id).options(*_LOADED).execution_options(yield_per=100)
    yield from db.session.scalars(query)


def counts_by_state(round_id: int) -> dict[BidState, int]:
    """How many bids of a round are in each state; drafts are counted too."""
    rows = db.session.execute(select(Bid.state, func.count()).where(Bid.round_id == round_id).group_by(Bid.state))
    return {state: count for state, count in rows}  # noqa: C416 - rows are no pairs to mypy


def next_to_check(round_id: int, after: Bid | None = None) -> Bid | None:
    """The next bid that waits for an officer, `after` one or from the beginning again; None if no other does."""
    query = _sent(round_id).where(Bid.state.in_(OPEN_TO_CHECKS), Bid.refusal_asked_by.is_(None))
    if after is None:
        return db.session.scalar(query.limit(1))
    others = query.where(Bid.id != after.id)
    later = or_(Bid.submitted_at > after.submitted_at, and_(Bid.submitted_at == after.submitted_at, Bid.id > after.id))
    return db.session.scalar(others.where(later).limit(1)) or db.session.scalar(others.limit(1))


def refusals_waiting(round_id: int) -> list[Bid]:
    """Bids that one officer found ineligible and a second person has not settled yet, the oldest first."""
    query = select(Bid).where(
        Bid.round_id == round_id, Bid.state.in_(OPEN_TO_CHECKS), Bid.refusal_asked_by.is_not(None)
    )
    return list(db.session.scalars(query.order_by(Bid.refusal_asked_at, Bid.id).options(*_LOADED)))


def unanswered(round_id: int) -> list[tuple[str, int]]:
    """Questions without an answer about bids of a round: (label, how many bids), in the order of the questions."""
    counts: Counter[str] = Counter()
    for bid in db.session.scalars(_sent(round_id).where(Bid.state.in_(OPEN_TO_CHECKS)).options(*_LOADED)):
        counts.update(unanswered_in(facts_of(bid), answers_of(bid)))
    return [(rule.label, counts[key]) for key, rule in CHECKS.items() if counts[key]]


def answers_of(bid: Bid) -> dict[str, CheckResult]:
    """The answers that stand about a bid, by question."""
    return {check.rule: check.result for check in bid.checks}


def conditions_of(bid: Bid) -> list[Check]:
    """What was found "met, on a condition": it goes into the grant's agreement."""
    return [check for check in bid.checks if check.result == CheckResult.CONDITION]


def steps_of(bid: Bid) -> list[Step]:
    """What has happened to a bid, oldest first, from the ledger."""
    query = select(Event).where(
        Event.round_id == bid.round_id, Event.kind == "bid_state", Event.subject == f"bid:{bid.id}"
    )
    events = db.session.scalars(query.order_by(Event.id))
    return [Step(event.at, BidState(event.facts["to"]), event.facts["reason"]) for event in events]


_LOADED = (
    selectinload(Bid.round),
    selectinload(Bid.organisation),
    selectinload(Bid.pot),
    selectinload(Bid.checks),
    selectinload(Bid.cost_lines),
)


def _sent(round_id: int) -> Select[Bid]:
    query = select(Bid).where(Bid.round_id == round_id, Bid.submitted_at.is_not(None))
    return query.order_by(Bid.submitted_at, Bid.id)


def _counted(round_id: int) -> Select[int]:
    return select(func.count()).select_from(Bid).where(Bid.round_id == round_id)


def _filtered(round_id: int, state: str, pot_id: int | None) -> Select[Bid]:
    query = _sent(round_id)
    if state in set(BidState):
        query = query.where(Bid.state == BidState(state))
    return query.where(Bid.pot_id == pot_id) if pot_id is not None else query
