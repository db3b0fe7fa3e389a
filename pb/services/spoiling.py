"""Spoil and replace: a card that its holder hands back is made void, with whatever ballot lies under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.codes import read_code
from pb.core.errors import NotAllowed, Refusal
from pb.core.permissions import may_spoil_cards
from pb.core.states import RoundState
from pb.core.words import N_
from pb.models.codes import Code, CodeBatch, CodeState, Declarer
from pb.models.envelopes import Envelope, EnvelopeState
from pb.services.batches import count_in_place
from pb.services.codes import FoundCode, find_code
from pb.services.ledger import record
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import locked_round
from pb.services.transactions import transaction

_OTHER_STACK = N_(
    "This card is of another stack: one asks its holder who they are, the other does not. Take the new card from the "
    "stack that the old one came from."
)


@dataclass(frozen=True)
class Spoilt:
    """A card that was made void: its batch, whether a ballot was taken out of the box, whether it was replaced."""

    batch: str
    had_ballot: bool
    replaced: bool


def spoil(round_id: int, returned: str, *, by: Actor, replacement: str = "") -> Spoilt:
    """Make the returned card's code void, and delete the envelope under it, so that its holder can vote anew.

    Nobody is identified and nothing is said of what the ballot held. Where the holder is on the roll already, the
    `replacement` card takes over the declaration, so that it asks nothing more and the roll stays as it is.
    Side effects in order, in one transaction: the code, the envelope, the counts of its batch, the replacement.
    Raises NotFound `no_round`; NotAllowed `not_a_steward`; the refusals of `read_code`; Refusal `not_now` once
    voting is over, and beside `code` or `replacement` `code_unknown`, `code_not_a_card`, `code_of_invitation`,
    `code_void`, `code_used`, `code_held`, `code_rejected`, `replacement_needed`,
    `replacement_other`, `replacement_same`. Event `card_spoilt`.
    """
    if not may_spoil_cards(by):
        raise NotAllowed("not_a_steward", N_("Only stewards and engagement officers take cards back."))
    old_code, new_code = read_code(returned), _read_replacement(replacement)
    if old_code == new_code:
        raise _beside("replacement", "replacement_same", N_("Scan the new card here, not the one that came back."))
    with transaction() as session:
        the_round = locked_round(session, round_id)
        record_due_arrows(the_round)
        must_be(the_round, RoundState.VOTING)
        old = _card(round_id, old_code, "code", CodeState.UNUSED, CodeState.USED)
        new = _card(round_id, new_code, "replacement", CodeState.UNUSED) if new_code else None
        if new is not None and (new.declarer == Declarer.STEWARD) != (old.declarer == Declarer.STEWARD):
            raise _beside("replacement", "replacement_other", _OTHER_STACK)
        if new is None and _on_the_roll(old):
            sentence = N_(
                "The holder of this card is on the roll already. Scan the new card too, so that it asks them nothing."
            )
            raise _beside("replacement", "replacement_needed", sentence)
        batch = session.get_one(CodeBatch, old.batch_id)
        spoilt = Spoilt(batch.name, _make_void(session, old), new is not None)
        batch.spoilt += 1
        batch.spoilt_used += spoilt.had_ballot
        if new is not None and new.declarer == Declarer.STEWARD:
            count_in_place(session.get_one(CodeBatch, new.batch_id))
        elif new is not None and _on_the_roll(old):
            session.execute(update(Code).where(Code.slot == new.slot).values(declared=True, area_id=old.area_id))
        record("card_spoilt", by, round_id=round_id, subject=f"batch:{batch.id}", batch=batch.id)
    return spoilt


def _read_replacement(text: str) -> str:
    """The new card's code; empty where none was scanned. Its faults stand beside its own field."""
    if not text.strip():
        return ""
    try:
        return read_code(text)
    except Refusal as refusal:
        fault = refusal.fault
        raise Refusal(
            fault.code, fault.message, field="replacement", status=refusal.status, **dict(fault.params)
        ) from refusal


def _card(round_id: int, code: str, field: str, *states: CodeState) -> FoundCode:
    """The card of a code. Refuses any other, as `spoil` says."""
    found = find_code(round_id, code)
    if found is None:
        raise _beside(field, "code_unknown", N_("This is no card of this round. Check each group of four."))
    if found.batch_id is None:
        sentence = N_("This code was shown to somebody who declared; it is on no card and cannot be handed back.")
        raise _beside(field, "code_not_a_card", sentence)
    if found.declarer == Declarer.LIST:
        sentence = N_("This code belongs to an invitation. Withdraw it on the page of people who are invited.")
        raise _beside(field, "code_of_invitation", sentence)
    if found.state not in states:
        void = found.state == CodeState.VOID
        sentence = N_("This card is void already.") if void else N_("A ballot was cast with this card. Take another.")
        raise _beside(field, "code_void" if void else "code_used", sentence)
    return found


def _on_the_roll(card: FoundCode) -> bool:
    """Whether whoever holds a card has a place on the roll that stays theirs when the card is made void."""
    by_voter = card.declarer == Declarer.VOTER and card.state == CodeState.USED
    return card.declared or by_voter or card.declarer == Declarer.STEWARD


def _make_void(session: Session, card: FoundCode) -> bool:
    """Take the code away, and the envelope under it; whether there was one."""
    had_ballot = card.state == CodeState.USED
    if had_ballot:
        _take_out(session, card)
    code = update(Code).where(Code.slot == card.slot, Code.state == card.state)
    _must_be_one(session, code.values(state=CodeState.VOID, declared=False))
    return had_ballot


def _take_out(session: Session, card: FoundCode) -> None:
    state = session.scalar(select(Envelope.state).where(Envelope.slot == card.slot))
    if state == EnvelopeState.HELD:
        raise _beside(
            "code", "code_held", N_("The ballot cast with this card waits at the duplicates desk. Settle it first.")
        )
    if state == EnvelopeState.REJECTED:
        sentence = N_("The ballot cast with this card was rejected at the duplicates desk. There is no other for it.")
        raise _beside("code", "code_rejected", sentence)
    _must_be_one(session, delete(Envelope).where(Envelope.slot == card.slot, Envelope.state == EnvelopeState.ACCEPTED))


def _must_be_one(session: Session, statement: Any) -> None:
    done: CursorResult[Any] = session.execute(statement)  # type: ignore[assignment]
    if done.rowcount != 1:
        raise _beside("code", "changed_meanwhile", N_("Something changed at this moment. Scan the card again."))


def _beside(field: str, code: str, sentence: str) -> Refusal:
    return Refusal(code, sentence, field=field)
