"""A round's dates give people the days they were promised, and the decision comes after the count."""
# ruff: noqa: DTZ001 - clocks on walls in London have no zone of their own until `from_london` gives them one

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.calendar import MinimumDays, RoundDates, calendar_faults, london_days
from pb.core.clock import from_london

DATES = RoundDates(
    bids_open_at=from_london(datetime(2026, 3, 2, 9)),
    bids_close_at=from_london(datetime(2026, 4, 13, 17)),
    voting_opens_at=from_london(datetime(2026, 5, 18, 9)),
    voting_closes_at=from_london(datetime(2026, 6, 7, 20)),
    decision_by=from_london(datetime(2026, 6, 19, 17)),
)


def faults(minimum: MinimumDays | None = None, **changes: datetime | None) -> list[tuple[str, str, str]]:
    found = calendar_faults(dataclasses.replace(DATES, **changes), minimum)
    return [(fault.code, fault.field, str(fault)) for fault in found]


def london(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return from_london(datetime(2026, month, day, hour, minute))


def test_a_calendar_with_room_for_everything_passes() -> None:
    assert faults() == []


def test_too_few_days_for_bids_are_told_with_what_the_dates_give() -> None:
    sentence = "Bids must be open for at least 14 days; these dates give 9."
    assert faults(bids_close_at=london(3, 11)) == [("bids_days", "bids_close_at", sentence)]


@pytest.mark.parametrize(
    ("changes", "code", "field", "sentence"),
    [
        ({"bids_close_at": london(3, 2)}, "bids_backwards", "bids_close_at", "Bids must close after they open."),
        (
            {"voting_opens_at": london(4, 19)},
            "checks_days",
            "voting_opens_at",
            "Leave at least 7 days between the close of bids and the vote for checks; these dates give 5.",
        ),
        (
            {"voting_opens_at": london(4, 1)},
            "checks_backwards",
            "voting_opens_at",
            "Voting must open after bids have closed.",
        ),
        (
            {"voting_closes_at": london(5, 20)},
            "voting_days",
            "voting_closes_at",
            "Voting must be open for at least 7 days; these dates give 2. "
            "If people vote on one day, such as in a hall, give the reason below.",
        ),
        (
            {"decision_by": london(6, 8, 12)},
            "decision_days",
            "decision_by",
            "Leave at least one day between the close of voting and the decision; these dates give 0.",
        ),
        (
            {"decision_by": london(6, 1)},
            "decision_backwards",
            "decision_by",
            "The decision must come after voting has closed and the ballots are counted.",
        ),
    ],
)
def test_each_fault_stands_beside_the_later_date(
    changes: dict[str, datetime], code: str, field: str, sentence: str
) -> None:
    assert faults(**changes) == [(code, field, sentence)]


def test_a_decision_at_the_minute_of_the_close_cannot_know_the_count() -> None:
    assert [code for code, _, _ in faults(decision_by=DATES.voting_closes_at)] == ["decision_backwards"]


def test_appeals_need_days_of_their_own_after_the_checks_and_before_the_vote() -> None:
    assert faults(appeals_end=london(5, 5)) == []
    assert faults(appeals_end=london(4, 27)) == [
        (
            "appeals_days",
            "appeals_end",
            "Leave at least 21 days after the close of bids for checks and appeals; these dates give 13.",
        )
    ]
    assert [code for code, _, _ in faults(appeals_end=london(5, 18, 10))] == ["after_appeals_backwards"]
    assert [code for code, _, _ in faults(appeals_end=london(4, 1))] == ["appeals_backwards"]


def test_dates_that_are_not_set_are_asked_for_and_nothing_is_guessed_from_them() -> None:
    found = calendar_faults(RoundDates())
    assert {fault.code for fault in found} == {"date_missing"}
    assert [fault.field for fault in found] == [
        "bids_open_at",
        "bids_close_at",
        "voting_opens_at",
        "voting_closes_at",
        "decision_by",
    ]
    assert faults(voting_closes_at=None) == [("date_missing", "voting_closes_at", "Say when voting closes.")]


def test_all_faults_are_told_at_once() -> None:
    found = faults(bids_close_at=london(3, 3), voting_closes_at=london(5, 19), decision_by=None)
    assert [code for code, _, _ in found] == ["date_missing", "bids_days", "voting_days"]


def test_a_council_may_ask_for_more_or_fewer_days() -> None:
    assert [code for code, _, _ in faults(MinimumDays(voting=21))] == ["voting_days"]
    assert faults(MinimumDays(1, 1, 1, 1, 1), bids_close_at=london(3, 3)) == []
    short = faults(MinimumDays(bids=1), bids_close_at=london(3, 2, 17))
    assert short[0][2] == "Bids must be open for at least one day; these dates give 0."


@pytest.mark.parametrize("opens", [datetime(2026, 3, 22, 9), datetime(2026, 10, 18, 9)])
def test_two_weeks_by_the_clock_on_the_wall_are_two_weeks_when_clocks_change(opens: datetime) -> None:
    start, end = from_london(opens), from_london(opens + timedelta(days=14))
    assert abs(end - start - timedelta(days=14)) == timedelta(hours=1)
    assert london_days(start, end) == 14
    assert london_days(start, end - timedelta(minutes=1)) == 13


def test_a_night_without_an_hour_and_a_night_with_one_more_are_each_a_day() -> None:
    assert london_days(london(3, 28, 12), london(3, 29, 12)) == 1
    assert london_days(london(10, 24, 12), london(10, 25, 12)) == 1


def test_the_repeated_hour_does_not_put_a_close_before_its_opening() -> None:
    opens = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    closes = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    found = faults(MinimumDays(voting=1), voting_opens_at=opens, voting_closes_at=closes, decision_by=london(11, 5))
    assert found == [
        ("voting_days", "voting_closes_at", "Voting must be open for at least one day; these dates give 0.")
    ]


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), st.integers(0, 60))
def test_days_are_counted_as_the_calendar_counts_them(start: datetime, days: int) -> None:
    midday = start.replace(hour=12, minute=0, second=0, microsecond=0)
    assert london_days(from_london(midday), from_london(midday + timedelta(days=days))) == days


moments = st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))


@given(st.builds(RoundDates, moments, moments, moments, moments, moments, moments))
def test_every_calendar_is_judged_and_what_passes_is_in_order(dates: RoundDates) -> None:
    found = calendar_faults(dates)
    assert all("%(" not in str(fault) for fault in found)
    if not found:
        order = [
            dates.bids_open_at,
            dates.bids_close_at,
            dates.voting_opens_at,
            dates.voting_closes_at,
            dates.decision_by,
        ]
        assert order == sorted(each for each in order if each)
