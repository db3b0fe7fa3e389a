"""Support: what a winning group still needs, added by a member, agreed by the group; help that residents offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb.core.actors import ANYONE, Actor
from pb.core.errors import Fault, NotAllowed, NotFound, Refusal, Refusals
from pb.core.permissions import may_bid_for
from pb.core.plain_text import many_lines, one_line, text_faults
from pb.core.support import LONGEST_NEED, SUPPORT_KINDS
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.ballots import Project
from pb.models.bids import Bid
from pb.models.decisions import Decision, HelpOffer, Support
from pb.models.rounds import Round
from pb.services.decision_desk import DECIDING, PUBLISHED, desk_for
from pb.services.ledger import record
from pb.services.outbox import queue_message
from pb.services.result_letters import contacts_of
from pb.services.round_states import must_be
from pb.services.rounds import locked_round
from pb.services.sealed_fields import open_field, seal_field
from pb.services.transactions import transaction

LIMITS = {"name": 120, "contact": 200, "message": 1_000}
#: More than this in a day for one project is no longer help.
MOST_IN_A_DAY = 50


@dataclass(frozen=True)
class Help:
    """Help that a resident offers: who, how to reach them, what they say."""

    name: str
    contact: str
    message: str
    offered_at: datetime


def add_support(project_id: int, kind: str, text: str, *, by: Actor) -> Support:
    """Say what a winning group still needs; by a member who may decide on it. The group agrees before it is shown.

    The group is asked once the result is released (`ask_groups`), so that the question does not give it away.
    Raises NotFound `no_project`; NotAllowed `not_your_pot`; Refusal `not_now`, `not_funded`, `nobody_to_agree`;
    Refusals `kind_missing`, `need_missing`, `need_long`. Event `support_added`.
    """
    text = " ".join(text.split())
    _refuse_need(kind, text)
    with transaction() as session:
        desk, _pot = desk_for(project_id)
        the_round = locked_round(session, desk.project.round_id)
        must_be(the_round, *DECIDING, *PUBLISHED)
        if not desk.may_be_decided(by):
            raise NotAllowed("not_your_pot", N_("You do not decide on this pot."))
        if desk.decision is None or not desk.decision.amount:
            raise Refusal("not_funded", N_("Support is for a bid that gets money. Decide on it first."))
        bid = session.get(Bid, desk.project.bid_id) if desk.project.bid_id else None
        if bid is None:
            raise Refusal("nobody_to_agree", N_("No group stands behind this project that could agree."))
        support = Support(
            project_id=project_id, kind=kind, text=text, added_by=by.account_id, added_at=present.now()
        )  # fmt: skip
        session.add(support)
        session.flush()
        record("support_added", by, round_id=bid.round_id, subject=f"support:{support.id}", bid=bid.id)
        if the_round.state in PUBLISHED:
            _ask_group(bid, support)
    return support


def ask_groups(round_id: int) -> None:
    """Ask the groups of a round, at its first release, about the needs that were added before; in a transaction."""
    query = select(Support).join(Project, Support.project_id == Project.id).where(Project.round_id == round_id)
    for support in db.session.scalars(query.order_by(Support.id)):
        if support.project.bid is not None:
            _ask_group(support.project.bid, support)


def agree_support(support_id: int, *, by: Actor) -> Support:
    """The group agrees that this is shown to everybody. Agreed again, nothing changes.

    Raises NotFound `no_support`, whoever's it is; Refusal `not_now` before the release. Event `support_agreed`.
    """
    with transaction() as session:
        support, bid = _support_of(session, support_id, by)
        must_be(locked_round(session, bid.round_id), *PUBLISHED)
        if support.agreed_at is None:
            support.agreed_by, support.agreed_at = by.account_id, present.now()
            record("support_agreed", by, round_id=bid.round_id, subject=f"support:{support.id}", bid=bid.id)
    return support


def supports_of(project_id: int, *, agreed: bool = False) -> list[Support]:
    """What a project still needs, in the order it was added; only what the group agreed to, where asked."""
    query = select(Support).where(Support.project_id == project_id).order_by(Support.id)
    return list(db.session.scalars(query.where(Support.agreed_at.is_not(None)) if agreed else query))


def supports_to_agree(project: Project | None) -> list[Support]:
    """What the group behind a project reads of its needs: nothing before the result is released."""
    if project is None or db.session.get_one(Round, project.round_id).state not in PUBLISHED:
        return []
    return supports_of(project.id)


def supports_of_round(round_id: int) -> dict[int, list[Support]]:
    """What the projects of a round still need and their groups agreed to, by project."""
    query = select(Support).join(Project, Support.project_id == Project.id).order_by(Support.id)
    found: dict[int, list[Support]] = {}
    for each in db.session.scalars(query.where(Project.round_id == round_id, Support.agreed_at.is_not(None))):
        found.setdefault(each.project_id, []).append(each)
    return found


def takes_help(project: Project) -> bool:
    """Whether residents may offer help: the project won in a published result, and a group stands behind it."""
    the_round = db.session.get_one(Round, project.round_id)
    if project.bid_id is None or the_round.state not in PUBLISHED:
        return False
    query = select(Decision.amount).where(Decision.project_id == project.id, Decision.superseded.is_(False))
    return bool(db.session.scalar(query))


def offer_help(project_id: int, *, name: str, contact: str, message: str, by: Actor = ANYONE) -> HelpOffer:
    """A resident's offer to help a winning group; kept sealed, for the group's contacts to read.

    They are told by e-mail that it is there, not what it says. Raises NotFound `no_project`; Refusal `no_help_now`,
    `too_many_offers`; Refusals `missing`, `too_long`. Event `help_offered`.
    """
    said = {"name": one_line(name), "contact": one_line(contact), "message": many_lines(message)}
    _refuse_words(said)
    with transaction() as session:
        project = session.get(Project, project_id)
        if project is None:
            raise NotFound("no_project", N_("There is no such project in this round."))
        if not takes_help(project):
            raise Refusal("no_help_now", N_("This project does not look for help here."))
        _refuse_flood(session, project_id)
        offer = HelpOffer(project_id=project_id, sealed=None, offered_at=present.now())
        session.add(offer)
        session.flush()
        offer.sealed = seal_field(f"help:{offer.id}", said)
        record("help_offered", by, round_id=project.round_id, subject=f"project:{project_id}")
        _tell_group(session, project)
    return offer


def help_for(bid: Bid, by: Actor) -> list[Help]:
    """The help that residents offered to a group, the newest first. Raises NotFound `no_bid` for other people."""
    if not may_bid_for(by, bid.organisation_id):
        raise NotFound("no_bid", N_("There is no such bid, or it belongs to another group."))
    query = select(HelpOffer).join(Project, HelpOffer.project_id == Project.id).where(Project.bid_id == bid.id)
    offers = db.session.scalars(query.order_by(HelpOffer.id.desc()))
    return [
        Help(**open_field(f"help:{each.id}", each.sealed), offered_at=each.offered_at) for each in offers if each.sealed
    ]


def project_of_bid(bid_id: int) -> Project | None:
    """The project that a bid is on the ballot; None before the lock."""
    return db.session.scalar(select(Project).where(Project.bid_id == bid_id))


def _refuse_need(kind: str, text: str) -> None:
    faults = []
    if kind not in SUPPORT_KINDS:
        faults.append(Fault("kind_missing", N_("Choose what kind of help is needed."), field="kind"))
    if not text:
        faults.append(
            Fault("need_missing", N_("Say what is needed, such as “four people on two Saturdays”."), field="text")
        )
    elif len(text) > LONGEST_NEED:
        faults.append(Fault("need_long", N_("Use at most %(most)s characters."), {"most": LONGEST_NEED}, "text"))
    if faults:
        raise Refusals(faults)


def _refuse_words(said: dict[str, str]) -> None:
    sentences = {
        "name": N_("Enter your name."),
        "contact": N_("Enter an e-mail address or telephone number, so that the group can reach you."),
        "message": N_("Say how you would like to help."),
    }
    faults = text_faults(said, sentences, LIMITS)
    if faults:
        raise Refusals(faults)


def _refuse_flood(session: Session, project_id: int) -> None:
    since = present.now() - timedelta(days=1)
    query = select(func.count()).select_from(HelpOffer)
    if (
        session.scalar(query.where(HelpOffer.project_id == project_id, HelpOffer.offered_at > since)) or 0
    ) >= MOST_IN_A_DAY:
        raise Refusal("too_many_offers", N_("So many people have offered help today. Please come back tomorrow."))


def _support_of(session: Session, support_id: int, by: Actor) -> tuple[Support, Bid]:
    support = session.get(Support, support_id)
    bid = support.project.bid if support else None
    if support is None or bid is None or not may_bid_for(by, bid.organisation_id):
        raise NotFound("no_support", N_("There is nothing to agree to here, or it is for another group."))
    return support, bid


def _ask_group(bid: Bid, support: Support) -> None:
    _letters(bid, "support_added", {"need": support.text})


def _tell_group(session: Session, project: Project) -> None:
    _letters(session.get_one(Bid, project.bid_id), "help_offered", {})


def _letters(bid: Bid, kind: str, said: dict[str, Any]) -> None:
    link = f"{present.settings.public_url}/groups/bids/{bid.reference}/support"
    for contact in contacts_of(bid.organisation_id):
        queue_message(
            kind, contact.email, language=contact.language, name=contact.name, title=bid.title, link=link, **said
        )
