"""Thresholds: exactly reached is enough, and a project below one is told the numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pb.core.ballots.scoring import ScoringSettings
from pb.core.election import Profile
from pb.core.rules import count
from pb.core.rules.thresholds import decimal
from tests.core.elections import approvals, instance, method, votes

POT = instance(30, a=10, b=10)


def test_as_many_votes_as_needed_are_enough_and_one_fewer_is_not() -> None:
    outcome = count(POT, votes(a=5, b=4), method(least_score=5))
    assert outcome.selected == ("a",)
    assert outcome.by_id["b"].rank is None
    assert str(outcome.by_id["b"].reason) == "Not funded. It needed a total of at least 5 and got 4."


def test_a_share_of_the_ballots_is_rounded_up_never_down() -> None:
    """10% of 11 ballots is 1.1, so one is too few and two are enough."""
    outcome = count(POT, votes(a=10, b=1), method(ballots_percent=10))
    assert outcome.selected == ("a",)
    assert str(outcome.by_id["b"].reason) == (
        "Not funded. It needed to be chosen on 10% of the 11 ballots, so on at least 2, and was chosen on 1."
    )


def test_exactly_the_share_is_enough() -> None:
    assert count(POT, votes(a=9, b=1), method(ballots_percent=10)).selected == ("a", "b")


def test_ballots_that_choose_nothing_do_not_raise_the_share() -> None:
    profile = approvals(*["a"] * 9, "b", *[""] * 50)
    assert count(POT, profile, method(ballots_percent=10)).selected == ("a", "b")


def _scores(*scores: int) -> Profile:
    return Profile.of("scoring", ScoringSettings(), [{"scores": {"a": each, "b": 5}} for each in scores])


@pytest.mark.parametrize(("scores", "funded"), [((2, 2), True), ((2, 2, 1), False), ((1, 3), True)])
def test_an_average_of_forty_per_cent_of_five_is_two(scores: tuple[int, ...], funded: bool) -> None:
    outcome = count(POT, _scores(*scores), method(average_percent=40))
    assert ("a" in outcome.selected) is funded


def test_an_average_below_the_threshold_is_told_in_decimals_not_rounded_up_to_it() -> None:
    outcome = count(POT, _scores(*[2] * 2000, 1), method(average_percent=40))
    assert str(outcome.by_id["a"].reason) == "Not funded. It needed an average score of at least 2 and got 1.999."


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(2), "2"), (Fraction(1, 3), "0.333"), (Fraction(5, 2), "2.5"), (Fraction(19999, 10000), "1.999")],
)
def test_decimals_are_cut_off_and_have_no_idle_noughts(value: Fraction, text: str) -> None:
    assert decimal(value) == text


def test_projects_below_the_threshold_stand_after_the_ranking_by_their_score() -> None:
    outcome = count(instance(30, a=10, b=10, c=10), votes(a=1, b=2, c=3), method(least_score=3))
    assert [(each.id, each.rank) for each in outcome.projects] == [("c", 1), ("b", None), ("a", None)]


def test_the_more_of_the_pot_a_project_asks_for_the_more_ballots_must_choose_it() -> None:
    """Divided by 3: half of the pot needs a sixth of the twelve ballots, so two; a quarter needs one."""
    pot = instance(40, a=20, b=20, c=10)
    outcome = count(pot, votes(a=2, b=1, c=9), method(cost_divisor=3))
    assert outcome.selected == ("c", "a")
    assert str(outcome.by_id["b"].reason) == (
        "Not funded. For what it costs it needed to be chosen on at least 2 of the 12 ballots, and was chosen on 1."
    )


def test_in_an_empty_pot_nothing_that_costs_anything_has_enough_support() -> None:
    outcome = count(instance(0, a=1, b=0), votes(a=1, b=1), method(cost_divisor=1))
    assert outcome.selected == ("b",)
    assert str(outcome.by_id["a"].reason) == "Not funded. There is no money in the pot."
