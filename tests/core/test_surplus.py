"""Money between pots: each is counted on its own, and surplus moves before part offers become final."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pb.core.election import Instance, Project
from pb.core.errors import Refusal
from pb.core.rules import count
from pb.core.surplus import SURPLUS_RULES, Move, PotCount, balance, count_pots
from tests.core.elections import instance, method, profiles, votes

RICH = PotCount("north", instance(1000, a=300), votes(a=1), method("offer"))
POOR = PotCount("south", instance(1000, {"c": 400}, b=600, c=700), votes(b=2, c=1), method("offer"))


def test_each_pot_is_counted_on_its_own_and_what_is_left_goes_back() -> None:
    both = count_pots([RICH, POOR], "return")
    assert both.outcomes["north"] == RICH.count()
    assert [(each.id, each.amount) for each in both.outcomes["south"].pending] == [("c", 400)]
    assert both.moves == (Move("north", "return", 700),)


def test_what_is_left_can_be_carried_forward() -> None:
    assert count_pots([RICH, POOR], "carry_forward").moves == (Move("north", "carry_forward", 700),)


def test_a_share_of_surplus_comes_before_a_part_offer_is_made() -> None:
    """South lacks £3, so it gets £3 of north's £7, and its second bid is funded in full instead of offered part."""
    both = count_pots([RICH, POOR], "share")
    assert both.moves == (Move("north", "south", 300), Move("north", "return", 400))
    assert both.outcomes["south"].selected == ("b", "c")
    assert both.outcomes["north"].budget == 700
    assert both.outcomes["south"].budget == 1300


def test_surplus_is_shared_in_proportion_to_what_pots_lack_to_the_penny() -> None:
    rich = PotCount("rich", instance(400, a=300), votes(a=1), method())
    first = PotCount("first", instance(0, b=200), votes(b=1), method())
    second = PotCount("second", instance(0, c=100), votes(c=1), method())
    moves = count_pots([rich, first, second], "share").moves
    assert [(move.target, move.amount) for move in moves if move.source == "rich"] == [("first", 67), ("second", 33)]


def test_a_bid_below_the_threshold_lacks_nothing() -> None:
    low = PotCount("low", instance(0, b=200), votes(b=1), method(least_score=2))
    assert balance(low.count()) == 0


def test_winners_can_be_topped_up_in_proportion_to_what_they_get() -> None:
    pot = PotCount("pot", instance(1000, a=300, b=100), votes(a=1, b=2), method())
    outcome = count_pots([pot], "top_up").outcomes["pot"]
    assert {each.id: each.top_up for each in outcome.projects} == {"a": 450, "b": 150}
    assert outcome.left == 0


def test_nobody_is_topped_up_while_an_offer_is_open() -> None:
    outcome = count_pots([POOR], "top_up").outcomes["south"]
    assert outcome.pending
    assert not any(each.top_up for each in outcome.projects)


def test_a_project_in_two_pots_is_refused() -> None:
    again = PotCount("again", RICH.instance, RICH.profile, RICH.method)
    with pytest.raises(Refusal) as refused:
        count_pots([RICH, again], "return")
    assert refused.value.code == "project_in_two_pots"


def test_a_surplus_rule_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        count_pots([RICH], "party")
    assert refused.value.code == "surplus_unknown"


@st.composite
def _pots(draw: st.DrawFn) -> list[PotCount]:
    pots = []
    for key in ("north", "south", "east"):
        costs = draw(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=3))
        projects = tuple(
            Project(f"{key}{at}", max(pair), minimum=min(pair), number=at) for at, pair in enumerate(costs, start=1)
        )
        where = Instance(projects, draw(st.integers(0, 25)))
        how = method(draw(st.sampled_from(["stop", "skip", "offer"])), "published")
        pots.append(PotCount(key, where, draw(profiles(where, "approval")), how))
    return pots


@given(_pots(), st.sampled_from(sorted(SURPLUS_RULES)))
def test_no_penny_is_made_or_lost_between_pots(pots: list[PotCount], surplus: str) -> None:
    result = count_pots(pots, surplus)
    assert sum(each.budget for each in result.outcomes.values()) == sum(pot.instance.budget for pot in pots)
    home = {"return", "carry_forward"}
    for key, outcome in result.outcomes.items():
        gone = sum(move.amount for move in result.moves if move.source == key and move.target in home)
        assert outcome.spent + (0 if outcome.pending else gone) <= outcome.budget
        if not outcome.pending:
            assert outcome.spent + gone == outcome.budget


@given(_pots())
def test_a_pot_that_gives_has_still_funded_all_its_bids_in_full(pots: list[PotCount]) -> None:
    result = count_pots(pots, "share")
    givers = {move.source for move in result.moves if move.target not in ("return", "carry_forward")}
    assume(givers)
    for pot in pots:
        if pot.key in givers:
            assert set(result.outcomes[pot.key].selected) == set(pot.instance.by_id)
        else:
            before = count(pot.instance, pot.profile, pot.method)
            assert result.outcomes[pot.key].budget >= before.budget
