"""The minute that opens and the minute that closes the box."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pb.core.admission import Doors, refuse_moment
from pb.core.errors import Refusal
from pb.core.states import RoundState

OPENS = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)  # the clocks go forward that night
CLOSES = datetime(2026, 3, 29, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DOORS = Doors(RoundState.LOCKED, OPENS, CLOSES, timedelta(minutes=2))


def told(doors: Doors, now: datetime, formed_at: datetime | None = None) -> str:
    """The refusal's code; nothing where the ballot is taken."""
    try:
        refuse_moment(doors, formed_at, now)
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("state", [RoundState.LOCKED, RoundState.VOTING])
def test_a_ballot_is_taken_from_the_opening_until_just_before_the_close(state: RoundState) -> None:
    doors = replace(DOORS, state=state)
    moments = (OPENS - SECOND, OPENS, CLOSES - SECOND, CLOSES)
    assert [told(doors, now) for now in moments] == ["not_open_yet", "", "", "closed"]


@pytest.mark.parametrize("state", [RoundState.LOCKED, RoundState.VOTING, RoundState.CLOSED])
def test_the_grace_is_for_forms_opened_before_the_close(state: RoundState) -> None:
    doors = replace(DOORS, state=state)
    assert told(doors, CLOSES + SECOND, CLOSES - SECOND) == ""
    assert told(doors, CLOSES + SECOND, CLOSES) == "closed"
    assert told(doors, CLOSES + doors.grace, CLOSES - SECOND) == "closed"


def test_there_is_no_grace_once_the_box_is_opened() -> None:
    doors = replace(DOORS, state=RoundState.OPENED)
    assert told(doors, CLOSES + SECOND, CLOSES - SECOND) == "closed"


@pytest.mark.parametrize(
    "state, code",
    [
        (RoundState.BIDDING, "not_open_yet"),
        (RoundState.CHECKING, "not_open_yet"),
        (RoundState.OPENED, "closed"),
        (RoundState.PUBLISHED, "closed"),
        (RoundState.NO_VALID_BALLOTS, "closed"),
        (RoundState.CANCELLED, "cancelled"),
    ],
)
def test_no_other_state_takes_ballots(state: RoundState, code: str) -> None:
    assert told(replace(DOORS, state=state), OPENS + SECOND) == code


def test_a_pause_holds_until_its_end() -> None:
    paused = replace(DOORS, paused=True)
    assert told(paused, OPENS) == "paused"
    assert told(replace(paused, paused_until=OPENS + SECOND), OPENS) == "paused"
    assert told(replace(paused, paused_until=OPENS + SECOND), OPENS + SECOND) == ""
