"""Publication: the owner asks, an approver releases, and what was released is frozen with its digest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.blockers import Blocked
from pb.core.canonical import digest
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.permissions import has_stepped_up, may_approve
from pb.core.reasons import read_reason
from pb.core.states import BidState, RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.bids import Bid
from pb.models.publications import Publication
from pb.models.rounds import Round
from pb.services.anchor_letters import tell_fingerprint
from pb.services.bid_states import set_bid_state
from pb.services.decision_desk import PUBLISHED, Desk, desk_of, standing_decisions
from pb.services.ledger import record
from pb.services.mailing import ask_to_send_news
from pb.services.packages import make_package
from pb.services.publication_blockers import release_blockers
from pb.services.publication_content import content_of
from pb.services.result_letters import tell_groups
from pb.services.round_states import record_due_arrows, set_round_state
from pb.services.rounds import locked_round, round_to_change
from pb.services.support import ask_groups
from pb.services.transactions import transaction

#: Characters of what a correction says of itself.
LONGEST_REASON = 1_000


def publications_of(round_id: int) -> list[Publication]:
    """The publications of a round's result, the newest first: a correction stands before what it corrects."""
    query = select(Publication).where(Publication.round_id == round_id).order_by(Publication.number.desc())
    return list(db.session.scalars(query))


def publication_of(round_id: int) -> Publication | None:
    """The publication that holds for a round; None before the release."""
    return next(iter(publications_of(round_id)), None)


def published(round_id: int) -> Publication:
    """The publication that holds for a round. Raises NotFound `no_publication` before the release."""
    found = publication_of(round_id)
    if found is None:
        raise _not_published()
    return found


def numbered_publication(round_id: int, number: int) -> Publication:
    """One publication of a round. Raises NotFound `no_publication`."""
    query = select(Publication).where(Publication.round_id == round_id, Publication.number == number)
    found = db.session.scalar(query)
    if found is None:
        raise _not_published()
    return found


def _not_published() -> NotFound:
    return NotFound("no_publication", N_("The result of this round is not published yet."))


def draft_of_result(the_round: Round, reason: str = "") -> dict[str, Any]:
    """What would be released now, as JSON data. Raises Refusal `not_certified`."""
    before = publication_of(the_round.id)
    return content_of(the_round, number=before.number + 1 if before else 1, reason=reason)


def ask_release(round_id: int, *, by: Actor, reason: str = "") -> str:
    """The owner asks an approver to release the result; gives the digest of what would be released.

    What corrects an earlier publication needs its `reason`, which is published. Raises NotFound `no_round`;
    NotAllowed `not_your_round`; Refusal `reason_missing`, `reason_long`, `nothing_corrected`; Blocked. Event
    `release_asked`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        record_due_arrows(the_round)
        _refuse_blocked(the_round)
        content = draft_of_result(the_round, _reason(the_round, reason))
        _refuse_the_same(the_round, content)
        sha256 = digest(content)
        the_round.release_asked_by, the_round.release_asked_sha256 = by.account_id, sha256
        the_round.release_asked_reason = content["reason"]
        record(
            "release_asked", by, round_id=round_id, subject=f"round:{round_id}",
            publication=content["number"], sha256=sha256, reason=content["reason"],
        )  # fmt: skip
    return sha256


def release(round_id: int, *, sha256: str, by: Actor) -> Publication:
    """Release the result that the owner asked to release; by an approver who is not the owner and decided nothing.

    `sha256` is the digest that the approver read. Side effects in order: the publication is frozen, its package made,
    scrutineers get its fingerprint, bids become approved or declined, the round is published, groups and those who
    asked for news are told. Raises NotFound `no_round`; NotAllowed
    `not_the_approver`, `own_decision`, `step_up`; Refusal `release_not_asked`, `release_changed` (409: something was
    decided since it was asked for or read); Blocked. Events `result_published`, `package_made`.
    """
    with transaction() as session:
        the_round = locked_round(session, round_id)
        _refuse_approver(the_round, by)
        _refuse_blocked(the_round)
        if the_round.release_asked_sha256 is None:
            raise Refusal("release_not_asked", N_("The officer who owns this round has not asked for the release."))
        content = draft_of_result(the_round, the_round.release_asked_reason)
        if not the_round.release_asked_sha256 == sha256 == digest(content):
            sentence = N_("Something has changed since the release was asked for. The owner must look and ask again.")
            raise Refusal("release_changed", sentence)
        before = publication_of(round_id)
        publication = _freeze(session, the_round, content, by)
        tell_fingerprint(the_round, make_package(session, publication, by), publication.number)
        _move(session, the_round, by)
        tell_groups(the_round, content, before.content if before else None)
        ask_to_send_news(the_round)
        if before is None:
            ask_groups(round_id)
    return publication


def _reason(the_round: Round, reason: str) -> str:
    """The reason of a correction; the first publication has none."""
    if the_round.state not in PUBLISHED:
        return ""
    return read_reason(
        reason, N_("Say what is corrected and why. It is published with the result."), most=LONGEST_REASON, lines=True
    )


def _refuse_the_same(the_round: Round, content: dict[str, Any]) -> None:
    before = publication_of(the_round.id)
    if before is not None and _without_edition(before.content) == _without_edition(content):
        raise Refusal("nothing_corrected", N_("Nothing has changed since the last publication."))


def _without_edition(content: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key not in ("number", "reason")}


def _refuse_blocked(the_round: Round) -> None:
    found = release_blockers(the_round)
    if found:
        raise Blocked(found)


def _refuse_approver(the_round: Round, by: Actor) -> None:
    if not may_approve(by, the_round.owner_id) or by.account_id == the_round.release_asked_by:
        raise NotAllowed("not_the_approver", N_("The result is released by an approver who is not the round's owner."))
    if any(each.decided_by == by.account_id for each in standing_decisions(the_round.id)):
        raise NotAllowed("own_decision", N_("You decided on a bid of this round, so somebody else must release it."))
    if not has_stepped_up(by):
        raise NotAllowed("step_up", N_("Show your second factor again before you do this."))


def _freeze(session: Session, the_round: Round, content: dict[str, Any], by: Actor) -> Publication:
    publication = Publication(
        round_id=the_round.id, number=content["number"], content=content, sha256=digest(content),
        reason=content["reason"], released_by=by.account_id, released_at=present.now(),
    )  # fmt: skip
    session.add(publication)
    the_round.release_asked_by, the_round.release_asked_sha256 = None, None
    the_round.release_asked_reason = ""
    session.flush()
    record(
        "result_published", by, round_id=the_round.id, subject=f"publication:{publication.id}",
        publication=publication.number, sha256=publication.sha256,
    )  # fmt: skip
    return publication


def _move(session: Session, the_round: Round, by: Actor) -> None:
    for pot in desk_of(the_round):
        for desk in pot.projects:
            _move_bid(session, desk, by)
    if the_round.state not in PUBLISHED:
        set_round_state(the_round, RoundState.PUBLISHED, by)


def _move_bid(session: Session, desk: Desk, by: Actor) -> None:
    """A decided bid is approved or declined; those that no decision concerns stay as the count left them."""
    bid = session.get(Bid, desk.project.bid_id) if desk.project.bid_id else None
    if bid is None or desk.decision is None or bid.state == BidState.WITHDRAWN:
        return
    to = BidState.APPROVED if desk.decision.amount else BidState.DECLINED
    past_approval = bid.state in (BidState.AGREED, BidState.PAID, BidState.REPORTING, BidState.COMPLETE)
    if bid.state != to and not (to == BidState.APPROVED and past_approval):
        set_bid_state(bid, to, by, reason=desk.decision.reason)


def published_decisions(the_round: Round) -> dict[str, Any] | None:
    """The decisions that members have published before the release, beside the rank, as JSON data like a
    publication's; None where there are none.
    """
    if the_round.state != RoundState.DECIDING:
        return None
    content = draft_of_result(the_round)
    for pot in content["pots"]:
        pot["projects"] = [each for each in pot["projects"] if each["decision"] and each["decision"]["published_at"]]
    content["pots"] = [pot for pot in content["pots"] if pot["projects"]]
    return content if content["pots"] else None
