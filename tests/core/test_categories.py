"""A budget for each category: counted on their own, from the same ballots, never overspent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.ballots.ranked import RankedSettings
from pb.core.categories import count_by_category
from pb.core.election import Instance, Profile, Project
from pb.core.errors import Refusal
from pb.core.outcome import Award
from pb.core.rules import Facts, Method, count
from pb.core.rules.equal_shares import EqualSharesOptions
from pb.core.surplus import SURPLUS_RULES, Move
from tests.core.elections import approvals, elections, method, votes

#: Two small projects and two large ones.
POT = Instance(
    (
        Project("a", 10, "Project a", number=1, category="small"),
        Project("b", 10, "Project b", number=2, category="small"),
        Project("c", 40, "Project c", number=3, category="large"),
        Project("d", 50, "Project d", number=4, category="large"),
    ),
    100,
)
BUDGETS = {"small": 15, "large": 60}


def test_each_category_is_counted_with_its_own_budget() -> None:
    counted = count_by_category(POT, votes(a=5, b=4, c=1, d=2), method(), BUDGETS)
    assert {key: each.selected for key, each in counted.outcomes.items()} == {"small": ("a",), "large": ("d",)}
    assert {key: (each.budget, each.spent) for key, each in counted.outcomes.items()} == {
        "small": (15, 10), "large": (60, 50),
    }  # fmt: skip
    assert sum(move.amount for move in counted.moves) == 15


def test_a_project_keeps_the_points_of_its_place_on_the_whole_ballot() -> None:
    """a is second of all, though first of its category: two points of three."""
    ranked = Profile.of("ranked", RankedSettings(most=3), [{"ranking": ["d", "a", "c"]}])
    counted = count_by_category(POT, ranked, method("skip", "published"), BUDGETS)
    assert (
        counted.outcomes["small"].by_id["a"].score
        == count(POT, ranked, method("skip", "published")).by_id["a"].score
        == 2
    )


def test_a_share_of_a_category_is_of_its_budget_and_of_all_ballots() -> None:
    shares = replace(method(), rule="equal-shares", options=EqualSharesOptions(completion="none"))
    counted = count_by_category(POT, approvals("a", "c", "d", "d"), shares, {"small": 40, "large": 60})
    assert counted.outcomes["small"].endowment is not None
    assert counted.outcomes["small"].endowment.final == "10"


def test_money_may_move_between_categories_by_the_surplus_rule() -> None:
    counted = count_by_category(POT, votes(a=5, b=4, c=1, d=2), method(), {"small": 50, "large": 50}, surplus="share")
    assert counted.moves[0] == Move("small", "large", 30)


def test_withdrawn_projects_and_rivals_of_a_category_are_told_in_its_outcome() -> None:
    rivals = replace(POT, exclusive=(frozenset("cd"),), budget=200)
    known = Facts({"a": "The group withdrew it."})
    counted = count_by_category(rivals, votes(a=5, b=4, c=1, d=2), method(), {"small": 20, "large": 90}, facts=known)
    assert counted.outcomes["large"].by_id["c"].reason.code == "conflict"
    assert counted.outcomes["small"].by_id["a"].reason.code == "withdrawn"
    assert counted.outcomes["small"].options["withdrawn"] == {"a": "The group withdrew it."}
    assert counted.outcomes["large"].options["withdrawn"] == {}


@pytest.mark.parametrize(
    ("where", "budgets", "code"),
    [
        (POT, {"small": 100}, "category_without_budget"),
        (POT, {"small": 50, "large": 51}, "budgets_over_pot"),
        (replace(POT, exclusive=(frozenset("ac"),)), BUDGETS, "rivals_in_two_categories"),
    ],
)
def test_what_cannot_be_counted_by_category_is_refused(where: Instance, budgets: dict[str, int], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        count_by_category(where, votes(a=1), method(), budgets)
    assert refused.value.code == code


@pytest.mark.campaign
@given(elections(), st.integers(0, 25), st.sampled_from(sorted(SURPLUS_RULES)))
def test_categories_together_never_spend_more_than_the_pot(
    election: tuple[Instance, Profile, Method, Facts], first: int, surplus: str
) -> None:
    where, profile, how, known = election
    where = replace(where, exclusive=())
    budgets = {"north": min(first, where.budget), "south": max(where.budget - first, 0)}
    counted = count_by_category(where, profile, how, budgets, facts=known, surplus=surplus)
    assert sum(each.spent for each in counted.outcomes.values()) <= where.budget
    found = [each for outcome in counted.outcomes.values() for each in outcome.projects]
    assert sorted(each.id for each in found) == sorted(where.by_id)
    assert all(each.award is Award.NONE for each in found if each.id in known.withdrawn)
