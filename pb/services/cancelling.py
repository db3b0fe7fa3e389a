"""Cancelling a round once voting has opened: one person asks with the reason, another confirms it, or refuses."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.canonical import digest
from pb.core.errors import NotAllowed, Refusal
from pb.core.permissions import has_stepped_up, may_ask_cancellation, may_confirm_cancellation
from pb.core.reasons import read_reason
from pb.core.states import RoundState
from pb.core.words import N_
from pb.models.rounds import Round
from pb.services.ledger import record
from pb.services.round_sections import LONGEST_TEXT
from pb.services.round_states import must_be, record_due_arrows, set_round_state
from pb.services.round_steps import REASON_MISSING, VOTING_BEGUN
from pb.services.rounds import locked_round
from pb.services.transactions import transaction


def ask_cancellation(round_id: int, reason: str, *, by: Actor) -> None:
    """Ask that a round in which people vote, or voted, is cancelled, with the reason that everybody will read.

    Nothing stops before it is confirmed. Asked again, the newer reason counts. Raises NotFound `no_round`; NotAllowed
    `may_not_ask`; Refusal `reason_missing`, `reason_long`, `not_now`. Event `cancellation_asked`.
    """
    reason = read_reason(reason, REASON_MISSING, most=LONGEST_TEXT, lines=True)
    with transaction() as session:
        the_round = _begun_round(session, round_id)
        if not may_ask_cancellation(by, the_round.owner_id):
            sentence = N_("Whoever owns this round asks for that, or an approver or an administrator.")
            raise NotAllowed("may_not_ask", sentence)
        the_round.cancel_asked_by, the_round.cancel_asked_reason = by.account_id, reason
        record("cancellation_asked", by, round_id=round_id, subject=f"round:{round_id}", reason=reason)


def cancellation_digest(the_round: Round) -> str:
    """The digest of what was asked: the second person confirms the reason that they read, and nothing newer."""
    asked = {"asked_by": the_round.cancel_asked_by, "reason": the_round.cancel_asked_reason}
    return digest({"round": the_round.id, **asked})


def confirm_cancellation(round_id: int, *, sha256: str, by: Actor) -> None:
    """The second person ends the round, for good, for the reason whose digest (`cancellation_digest`) they read.

    Raises NotFound `no_round`; NotAllowed `not_second_person`, `step_up`; Refusal `not_now`,
    `cancellation_not_asked`, `cancellation_changed`. Event `round_state`.
    """
    with transaction() as session:
        the_round = _begun_round(session, round_id)
        _refuse_unasked(the_round)
        if not may_confirm_cancellation(by, the_round.owner_id, the_round.cancel_asked_by):
            raise _not_second_person()
        if not has_stepped_up(by):
            raise NotAllowed("step_up", N_("Show your second factor again before you do this."))
        if sha256 != cancellation_digest(the_round):
            sentence = N_("The reason has changed since you opened this page. Read it as it stands now.")
            raise Refusal("cancellation_changed", sentence)
        the_round.cancelled_reason = reason = the_round.cancel_asked_reason
        _forget(the_round)
        set_round_state(the_round, RoundState.CANCELLED, by, reason=reason)


def drop_cancellation(round_id: int, *, by: Actor) -> None:
    """The second person refuses, or whoever asked takes it back: the round goes on as if nobody had asked.

    Raises NotFound `no_round`; NotAllowed `not_second_person`; Refusal `not_now`, `cancellation_not_asked`. Event
    `cancellation_dropped`.
    """
    with transaction() as session:
        the_round = _begun_round(session, round_id)
        _refuse_unasked(the_round)
        asked_by = the_round.cancel_asked_by
        if by.account_id != asked_by and not may_confirm_cancellation(by, the_round.owner_id, asked_by):
            raise _not_second_person()
        _forget(the_round)
        record("cancellation_dropped", by, round_id=round_id, subject=f"round:{round_id}")


def _begun_round(session: Session, round_id: int) -> Round:
    the_round = locked_round(session, round_id)
    record_due_arrows(the_round)
    must_be(the_round, *VOTING_BEGUN)
    return the_round


def _refuse_unasked(the_round: Round) -> None:
    if the_round.cancel_asked_by is None:
        raise Refusal("cancellation_not_asked", N_("Nobody asks any more that this round is cancelled."))


def _not_second_person() -> NotAllowed:
    sentence = N_("An approver or an administrator who neither owns this round nor asked for it settles it.")
    return NotAllowed("not_second_person", sentence)


def _forget(the_round: Round) -> None:
    the_round.cancel_asked_by, the_round.cancel_asked_reason = None, ""
