"""Which numbers ask for a look, and which do not: busy days, small stalls and halls accuse nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from pb.core.unusual import Hour, Stack, bursts, odd_stacks

NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)


def hours(*counts: int, channel: str = "online") -> list[Hour]:
    return [Hour(NOON + timedelta(hours=at), channel, count) for at, count in enumerate(counts)]


def found(stacks: Sequence[Stack]) -> list[tuple[str, object]]:
    return [(each.code, each.params["name"]) for each in odd_stacks(stacks)]


def test_an_hour_with_many_times_the_usual_ballots_is_a_burst_with_its_time_and_way() -> None:
    told = list(bursts([*hours(9, 12, 10, 80, 11), *hours(30, 35, 28, 31, 40, channel="stall")]))
    assert [(each.code, each.hour, each.channel) for each in told] == [("burst", NOON + timedelta(hours=3), "online")]
    assert told[0].params["count"] == 80


def test_a_usual_hour_with_few_ballots_is_told_without_its_number() -> None:
    few, many = list(bursts(hours(9, 12, 10, 80, 11))), list(bursts(hours(30, 32, 31, 30, 400)))
    assert "fewer than" in few[0].message
    assert "about" in many[0].message


@pytest.mark.parametrize(
    "quiet",
    [
        hours(50, 55, 61, 58, 70),
        hours(2, 3, 59, 2, 4),
        hours(500),
        hours(1, 2, 300),
        hours(1, 1, 1, 1, 1, 200, channel="kiosk"),
        hours(1, 1, 1, 1, 1, 200, channel="paper"),
        [],
    ],
    ids=["busy all day", "few", "the first hour", "too early to say", "a tablet sends", "papers are keyed", "nothing"],
)
def test_what_is_usual_is_no_burst(quiet: list[Hour]) -> None:
    assert list(bursts(quiet)) == []


def test_more_cards_used_than_given_out_ask_for_a_look_however_few() -> None:
    assert found([Stack("Library", 4, 5), Stack("Market", 40, 22)]) == [("more_used_than_given", "Library")]


def test_a_stack_used_to_its_last_card_asks_for_a_look_where_others_are_not() -> None:
    usual = [Stack("Library", 120, 70), Stack("Market", 200, 118), Stack("School", 90, 55)]
    assert found([*usual, Stack("Stall", 80, 79)]) == [("used_far_more", "Stall")]
    (told,) = odd_stacks([*usual, Stack("Stall", 80, 79)])
    assert told.params == {"name": "Stall", "used": 79, "given": 80, "share": 59}


@pytest.mark.parametrize(
    "stacks",
    [
        [Stack("Library", 120, 70), Stack("Stall", 20, 20)],
        [Stack("Library", 120, 118), Stack("Stall", 80, 79)],
        [Stack("Library", 10, 2), Stack("Stall", 80, 79)],
        [Stack("Library", 120, 70), Stack("Stall", 80, 58)],
        [Stack("Alone", 80, 80)],
        [Stack("Library", 0, 0), Stack("Stall", 0, 0)],
    ],
    ids=["small", "all alike", "nothing to compare with", "a little more", "alone", "before the first"],
)
def test_stacks_that_chance_explains_ask_for_none(stacks: list[Stack]) -> None:
    assert found(stacks) == []
