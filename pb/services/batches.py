"""A batch of codes after it was made: its cards counted by stewards, and cancelled if it has to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, Select, func, select, update
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.cards import TYPED, BatchNumbers, most_lost
from pb.core.errors import Fault, NotAllowed, NotFound, Refusal, Refusals
from pb.core.permissions import has_stepped_up, may_count_cards, may_replace_lost_cards
from pb.core.reasons import SAY_WHY, read_reason
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.codes import Code, CodeBatch, CodeState, Declarer
from pb.models.jobs import Job, JobState
from pb.models.roll import RollEntry, RollState
from pb.services.audits import used_audit_cards
from pb.services.codes import MAKING, MOST_CODES
from pb.services.count_corrections import settle_correction
from pb.services.ledger import record
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import locked_round, round_to_change
from pb.services.transactions import transaction

#: Cards are counted until the count is certified: stewards bring their numbers after the close.
COUNTING = (*MAKING, RoundState.CLOSED, RoundState.OPENED)


@dataclass(frozen=True)
class LostCards:
    """How many lost cards of a batch were replaced, and how many may be."""

    replaced: int
    most: int


def find_batch(round_id: int, batch_id: int) -> CodeBatch:
    """A batch of a round. Raises NotFound `no_batch`."""
    batch = db.session.get(CodeBatch, batch_id)
    if batch is None or batch.round_id != round_id:
        raise NotFound("no_batch", N_("This round has no such batch of codes."))
    return batch


def numbers_of_batches(round_id: int) -> list[BatchNumbers]:
    """What has become of the codes and cards of every batch of a round, in the order in which they were made."""
    counted = select(Code.batch_id, Code.state, func.count()).where(Code.round_id == round_id)
    rows = db.session.execute(counted.group_by(Code.batch_id, Code.state))
    codes = {(batch_id, state): number for batch_id, state, number in rows}
    marks, audit = _marks(RollEntry.round_id == round_id), used_audit_cards(round_id)
    return [_numbers(batch, codes, marks, audit) for batch in db.session.scalars(_batches(round_id))]


def numbers_of_batch(round_id: int, batch_id: int) -> BatchNumbers:
    """What has become of the codes and cards of one batch. Raises NotFound `no_batch`."""
    batch = find_batch(round_id, batch_id)
    counted = select(Code.state, func.count()).where(Code.batch_id == batch_id).group_by(Code.state)
    codes: dict[tuple[int | None, CodeState], int] = {
        (batch_id, state): number for state, number in db.session.execute(counted)
    }
    return _numbers(batch, codes, _marks(RollEntry.batch_id == batch_id), used_audit_cards(round_id))


def _marks(mine: Any) -> dict[int | None, int]:
    """How many people stewards put on the roll for a card, by its batch."""
    given = select(RollEntry.batch_id, func.count()).where(mine, RollEntry.state == RollState.CARD_GIVEN)
    return {row[0]: int(row[1]) for row in db.session.execute(given.group_by(RollEntry.batch_id))}


def _batches(round_id: int) -> Select[Any]:
    return select(CodeBatch).where(CodeBatch.round_id == round_id).order_by(CodeBatch.id)


def _numbers(
    batch: CodeBatch,
    codes: Mapping[tuple[int | None, CodeState], int],
    marks: Mapping[int | None, int],
    audit: Mapping[int | None, int],
) -> BatchNumbers:
    by_steward = batch.declarer == Declarer.STEWARD
    used, unused, void = (codes.get((batch.id, each), 0) for each in (CodeState.USED, CodeState.UNUSED, CodeState.VOID))
    typed = {name: getattr(batch, name) for name in TYPED}
    return BatchNumbers(
        name=batch.name,
        made=batch.made,
        used=used,
        unused=unused,
        void=void,
        spoilt=batch.spoilt,
        lost_replaced=batch.lost_replaced,
        revoked=batch.revoked,
        asked=batch.as_cards or any(value is not None for value in typed.values()),
        marks=marks.get(batch.id, 0) if by_steward else None,
        in_place=batch.in_place,
        audit=audit.get(batch.id, 0) if by_steward else 0,
        **{name: value or 0 for name, value in typed.items()},
    )


def lost_cards(batch: CodeBatch) -> LostCards:
    """How many lost cards of a batch were replaced, and how many may be at this moment."""
    handed_out = min(batch.handed_out or 0, batch.made)  # whatever was typed, no more were given than there are codes
    return LostCards(batch.lost_replaced, most_lost(handed_out, present.settings.lost_cards_per_thousand))


def note_card_counts(
    round_id: int, batch_id: int, counts: Mapping[str, int | None], *, by: Actor, reason: str = ""
) -> None:
    """Write down how many cards of a batch were printed, handed out, returned unused, missing and not returned.

    `counts` holds some of `TYPED`; None is not counted yet. How many of a batch were handed out that stewards
    declare for is counted as they do, whatever is typed. Counts that do not add up are kept: the page shows
    what is out, and certifying asks for the reason. Once voting is over, a number that is there is changed as
    `settle_correction` says, with a `reason`, and raises what that raises. Raises NotFound `no_round`, `no_batch`;
    NotAllowed `not_a_counter`; Refusal `not_now`; Refusals `count_wrong`, beside each field. Event `cards_counted`.
    """
    if not may_count_cards(by):
        raise NotAllowed("not_a_counter", N_("Only stewards and engagement officers count cards."))
    wrong = [name for name, value in counts.items() if value is not None and not 0 <= value <= MOST_CODES]
    if wrong:
        sentence = N_("Enter a number from 0 to %(most)s.")
        raise Refusals([Fault("count_wrong", sentence, {"most": MOST_CODES}, name) for name in wrong])
    with transaction() as session:
        batch = _batch_to_change(session, round_id, batch_id, COUNTING)
        typed = {name: counts.get(name) for name in TYPED}
        if batch.declarer == Declarer.STEWARD:
            typed["handed_out"] = batch.handed_out
        settle_correction(locked_round(session, round_id), batch, typed, reason, by=by)
        for name, value in typed.items():
            setattr(batch, name, value)
        record("cards_counted", by, round_id=round_id, subject=f"batch:{batch_id}", batch=batch_id, **typed)


def _no_more(batch: CodeBatch) -> str:
    if batch.declarer == Declarer.STEWARD:  # nobody types how many were handed out: each is counted as it is given
        return N_("No more lost cards of this batch can be replaced: %(most)s of %(handed_out)s handed out.")
    return N_(
        "No more lost cards of this batch can be replaced: %(most)s of %(handed_out)s handed out. "
        "If more cards were handed out by now, type that number first."
    )


def replace_lost(round_id: int, batch_id: int, *, by: Actor) -> LostCards:
    """Note that a lost card of a batch was replaced by another, as a supervisor may do for a few.

    The code of a lost card is not known, so it cannot be made void: the number is capped by the setting
    `lost_cards_per_thousand` of the cards handed out, and published. Raises NotFound `no_round`, `no_batch`;
    NotAllowed `not_a_supervisor`; Refusal `not_now`, `too_many_lost`. Event `lost_card_replaced`.
    """
    if not may_replace_lost_cards(by):
        raise NotAllowed("not_a_supervisor", N_("Only an engagement officer can have a lost card replaced."))
    with transaction() as session:
        batch = _batch_to_change(session, round_id, batch_id, (RoundState.VOTING,))
        lost = lost_cards(batch)
        if lost.replaced >= lost.most:
            raise Refusal("too_many_lost", _no_more(batch), most=lost.most, handed_out=batch.handed_out or 0)
        batch.lost_replaced += 1
        count_in_place(batch)
        record("lost_card_replaced", by, round_id=round_id, subject=f"batch:{batch_id}", batch=batch_id)
        return LostCards(batch.lost_replaced, lost.most)


def take_back_lost(round_id: int, batch_id: int, *, reason: str, by: Actor) -> LostCards:
    """Take back that a lost card was replaced, which was noted by mistake. That it was, and why, stays on record.

    Raises NotFound `no_round`, `no_batch`; NotAllowed `not_a_supervisor`; Refusal `not_now`, `none_lost`,
    `reason_missing`, `reason_long`. Event `lost_card_taken_back`.
    """
    if not may_replace_lost_cards(by):
        raise NotAllowed("not_a_supervisor", N_("Only an engagement officer can have a lost card replaced."))
    reason = read_reason(reason, SAY_WHY)
    with transaction() as session:
        batch = _batch_to_change(session, round_id, batch_id, (RoundState.VOTING,))
        if batch.lost_replaced == 0:
            raise Refusal("none_lost", N_("No lost card of this batch is noted as replaced."))
        batch.lost_replaced -= 1
        _count_in_place(batch, -1)
        record(
            "lost_card_taken_back", by, round_id=round_id, subject=f"batch:{batch_id}", batch=batch_id, reason=reason
        )
        return lost_cards(batch)


def count_in_place(batch: CodeBatch) -> None:
    """Count a card that is handed over for a spoilt or lost one, where cards are counted as they are given.

    They are where stewards declare, and at a station that has opened; of other batches the number is typed later.
    """
    _count_in_place(batch, 1)


def _count_in_place(batch: CodeBatch, more: int) -> None:
    by_steward = batch.declarer == Declarer.STEWARD
    if by_steward or batch.activated_at is not None:
        batch.handed_out = max(0, (batch.handed_out or 0) + more)
    batch.in_place += more * by_steward


def revoke_batch(round_id: int, batch_id: int, *, reason: str, by: Actor) -> int:
    """Cancel a batch: its unused codes become void for good, such as those of a stack that was stolen.

    Ballots that were cast with its codes stay in the box. Gives how many codes were cancelled. Raises NotFound
    `no_round`, `no_batch`; NotAllowed `not_your_round`, `step_up`; Refusal `not_now`, `batch_revoked`,
    `cards_being_made`, `codes_of_invitations`, `reason_missing`, `reason_long`. Event `batch_revoked`.
    """
    if not has_stepped_up(by):
        raise NotAllowed("step_up", N_("Show your second factor again before you do this."))
    reason = read_reason(reason, N_("Give the reason, which is published."))
    with transaction() as session:
        round_to_change(session, round_id, by)
        batch = _batch_to_change(session, round_id, batch_id, MAKING)
        _refuse_revoking(session, batch)
        unused = update(Code).where(Code.batch_id == batch_id, Code.state == CodeState.UNUSED)
        voided: CursorResult[Any] = session.execute(unused.values(state=CodeState.VOID))  # type: ignore[assignment]
        batch.revoked, batch.revoked_at, batch.revoked_reason = voided.rowcount, present.now(), reason
        facts = {"batch": batch_id, "count": batch.revoked, "reason": reason}
        record("batch_revoked", by, round_id=round_id, subject=f"batch:{batch_id}", **facts)
        return batch.revoked


def may_be_revoked(batch: CodeBatch) -> bool:
    """Whether a batch is one that an officer cancels as a whole, and nobody has."""
    return batch.revoked_at is None and batch.declarer != Declarer.LIST


def _refuse_revoking(session: Session, batch: CodeBatch) -> None:
    if batch.declarer == Declarer.LIST:
        sentence = N_("These codes belong to invitations. Withdraw them on the page of people who are invited.")
        raise Refusal("codes_of_invitations", sentence)
    if batch.revoked_at is not None:
        raise Refusal("batch_revoked", N_("This batch is cancelled already."))
    making = select(Job.id).where(Job.kind == "cards", Job.subject == batch.id)
    if session.scalar(making.where(Job.state.in_([JobState.WAITING, JobState.RUNNING]))) is not None:
        raise Refusal("cards_being_made", N_("Its cards are being made. Wait until they are, then cancel the batch."))


def _batch_to_change(session: Session, round_id: int, batch_id: int, states: tuple[RoundState, ...]) -> CodeBatch:
    the_round = locked_round(session, round_id)
    record_due_arrows(the_round)
    must_be(the_round, *states)
    return find_batch(round_id, batch_id)
