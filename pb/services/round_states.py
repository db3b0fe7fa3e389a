"""The only place where a round changes its state; what the clock decides is recorded here, late but once."""

from __future__ import annotations

from datetime import datetime

from pb.core import states
from pb.core.actors import SYSTEM, Actor
from pb.core.errors import Refusal
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.rounds import Round
from pb.services.ledger import record


def round_phase(the_round: Round) -> RoundState:
    """Where a round stands now by the clock, whatever has been recorded so far."""
    now = present.now()
    by_bids = states.bidding_phase(the_round.state, the_round.bids_close_at, now)
    return _voting_phase(the_round, by_bids, now)


def _voting_phase(the_round: Round, state: RoundState, now: datetime) -> RoundState:
    opens, closes, rehearsed = the_round.voting_opens_at, the_round.voting_closes_at, the_round.rehearsed_at is not None
    return states.phase(state, opens, closes, now, rehearsed=rehearsed)


def set_round_state(
    the_round: Round, to: RoundState, by: Actor, *, reason: str = "", effective: datetime | None = None
) -> None:
    """Move a round along one arrow, inside the caller's transaction, and record it.

    `effective` is the moment that counts where it is not now. Refuses (`not_from_here`) what is no arrow.
    """
    states.round_arrow(the_round.state, to)
    now = present.now()
    record(
        "round_state",
        by,
        round_id=the_round.id,
        subject=f"round:{the_round.id}",
        **{
            "from": the_round.state.value,
            "to": to.value,
            "effective": (effective or now).isoformat(),
            "reason": reason,
        },
    )
    the_round.state = to
    the_round.state_since = effective or now


def record_due_arrows(the_round: Round) -> None:
    """Record, inside the caller's transaction, the arrows that the clock has decided since the last write."""
    now = present.now()
    if states.bidding_phase(the_round.state, the_round.bids_close_at, now) != the_round.state:
        set_round_state(the_round, RoundState.CHECKING, SYSTEM, effective=the_round.bids_close_at)
    due = _voting_phase(the_round, the_round.state, now)
    if due == the_round.state:
        return
    if the_round.state == RoundState.LOCKED:
        set_round_state(the_round, RoundState.VOTING, SYSTEM, effective=_opened_at(the_round))
    if due == RoundState.CLOSED:
        set_round_state(the_round, RoundState.CLOSED, SYSTEM, effective=the_round.voting_closes_at)


def _opened_at(the_round: Round) -> datetime | None:
    """When voting opened: at its minute, or once the opening was rehearsed where that came later."""
    return max(filter(None, (the_round.voting_opens_at, the_round.rehearsed_at)), default=None)


def must_be(the_round: Round, *allowed: RoundState) -> None:
    """Refuse (`not_now`) unless the round stands, by the clock, in one of the `allowed` states."""
    if round_phase(the_round) not in allowed:
        raise Refusal(
            "not_now",
            N_("That cannot be done while the round is “%(state)s”."),
            state=round_phase(the_round).value.replace("_", " "),
        )
