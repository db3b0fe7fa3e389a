"""Released money goes down the ranking by the rule that moved the line, and no pot is overspent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.allocation import AllocationSettings
from pb.core.next_in_line import PotMoney
from pb.core.rules import count
from tests.core.elections import instance, method, votes

#: Pot 100. By votes: a 60, b 30, c 40 (too much), d 25 (too much), e 10.
POT = instance(100, {"c": 20}, a=60, b=30, c=40, d=25, e=10)
VOTES = votes(a=9, b=8, c=7, d=6, e=5)


def money(kind: str = "skip", **decided: int) -> PotMoney:
    """The pot with these decisions; counted by this allocation."""
    return PotMoney(POT, count(POT, VOTES, method(kind)), AllocationSettings(kind), decided)


def line(pot: PotMoney) -> dict[str, int]:
    return {each.id: each.amount for each in pot.line}


def test_nobody_is_next_in_line_until_money_is_released() -> None:
    pot = money()
    assert pot.counted == {"a": 60, "b": 30, "c": 0, "d": 0, "e": 10}
    assert (pot.left, pot.released, line(pot)) == (0, 0, {})


def test_a_declined_bid_releases_its_money_to_the_next_in_line_by_votes() -> None:
    pot = money(a=0)
    assert (pot.left, pot.released) == (60, 60)
    assert line(pot) == {"c": 40}
    assert [pot.recommended(key) for key in "abcde"] == [60, 30, 40, 0, 10]


def test_under_skip_one_that_does_not_fit_is_passed_over() -> None:
    assert line(money("skip", b=0)) == {"d": 25}


def test_under_stop_the_money_stops_at_the_next_in_line_that_does_not_fit() -> None:
    pot = money("stop")
    assert pot.counted == {"a": 60, "b": 30, "c": 0, "d": 0, "e": 0}
    assert line(money("stop", b=0)) == {"c": 40}
    assert line(money("stop", b=10)) == {}


def test_under_offer_the_next_in_line_gets_a_part_that_it_can_use() -> None:
    assert line(money("offer", b=0)) == {"c": 30}


def test_the_next_in_line_who_is_declined_passes_the_money_on() -> None:
    assert line(money("skip", a=0, c=0)) == {"d": 25}


def test_once_the_next_in_line_is_decided_the_rest_goes_on_down() -> None:
    pot = money("offer", a=0, c=40)
    assert (pot.released, line(pot)) == (20, {})
    assert line(replace(pot, decided={"a": 0, "c": 20})) == {"d": 25}


def test_a_bid_that_gets_less_releases_the_difference() -> None:
    assert line(money("skip", a=20)) == {"c": 40}


def test_a_withdrawn_bid_releases_its_money_and_gets_none() -> None:
    pot = replace(money(), withdrawn=frozenset({"a"}))
    assert line(pot) == {"c": 40}
    assert pot.recommended("a") == 0


def test_a_bid_that_nobody_voted_for_is_not_in_line() -> None:
    pot = instance(10, a=10, b=10)
    outcome = count(pot, votes(a=1), method("skip"))
    assert PotMoney(pot, outcome, AllocationSettings("skip"), {"a": 0}).line == ()


def test_what_is_recommended_to_others_is_kept_for_them() -> None:
    assert money().over("c", 1) == 1
    assert money(a=0).over("c", 60) == 0
    assert money(a=0).over("c", 61) == 1
    assert money(a=0, c=60).over("a", 60) == 60


def test_help_from_the_reserve_is_not_spent_on_others() -> None:
    pot = instance(90, a=60, b=40)
    outcome = count(pot, votes(a=2, b=1), method("stop", reserve_percent=70))
    money_now = PotMoney(pot, outcome, AllocationSettings("stop", 70), {})
    assert (money_now.limit, money_now.left) == (100, 0)
    assert replace(money_now, decided={"b": 0}).limit == 90
    assert money_now.over("b", 40) == 0


@given(
    st.sampled_from(["skip", "stop", "offer"]),
    st.dictionaries(st.sampled_from("abcde"), st.integers(0, 60)),
)
def test_following_the_line_never_overspends(kind: str, decided: dict[str, int]) -> None:
    pot = money(kind, **decided)
    if pot.left < 0:
        return
    after = replace(pot, decided={**decided, **line(pot)})
    assert after.left >= 0
    assert sum(after.promised.values()) <= after.limit


@pytest.mark.parametrize("kind", ["skip", "stop", "offer"])
def test_following_the_line_to_its_end_leaves_nobody_in_line(kind: str) -> None:
    pot = money(kind, a=0)
    while pot.line:
        first = pot.line[0]
        pot = replace(pot, decided={**pot.decided, first.id: first.amount})
    assert pot.left >= 0
