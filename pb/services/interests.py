"""Interests: a member who has one in a bid says so, cannot decide it, and it goes to the cabinet."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor, Role
from pb.core.errors import NotAllowed, Refusal
from pb.core.states import RANKED_STATES, BidState
from pb.core.words import N_
from pb.extensions import present
from pb.models.ballots import Project
from pb.models.bids import Bid
from pb.models.decisions import Decision, Interest
from pb.services.bid_states import set_bid_state
from pb.services.decision_desk import DECIDING, Desk, desk_for, no_project
from pb.services.ledger import record
from pb.services.round_states import must_be
from pb.services.rounds import locked_round
from pb.services.transactions import transaction

LONGEST_NATURE = 1_000


def declare_interest(project_id: int, nature: str, *, by: Actor) -> Interest:
    """Declare an interest in a project, whose `nature` is published. It cannot be taken back.

    The member cannot decide the bid any more. Where a ward member declares, it is referred to the cabinet, and a
    decision that the member took before stands no more. Raises NotFound `no_project`; NotAllowed `not_a_member`;
    Refusal `not_now`, `nature_missing`, `nature_long`, `declared_already`. Event `interest_declared`.
    """
    if not by.has(Role.MEMBER, Role.CABINET):
        raise NotAllowed("not_a_member", N_("Only members of the council declare interests here."))
    nature = _nature(nature)
    with transaction() as session:
        project = session.get(Project, project_id)
        if project is None:
            raise no_project()
        must_be(locked_round(session, project.round_id), *DECIDING)
        known = select(Interest.id).where(Interest.project_id == project_id, Interest.account_id == by.account_id)
        if session.scalar(known) is not None:
            raise Refusal("declared_already", N_("You have declared an interest in this bid already."))
        interest = Interest(
            project_id=project_id, account_id=by.account_id, nature=nature, declared_at=present.now()
        )  # fmt: skip
        session.add(interest)
        session.flush()
        record("interest_declared", by, round_id=project.round_id, subject=f"project:{project_id}", bid=project.bid_id)
        _set_aside(session, project_id, by)
        _refer(session, desk_for(project_id)[0], by)
    return interest


def _nature(nature: str) -> str:
    nature = nature.strip()
    if not nature:
        sentence = N_("Say what the interest is. It is published with the decision.")
        raise Refusal("nature_missing", sentence, field="nature", status=422)
    if len(nature) > LONGEST_NATURE:
        sentence = N_("Use at most %(most)s characters.")
        raise Refusal("nature_long", sentence, field="nature", status=422, most=LONGEST_NATURE)
    return nature


def _set_aside(session: Session, project_id: int, by: Actor) -> None:
    """A decision that the member took before they declared is kept, and stands no more."""
    query = select(Decision).where(
        Decision.project_id == project_id, Decision.decided_by == by.account_id, Decision.superseded.is_(False)
    )
    for decision in session.scalars(query):
        decision.superseded = True
    session.flush()


def _refer(session: Session, desk: Desk, by: Actor) -> None:
    bid = session.get(Bid, desk.project.bid_id) if desk.project.bid_id else None
    if bid is not None and desk.referred and bid.state in RANKED_STATES and desk.recommended:
        set_bid_state(bid, BidState.REFERRED, by, reason=N_("A member declared an interest."))
