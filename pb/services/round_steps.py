"""The steps of a round that its officer takes: set-up, opening for bids, pausing, cancelling."""

from __future__ import annotations

from datetime import datetime

from pb.core.actors import Actor
from pb.core.errors import NotAllowed, Refusal
from pb.core.permissions import may_run
from pb.core.reasons import read_reason
from pb.core.states import BEFORE_PUBLISHED, RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.rounds import Round
from pb.services.assessments import clashes_of
from pb.services.ledger import record
from pb.services.round_blockers import refuse_blocked
from pb.services.round_sections import LONGEST_TEXT
from pb.services.round_states import must_be, record_due_arrows, round_phase, set_round_state
from pb.services.rounds import locked_round, round_to_change
from pb.services.transactions import transaction

S = RoundState
REASON_MISSING = N_("Give the reason. It is shown to everybody.")

#: States of a round, by the clock, in which votes may have been cast and no result is published.
VOTING_BEGUN = (S.VOTING, S.CLOSED, S.OPENED, S.DECIDING)


def start_set_up(round_id: int, *, by: Actor) -> None:
    """Begin to set up a round whose assessment is passed.

    Raises NotAllowed `not_your_round`; Refusal `not_now`; Blocked. Event `round_state`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        must_be(the_round, S.IDEA, S.ASSESSED)
        refuse_blocked(the_round, S.SETTING_UP)
        set_round_state(the_round, S.SETTING_UP, by)


def open_bids(round_id: int, *, by: Actor, clash_reason: str = "") -> None:
    """Make a round public and let groups bid from its opening minute on.

    Raises NotAllowed `not_your_round`; Refusal `not_now`, `clash_reason_missing` (a clash that the assessment did
    not know of is accepted only with a reason); Blocked, 409, with everything that is still missing. Event
    `round_state`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        must_be(the_round, S.SETTING_UP)
        refuse_blocked(the_round, S.BIDDING)
        assessment = the_round.assessment
        accepted = bool(assessment and assessment.clash_reason)
        if not accepted and not clash_reason.strip() and clashes_of(the_round):
            sentence = N_("Another round asks the same people at the same time. Say why this one goes ahead.")
            raise Refusal("clash_reason_missing", sentence, field="clash_reason", status=422)
        set_round_state(the_round, S.BIDDING, by, reason=clash_reason.strip())


def cancel_round(round_id: int, reason: str, *, by: Actor) -> None:
    """End a round before voting opens. It cannot be undone; if it was public, the reason is shown.

    From then on it takes two people (`services/cancelling.py`). Raises NotFound `no_round`; NotAllowed
    `not_your_round`, `not_yours_alone`; Refusal `reason_missing`, `reason_long`, `not_from_here`. Event `round_state`.
    """
    reason = read_reason(reason, REASON_MISSING, most=LONGEST_TEXT, lines=True)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        record_due_arrows(the_round)
        _refuse_canceller(the_round, by)
        if the_round.state not in BEFORE_PUBLISHED:
            raise Refusal("not_from_here", N_("This round can no longer be cancelled: its result is published."))
        the_round.cancelled_reason = reason
        set_round_state(the_round, S.CANCELLED, by, reason=reason)


def voting_has_begun(the_round: Round) -> bool:
    """Whether voting has opened, by the clock: what was voted on is no longer one person's to end."""
    return round_phase(the_round) in VOTING_BEGUN


def _refuse_canceller(the_round: Round, by: Actor) -> None:
    if voting_has_begun(the_round):
        sentence = N_("Once voting has opened, two people cancel a round: one asks for it, and another confirms it.")
        raise NotAllowed("not_yours_alone", sentence)
    if not may_run(by, the_round.owner_id):
        raise NotAllowed("not_your_round", N_("Only the officer who owns this round can do that."))


def pause_voting(round_id: int, reason: str, until: datetime | None, *, by: Actor) -> None:
    """Take no ballots until a moment (aware), for a reason that everybody reads. The close stays where it is.

    Raises NotAllowed `not_your_round`; Refusal `reason_missing`, `reason_long`, `until_missing`,
    `until_past`, `until_after_close`, `not_now`. Event `round_paused`.
    """
    reason = read_reason(reason, REASON_MISSING, most=LONGEST_TEXT, lines=True)
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        record_due_arrows(the_round)
        must_be(the_round, S.LOCKED, S.VOTING)
        if until is None:
            raise Refusal("until_missing", N_("Enter when voting goes on again."), field="until", status=422)
        if until <= present.now():
            raise Refusal("until_past", N_("The pause must end in the future."), field="until", status=422)
        if the_round.voting_closes_at is not None and until >= the_round.voting_closes_at:
            sentence = N_("Voting must go on before it closes.")
            raise Refusal("until_after_close", sentence, field="until", status=422)
        the_round.paused_reason, the_round.paused_until = reason, until
        record(
            "round_paused", by, round_id=round_id, subject=f"round:{round_id}", reason=reason, until=until.isoformat()
        )


def resume_voting(round_id: int, *, by: Actor) -> None:
    """End a pause early. Raises NotAllowed `not_your_round`; Refusal `not_paused`. Event `round_resumed`."""
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        record_due_arrows(the_round)
        if the_round.paused_until is None or round_phase(the_round) not in (S.LOCKED, S.VOTING):
            raise Refusal("not_paused", N_("Voting is not paused."))
        the_round.paused_reason, the_round.paused_until = None, None
        record("round_resumed", by, round_id=round_id, subject=f"round:{round_id}")
