"""Greedy by hand: small elections whose outcome anyone can work out on paper."""

from __future__ import annotations

import pytest

from pb.core.ballots.scoring import ScoringSettings
from pb.core.election import Profile
from pb.core.outcome import Award
from pb.core.rules import Method, count
from pb.core.rules.greedy import GreedyOptions, NoOptions
from tests.core.elections import approvals, instance, method, votes

#: The sample of the .pb format's description: six ballots for five projects and 30,000.
RIVERSIDE = instance(30000, a1=9000, a2=12500, a3=6000, a4=15000, a5=4000)
RIVERSIDE_BALLOTS = ("a1 a2", "a1 a4", "a2 a5", "a1 a3 a4", "a1 a2 a5", "a3 a4")


def _riverside() -> Profile:
    settings = approvals().settings
    return Profile.of("approval", settings, [{"approved": each.split()} for each in RIVERSIDE_BALLOTS])


def test_the_formats_own_sample_gives_its_published_winners() -> None:
    outcome = count(RIVERSIDE, _riverside(), method("skip", "published"))
    assert outcome.selected == ("a1", "a2", "a3")
    assert (outcome.spent, outcome.left) == (27500, 2500)
    assert {each.id: each.votes for each in outcome.projects} == {"a1": 4, "a2": 3, "a3": 2, "a4": 3, "a5": 2}


def test_the_samples_ties_are_in_the_outcome_with_what_decided_them() -> None:
    outcome = count(RIVERSIDE, _riverside(), method("skip", "published"))
    assert [(tie.projects, tie.measure, tie.decided_by) for tie in outcome.ties] == [
        (("a2", "a4"), "3", ("published",)),
        (("a3", "a5"), "2", ("published",)),
    ]


def test_dearer_first_turns_the_samples_result_round() -> None:
    outcome = count(RIVERSIDE, _riverside(), method("skip", "dearer"))
    assert outcome.selected == ("a1", "a4", "a3")
    assert outcome.left == 0


def test_most_votes_come_first_whatever_the_cost() -> None:
    outcome = count(instance(10, a=10, b=1), votes(a=3, b=2), method())
    assert outcome.selected == ("a",)
    assert [(each.id, each.rank) for each in outcome.projects] == [("a", 1), ("b", 2)]


def test_votes_for_each_pound_put_the_small_project_first() -> None:
    per_cost = Method("greedy-per-cost", NoOptions(), method().allocation, ties=("published",))
    outcome = count(instance(10, a=10, b=1), votes(a=3, b=2), per_cost)
    assert outcome.selected == ("b",)


def test_votes_for_each_pound_are_compared_exactly() -> None:
    """1/3 and 333333333333333333/1000000000000000000 are the same number to a computer's fractions."""
    costs = instance(10**18, a=3 * 10**17, b=3 * 10**17 - 1)
    per_cost = Method("greedy-per-cost", NoOptions(), method().allocation)
    assert [each.id for each in count(costs, votes(a=1, b=1), per_cost).projects] == ["b", "a"]


def test_a_project_that_costs_nothing_comes_first_for_each_pound_if_anybody_wants_it() -> None:
    per_cost = Method("greedy-per-cost", NoOptions(), method().allocation, ties=("published",))
    outcome = count(instance(1, a=1, b=0, c=0), votes(a=9, b=1), per_cost)
    assert [each.id for each in outcome.projects] == ["b", "a", "c"]


def _scores(*ballots: dict[str, int], **settings: int) -> Profile:
    return Profile.of(
        "scoring", ScoringSettings(score_all=False, **settings), [{"scores": scores} for scores in ballots]
    )


def test_the_total_favours_a_project_that_many_scored_and_the_average_one_that_few_loved() -> None:
    profile = _scores({"a": 3, "b": 5}, {"a": 3}, {"a": 3})
    pot = instance(10, a=10, b=10)
    assert count(pot, profile, method()).selected == ("a",)
    assert count(pot, profile, method(options=GreedyOptions("average"))).selected == ("b",)


def test_an_average_is_exact_and_shown_as_a_fraction() -> None:
    outcome = count(instance(10, a=10), _scores({"a": 5}, {"a": 4}, {"a": 4}), method(options=GreedyOptions("average")))
    assert outcome.by_id["a"].measure == "13/3"


def test_a_project_that_too_few_scored_is_not_ranked_by_its_average() -> None:
    profile = _scores({"a": 3, "b": 5}, {"a": 3})
    outcome = count(instance(20, a=10, b=10), profile, method(options=GreedyOptions("average", least_scores=2)))
    assert outcome.selected == ("a",)
    assert outcome.by_id["b"].reason.code == "too_few_scores"
    assert "At least 2 people must score a bid, and 1 scored it." in str(outcome.by_id["b"].reason)


def test_a_score_that_a_file_gives_to_unscored_projects_is_in_the_total_and_not_in_the_votes() -> None:
    outcome = count(instance(20, a=10, b=10), _scores({"a": 3}, {"a": 3}, default=2), method("skip", "published"))
    assert (outcome.by_id["b"].score, outcome.by_id["b"].votes) == (4, 0)


def test_of_two_projects_that_exclude_each_other_the_first_in_the_ranking_is_funded() -> None:
    pot = instance(20, a=10, b=5, c=5)
    both = pot.__class__(pot.projects, pot.budget, exclusive=(frozenset("ab"),))
    outcome = count(both, votes(a=3, b=2, c=1), method())
    assert outcome.selected == ("a", "c")
    assert str(outcome.by_id["b"].reason) == (
        "Not funded. It cannot go ahead together with “Project a”, which came higher."
    )


def test_a_rival_that_could_not_be_funded_shuts_nobody_out() -> None:
    pot = instance(8, a=10, b=5)
    both = pot.__class__(pot.projects, pot.budget, exclusive=(frozenset("ab"),))
    assert count(both, votes(a=3, b=2), method()).selected == ("b",)


@pytest.mark.parametrize("allocation", ["skip", "stop", "offer"])
def test_everything_is_funded_where_the_pot_is_large_enough(allocation: str) -> None:
    outcome = count(instance(30, a=10, b=20), votes(a=1, b=2), method(allocation))
    assert outcome.selected == ("b", "a")
    assert all(each.award is Award.FULL for each in outcome.projects)
    assert outcome.left == 0
