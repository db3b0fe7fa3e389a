"""Spoil and replace: a card that its holder hands back is made void, with whatever ballot lies under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.codes import read_code
from pb.core.errors import NotAllowed, Refusal, Refusals
from pb.core.permissions import may_spoil_cards
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.codes import Code, CodeBatch, CodeState, Declarer
from pb.models.envelopes import Envelope, EnvelopeState
from pb.models.rounds import Round
from pb.services.batches import count_in_place
from pb.services.codes import FoundCode, find_code
from pb.services.ledger import record
from pb.services.rights import DECLARING, refuse_window
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import locked_round
from pb.services.transactions import transaction

#: In which states a card may come back, or be given in its place.
_GOOD = {"code": (CodeState.UNUSED, CodeState.USED), "replacement": (CodeState.UNUSED,)}
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


def spoil(round_id: int, returned: str, *, by: Actor, replacement: str = "", none_wanted: bool = False) -> Spoilt:
    """Make the returned card's code void, and delete the envelope under it, so that its holder can vote anew.

    Nobody is identified and nothing is said of what the ballot held. The `replacement` card counts as handed out; where
    the holder is on the roll already, it takes over the declaration, so that it asks nothing more and the roll stays
    as it is. Without one the holder says so (`none_wanted`), which they cannot once their ballot put them on the roll.
    Side effects in order, in one transaction: the code, the envelope, the counts of its batch, the replacement.
    Raises NotFound `no_round`; NotAllowed `not_a_steward`; the refusals of `read_code`, Refusals where both cards
    have one; Refusal `not_now` once voting is over, and beside `code` or `replacement` `code_unknown`,
    `code_not_a_card`, `code_of_invitation`, `code_void`, `code_used`, `code_held`, `code_rejected`,
    `replacement_needed`, `replacement_given`, `replacement_asleep`, `replacement_other`, `replacement_other_area`,
    `replacement_same`, `replacement_unwanted`. Event `card_spoilt`.
    """
    if not may_spoil_cards(by):
        raise NotAllowed("not_a_steward", N_("Only stewards and engagement officers take cards back."))
    if replacement.strip() and none_wanted:
        sentence = N_(
            "Here is a new card, and the tick says that they want none. Empty this field, or take the tick away."
        )
        raise _beside("replacement", "replacement_unwanted", sentence)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        record_due_arrows(the_round)
        must_be(the_round, RoundState.VOTING)
        old, new = _cards(round_id, returned, replacement)
        if new is None:
            _refuse_none(old, none_wanted)
        else:
            _refuse_given(new)
            _refuse_asleep(new)
            _refuse_other(session, the_round, old, new)
        batch = session.get_one(CodeBatch, old.batch_id)
        spoilt = Spoilt(batch.name, _make_void(session, old), new is not None)
        batch.spoilt += 1
        batch.spoilt_used += spoilt.had_ballot
        if new is not None:
            _hand_over(session, old, new)
        record("card_spoilt", by, round_id=round_id, subject=f"batch:{batch.id}", batch=batch.id)
    return spoilt


def _cards(round_id: int, returned: str, replacement: str) -> tuple[FoundCode, FoundCode | None]:
    """The card that came back, and the new one where one was scanned; what is wrong with both is told at once."""
    scanned = {"code": returned} | ({"replacement": replacement} if replacement.strip() else {})
    codes: list[str] = []
    found: dict[str, FoundCode] = {}
    wrong: list[Refusal] = []
    for field, text in scanned.items():
        try:
            code = _read(text, field)
            if code in codes:
                sentence = N_("Scan the new card here, not the one that came back.")
                raise _beside("replacement", "replacement_same", sentence)
            codes.append(code)
            found[field] = _card(round_id, code, field)
        except Refusal as refusal:
            wrong.append(refusal)
    if wrong:
        raise wrong[0] if len(wrong) == 1 else Refusals([each.fault for each in wrong])
    return found["code"], found.get("replacement")


def _read(text: str, field: str) -> str:
    """A code as it was scanned or typed into a field, its faults beside that field."""
    try:
        return read_code(text)
    except Refusal as refusal:
        fault = refusal.fault
        raise Refusal(fault.code, fault.message, field=field, status=refusal.status, **dict(fault.params)) from refusal


def _card(round_id: int, code: str, field: str) -> FoundCode:
    """The card of a code. Refuses any other, as `spoil` says."""
    found = find_code(round_id, code)
    if found is None:
        sentence = N_(
            "This is no card of this round. Check each group of four. If all are right, call the officer who runs the "
            "round."
        )
        raise _beside(field, "code_unknown", sentence)
    if found.batch_id is None:
        sentence = N_("This code was shown to somebody who declared; it is on no card and cannot be handed back.")
        raise _beside(field, "code_not_a_card", sentence)
    if found.declarer == Declarer.LIST:
        sentence = N_("This code belongs to an invitation. Withdraw it on the page of people who are invited.")
        raise _beside(field, "code_of_invitation", sentence)
    if found.state not in _GOOD[field]:
        void = found.state == CodeState.VOID
        sentence = N_("A ballot was cast with this card. Put it aside, and take the next one.")
        if void and field == "replacement":
            sentence = N_("This card is void. Put it aside, and take the next one.")
        elif void:
            sentence = N_(
                "This card is void already. If nobody gave them another for it, call the officer who runs the round."
            )
        raise _beside(field, "code_void" if void else "code_used", sentence)
    return found


def _refuse_none(old: FoundCode, none_wanted: bool) -> None:
    """A card comes back for another, unless its holder wants none and the roll needs none."""
    if _holds_a_place(old):
        sentence = N_(
            "The holder of this card is on the roll already. Scan the new card too, so that it asks them nothing. "
            "They need not use it."
        )
        raise _beside("replacement", "replacement_needed", sentence)
    if not none_wanted:
        sentence = N_("Scan or type the new card, or tick that they do not want another.")
        raise _beside("replacement", "replacement_needed", sentence)


def _refuse_given(new: FoundCode) -> None:
    """Two people would share one card, and one of them would lose their vote."""
    if new.declared:
        sentence = N_("This card was given to somebody in place of theirs. Put it aside, and take the next one.")
        raise _beside("replacement", "replacement_given", sentence)


def _refuse_asleep(new: FoundCode) -> None:
    """Whoever gave up a card that worked is not left with one that does not."""
    now = present.now()
    try:
        refuse_window(new, now, now)
    except Refusal as refusal:
        sentence = N_("This card does not work now: it is of a place that is not open. Take one from the stack here.")
        raise _beside("replacement", "replacement_asleep", sentence) from refusal


def _refuse_other(session: Session, the_round: Round, old: FoundCode, new: FoundCode) -> None:
    """The new card asks what the old one asked, and where a card alone says the ward, it says the same."""
    if (new.declarer == Declarer.STEWARD) != (old.declarer == Declarer.STEWARD):
        raise _beside("replacement", "replacement_other", _OTHER_STACK)
    if the_round.policy in DECLARING and old.declarer == Declarer.VOTER:
        return
    one, other = (session.get_one(CodeBatch, each.batch_id).area_id for each in (old, new))
    if one != other:
        sentence = N_("This card is for another area. Take the new card from the stack that the old one came from.")
        raise _beside("replacement", "replacement_other_area", sentence)


def _hand_over(session: Session, old: FoundCode, new: FoundCode) -> None:
    """The new card is counted as given, and takes over the place on the roll."""
    count_in_place(session.get_one(CodeBatch, new.batch_id))
    if _holds_a_place(old):
        session.execute(update(Code).where(Code.slot == new.slot).values(declared=True, area_id=old.area_id))


def _holds_a_place(card: FoundCode) -> bool:
    """Whether a ballot put whoever holds a card on the roll: the place stays theirs when the card is made void."""
    return card.declared or (card.declarer == Declarer.VOTER and card.state == CodeState.USED)


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
            "code",
            "code_held",
            N_(
                "The ballot cast with this card waits at the duplicates desk, where it is settled first. Call the "
                "officer who runs the round."
            ),
        )
    if state == EnvelopeState.REJECTED:
        sentence = N_(
            "The ballot cast with this card was rejected at the duplicates desk. Give no other for it. If they do not "
            "agree, call the officer who runs the round."
        )
        raise _beside("code", "code_rejected", sentence)
    _must_be_one(session, delete(Envelope).where(Envelope.slot == card.slot, Envelope.state == EnvelopeState.ACCEPTED))


def _must_be_one(session: Session, statement: Any) -> None:
    done: CursorResult[Any] = session.execute(statement)  # type: ignore[assignment]
    if done.rowcount != 1:
        raise _beside("code", "changed_meanwhile", N_("Something changed at this moment. Scan the card again."))


def _beside(field: str, code: str, sentence: str) -> Refusal:
    return Refusal(code, sentence, field=field)
