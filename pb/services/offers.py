"""Offers: part of the money offered to the bid next in line, and the group's answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.clock import in_london
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.money import format_money
from pb.core.outcome import ProjectResult
from pb.core.permissions import may_answer_offer, may_make_offers
from pb.core.states import BidState, RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.ballots import Project
from pb.models.bids import Bid
from pb.models.counts import Offer, OfferState
from pb.services.bid_letters import tell_group
from pb.services.bid_states import set_bid_state
from pb.services.counts import last_count, read_count
from pb.services.ledger import record
from pb.services.round_states import must_be
from pb.services.rounds import locked_round
from pb.services.transactions import transaction


def pending_results(round_id: int) -> list[ProjectResult]:
    """The part awards of the newest count that are not answered, whether or not the group has been told yet."""
    count = last_count(round_id)
    if count is None:
        return []
    return [each for outcome in read_count(count).outcomes.values() for each in outcome.pending]


def make_offer(
    round_id: int, key: str, *, by: Actor, answer_by: datetime | None = None, in_room: bool = False
) -> Offer:
    """Offer a project (by its key) the part that the newest count sets aside for it, with a day to answer by.

    Offered once more, the open offer stays as it was. A group that answers `in_room` is not written to. Raises
    NotFound `no_round`; NotAllowed `may_not_offer`; Refusal `not_now`, `nothing_to_offer`, `answer_by_past`. Event
    `offer_made`.
    """
    if not may_make_offers(by):
        raise NotAllowed("may_not_offer", N_("Only officers and the count lead make offers."))
    if answer_by is not None and answer_by <= present.now():
        sentence = N_("The day to answer by must be in the future.")
        raise Refusal("answer_by_past", sentence, field="answer_by", status=422)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        must_be(the_round, RoundState.OPENED)
        amount = next((each.amount for each in pending_results(round_id) if each.id == key), None)
        if amount is None:
            raise Refusal("nothing_to_offer", N_("The newest count sets no part of the money aside for this bid."))
        project = session.scalars(select(Project).where(Project.round_id == round_id, Project.key == key)).one()
        before = session.scalar(select(Offer).where(Offer.project_id == project.id, Offer.state == OfferState.OPEN))
        if before is not None and before.amount == amount:
            return before
        if before is not None:
            before.state = OfferState.OVERTAKEN
        return _offer(session, project, amount, answer_by, by, tell=not in_room)


def answer_offer(offer_id: int, *, accepted: bool, by: Actor) -> Offer:
    """The group's yes or no: its contact gives it, or an officer records what was said in the room.

    The same answer once more changes nothing. Raises NotFound `no_offer`; Refusal `not_now`, `answered_already`,
    `offer_overtaken`. Event `offer_answered`.
    """
    with transaction() as session:
        offer = _offer_to_answer(session, offer_id, by)
        state = OfferState.ACCEPTED if accepted else OfferState.DECLINED
        if offer.state == state:
            return offer
        if offer.state == OfferState.OVERTAKEN:
            raise Refusal("offer_overtaken", N_("This offer was replaced by another."))
        if offer.state != OfferState.OPEN:
            raise Refusal("answered_already", N_("This offer has been answered already."))
        offer.state, offer.answered_at, offer.answered_by = state, present.now(), by.account_id
        record(
            "offer_answered", by, round_id=offer.round_id, subject=f"offer:{offer.id}",
            accepted=accepted, amount=offer.amount,
        )  # fmt: skip
    return offer


def offers_of(round_id: int) -> list[tuple[Offer, Project]]:
    """The offers of a round with their projects, the oldest first."""
    query = select(Offer, Project).join(Project, Offer.project_id == Project.id)
    rows = db.session.execute(query.where(Offer.round_id == round_id).order_by(Offer.id))
    return [(row[0], row[1]) for row in rows]


def last_offer(bid_id: int) -> Offer | None:
    """The newest offer made to a bid; None where nothing was offered."""
    query = select(Offer).join(Project, Offer.project_id == Project.id).where(Project.bid_id == bid_id)
    return db.session.scalar(query.order_by(Offer.id.desc()).limit(1))


def _offer(
    session: Session, project: Project, amount: int, answer_by: datetime | None, by: Actor, *, tell: bool
) -> Offer:
    offer = Offer(
        round_id=project.round_id, project_id=project.id, amount=amount, state=OfferState.OPEN,
        made_at=present.now(), answer_by=answer_by,
    )  # fmt: skip
    session.add(offer)
    session.flush()
    bid = session.get(Bid, project.bid_id) if project.bid_id else None
    if bid is not None:
        if tell:
            _tell(bid, offer)
        if bid.state != BidState.OFFERED:
            set_bid_state(bid, BidState.OFFERED, by)
    record("offer_made", by, round_id=project.round_id, subject=f"offer:{offer.id}", amount=amount)
    return offer


def _tell(bid: Bid, offer: Offer) -> None:
    """Write to the group, with the page on which it answers."""
    currency = bid.round.currency
    tell_group(
        bid,
        "offer_made",
        amount=format_money(offer.amount, currency),
        asked=format_money(bid.asked or 0, currency),
        answer_by=in_london(offer.answer_by) if offer.answer_by else "",
    )


def _offer_to_answer(session: Session, offer_id: int, by: Actor) -> Offer:
    """The offer as it stands once its round is locked, which whoever counts or offers anew locks first too."""
    offer = session.get(Offer, offer_id)
    project = session.get(Project, offer.project_id) if offer else None
    bid = session.get(Bid, project.bid_id) if project and project.bid_id else None
    if offer is None or not may_answer_offer(by, bid.organisation_id if bid else None):
        raise NotFound("no_offer", N_("There is no such offer, or it is for another group."))
    must_be(locked_round(session, offer.round_id), RoundState.OPENED)
    session.refresh(offer)
    return offer
