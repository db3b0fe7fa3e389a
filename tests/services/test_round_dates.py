"""The calendar of a round: order, minimum days, summer time, and what stands once it is public."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from pb.core.calendar import RoundDates
from pb.core.clock import from_london, to_london
from pb.core.errors import Refusal, Refusals
from pb.core.states import RoundState
from pb.services.ledger import events_of_round
from pb.services.round_dates import dates_of, set_dates
from pb.services.round_states import round_phase
from pb.services.rounds import find_round
from tests.conftest import TurningClock
from tests.factories import DATES, a_locked_round, a_round, a_round_taking_bids, an_idea, owner_of


def test_a_calendar_is_kept_as_the_moments_that_were_meant(app: Flask) -> None:
    the_round = an_idea()
    set_dates(the_round.id, DATES, by=owner_of(the_round))
    assert dates_of(find_round(the_round.slug)) == DATES
    *_, event = events_of_round(the_round.id)
    assert event.facts == {"fields": sorted(set(DATES.__dict__) - {"appeals_end", "few_days_reason"})}


def test_an_early_idea_may_leave_dates_open(app: Flask) -> None:
    the_round = an_idea()
    set_dates(the_round.id, RoundDates(voting_opens_at=DATES.voting_opens_at), by=owner_of(the_round))
    assert find_round(the_round.slug).bids_open_at is None


WRONG = [
    ({"bids_close_at": DATES.bids_open_at}, "bids_close_at", "bids_backwards"),
    ({"bids_close_at": datetime(2026, 3, 10, 9, tzinfo=UTC)}, "bids_close_at", "bids_days"),
    ({"voting_opens_at": datetime(2026, 4, 14, 9, tzinfo=UTC)}, "voting_opens_at", "checks_days"),
    ({"voting_closes_at": DATES.voting_opens_at}, "voting_closes_at", "voting_backwards"),
    ({"voting_closes_at": datetime(2026, 5, 12, 9, tzinfo=UTC)}, "voting_closes_at", "voting_days"),
    ({"decision_by": DATES.voting_opens_at}, "decision_by", "decision_backwards"),
]


@pytest.mark.parametrize(("changed", "field", "code"), WRONG)
def test_dates_out_of_order_or_too_close_are_refused_beside_the_later_one(
    app: Flask, changed: dict[str, datetime], field: str, code: str
) -> None:
    the_round = an_idea()
    with pytest.raises(Refusals) as refused:
        set_dates(the_round.id, replace(DATES, **changed), by=owner_of(the_round))
    assert (code, field) in [(fault.code, fault.field) for fault in refused.value.faults]
    assert find_round(the_round.slug).bids_open_at is None


def test_a_round_that_says_why_may_vote_on_one_day(app: Flask) -> None:
    the_round = an_idea()
    one_day = replace(DATES, voting_closes_at=DATES.voting_opens_at + timedelta(hours=4))
    hall = replace(one_day, few_days_reason="People vote in  the town hall.")
    set_dates(the_round.id, hall, by=owner_of(the_round))
    assert find_round(the_round.slug).few_days_reason == "People vote in the town hall."
    backwards = replace(hall, voting_closes_at=DATES.voting_opens_at)
    with pytest.raises(Refusals) as refused:
        set_dates(the_round.id, backwards, by=owner_of(the_round))
    assert [fault.code for fault in refused.value.faults] == ["voting_backwards"]


def test_a_vote_over_the_change_to_winter_closes_at_the_minute_on_the_poster(app: Flask, clock: TurningClock) -> None:
    """From Monday 19 October to Monday 26 October 2026, 5pm by the clock on the wall, is a week and an hour."""
    opens, closes = (
        from_london(datetime.fromisoformat("2026-10-19T17:00")),
        from_london(datetime.fromisoformat("2026-10-26T17:00")),
    )
    assert closes - opens == timedelta(days=7, hours=1)
    autumn = replace(DATES, voting_opens_at=opens, voting_closes_at=closes, decision_by=closes + timedelta(days=20))
    the_round = a_locked_round(dates=autumn)
    clock.at = closes - timedelta(seconds=1)
    assert to_london(clock.at).strftime("%H:%M:%S") == "16:59:59"
    assert round_phase(find_round(the_round.slug)) == RoundState.VOTING
    clock.turn(seconds=1)
    assert round_phase(find_round(the_round.slug)) == RoundState.CLOSED


def test_bids_over_the_change_to_summer_close_at_the_minute_on_the_poster(app: Flask, clock: TurningClock) -> None:
    the_round = a_round_taking_bids(
        dates=replace(
            DATES, bids_close_at=from_london(datetime.fromisoformat("2026-03-29T12:00"))
        )  # the clocks went forward at 1am
    )
    clock.at = datetime(2026, 3, 29, 10, 59, 59, tzinfo=UTC)
    assert round_phase(find_round(the_round.slug)) == RoundState.BIDDING
    clock.turn(seconds=1)
    assert round_phase(find_round(the_round.slug)) == RoundState.CHECKING


def test_a_minute_that_the_clocks_skip_is_no_moment() -> None:
    with pytest.raises(ValueError):
        from_london(datetime.fromisoformat("2026-03-29T01:30"))


def test_a_public_round_may_give_people_more_time(app: Flask) -> None:
    the_round = a_round_taking_bids()
    later = replace(DATES, bids_close_at=datetime(2026, 4, 20, 11, tzinfo=UTC))
    set_dates(the_round.id, later, by=owner_of(the_round))
    assert find_round(the_round.slug).bids_close_at == later.bids_close_at


MOVES = [
    ({"bids_open_at": datetime(2026, 3, 3, 9, tzinfo=UTC)}, "date_passed", "bids_open_at"),
    ({"bids_open_at": None}, "date_missing", "bids_open_at"),
    ({"decision_by": None}, "date_missing", "decision_by"),
]


@pytest.mark.parametrize(("changed", "code", "field"), MOVES)
def test_a_public_round_keeps_the_dates_that_passed_and_loses_none(
    app: Flask, changed: dict[str, datetime | None], code: str, field: str
) -> None:
    the_round = a_round_taking_bids()
    with pytest.raises(Refusals) as refused:
        set_dates(the_round.id, replace(DATES, **changed), by=owner_of(the_round))  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.field) == (code, field)


def test_nothing_of_a_public_round_is_moved_into_the_past(app: Flask, clock: TurningClock) -> None:
    the_round = a_round_taking_bids()
    clock.turn(days=30)
    early = replace(DATES, bids_close_at=datetime(2026, 3, 20, 11, tzinfo=UTC))
    with pytest.raises(Refusals) as refused:
        set_dates(the_round.id, early, by=owner_of(the_round))
    assert (refused.value.code, refused.value.field) == ("date_past", "bids_close_at")


def test_the_dates_of_a_round_that_is_not_public_yet_move_freely(app: Flask, clock: TurningClock) -> None:
    the_round = a_round()
    clock.turn(days=10)
    with pytest.raises(Refusal):
        set_dates(the_round.id, replace(DATES, bids_close_at=DATES.bids_open_at), by=owner_of(the_round))
    moved = replace(DATES, bids_open_at=datetime(2026, 3, 16, 9, tzinfo=UTC))
    set_dates(the_round.id, moved, by=owner_of(the_round))
    assert find_round(the_round.slug).bids_open_at == moved.bids_open_at
