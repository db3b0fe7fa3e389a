"""Whether a ballot is admitted at a moment: the clock decides, with a little grace for forms opened in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pb.core.errors import Refusal
from pb.core.states import RoundState, phase
from pb.core.words import N_

#: States in which the box still takes what arrives within the grace.
BOX_SHUT_BY_CLOCK = frozenset({RoundState.LOCKED, RoundState.VOTING, RoundState.CLOSED})
NOT_YET = frozenset(
    {
        RoundState.IDEA,
        RoundState.ASSESSED,
        RoundState.SETTING_UP,
        RoundState.BIDDING,
        RoundState.CHECKING,
        RoundState.LOCKED,
    }
)


@dataclass(frozen=True)
class Doors:
    """What decides whether a round's box takes a ballot. All moments are aware.

    `grace` is how long after the close a ballot is taken whose form was opened before it. `rehearsed` says that the
    opening was tried with a test ballot; without that voting does not open.
    """

    state: RoundState
    opens: datetime | None
    closes: datetime | None
    grace: timedelta
    rehearsed: bool = True
    paused: bool = False
    paused_until: datetime | None = None


def refuse_moment(doors: Doors, formed_at: datetime | None, now: datetime) -> None:
    """Refuse (`not_open_yet`, `closed`, `cancelled`, `paused`) a ballot that arrives when the box takes none.

    `formed_at` is when its form was opened; None gives no grace.
    """
    where = phase(doors.state, doors.opens, doors.closes, now, rehearsed=doors.rehearsed)
    if where == RoundState.CANCELLED:
        raise Refusal("cancelled", N_("This round was cancelled. No ballots are taken."))
    if where in NOT_YET:
        raise Refusal("not_open_yet", N_("Voting has not opened yet. Nothing was recorded."))
    if where != RoundState.VOTING and not _in_grace(doors, formed_at, now):
        raise Refusal("closed", N_("Voting has closed. Your ballot was not recorded."))
    if doors.paused and (doors.paused_until is None or now < doors.paused_until):
        raise Refusal("paused", N_("Voting is paused. Nothing was recorded: please come back later."))


def _in_grace(doors: Doors, formed_at: datetime | None, now: datetime) -> bool:
    if doors.state not in BOX_SHUT_BY_CLOCK or doors.closes is None or formed_at is None:
        return False
    return formed_at < doors.closes and now < doors.closes + doors.grace
