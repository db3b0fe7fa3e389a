"""What everybody sees of the rounds, and what waits for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from pb.core.errors import NotFound
from pb.core.states import RoundState
from pb.services.elections import projects_of
from pb.services.round_lists import current_rounds, find_project, neighbours, past_rounds, standing
from pb.services.round_steps import cancel_round
from pb.services.rounds import find_round
from tests.conftest import TurningClock
from tests.factories import (
    DATES,
    a_locked_round,
    a_round,
    a_round_taking_bids,
    owner_of,
)


def test_what_one_can_do_in_a_round_follows_the_clock_with_no_write(app: Flask, clock: TurningClock) -> None:
    the_round = a_locked_round()
    seen = []
    for moment in (DATES.bids_close_at, DATES.voting_opens_at, DATES.voting_closes_at):
        assert moment is not None
        for at in (moment - timedelta(seconds=1), moment):
            clock.at = at
            found = standing(find_round(the_round.slug))
            seen.append((found.phase.value, found.chance.value))
    assert seen[2:] == [("locked", "wait"), ("voting", "vote"), ("voting", "vote"), ("closed", "wait")]
    assert find_round(the_round.slug).state == RoundState.LOCKED


def test_a_public_round_takes_no_bids_before_its_opening_minute(app: Flask, clock: TurningClock) -> None:
    opens = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
    the_round = a_round_taking_bids(dates=replace(DATES, bids_open_at=opens))
    clock.at = opens - timedelta(seconds=1)
    assert standing(find_round(the_round.slug)).chance == "wait"
    clock.at = opens
    assert standing(find_round(the_round.slug)).chance == "bid"


def test_the_start_page_lists_first_what_can_be_done_and_hides_what_is_private(app: Flask, clock: TurningClock) -> None:
    a_round(title="Private")
    a_locked_round(title="Voting soon")
    clock.at = datetime(2026, 3, 3, 10, tzinfo=UTC)
    a_round_taking_bids(title="Taking bids")
    assert [each.round.title for each in current_rounds()] == ["Taking bids", "Voting soon"]
    clock.at = DATES.voting_opens_at or clock.at
    assert [each.round.title for each in current_rounds()] == ["Voting soon", "Taking bids"]


def test_a_cancelled_round_stands_among_the_past_ones_if_people_knew_of_it(app: Flask) -> None:
    quiet, loud = a_round(title="Quiet"), a_round_taking_bids(title="Loud")
    for each in (quiet, loud):
        cancel_round(each.id, "No money.", by=owner_of(each))
    assert [each.title for each in past_rounds().rows] == ["Loud"]
    assert current_rounds() == []


def test_a_project_knows_its_neighbours_on_the_ballot(app: Flask) -> None:
    the_round = a_locked_round()
    first, second, third = projects_of(the_round.id)
    assert find_project(the_round, second.key).id == second.id
    assert neighbours(first) == (None, second)
    assert neighbours(second) == (first, third)
    assert neighbours(third) == (second, None)
    with pytest.raises(NotFound) as refused:
        find_project(the_round, "no-such")
    assert refused.value.code == "no_project"
