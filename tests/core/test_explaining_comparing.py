"""Several rules on the same ballots: what differs between them, and how many voters each reaches."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from pb.core.ballots import BALLOT_TYPES
from pb.core.explaining.again import Election
from pb.core.explaining.comparing import compare_methods, usual_methods
from pb.core.rules import RULES, Facts, count
from pb.core.rules.greedy import GreedyOptions
from tests.core import elections as made
from tests.core.elections import elections, instance, method, votes

POT = instance(1000, a=1000, b=500, c=400)
ELECTION = Election(POT, votes(a=4, b=3, c=3), method("skip", "published"))


def test_the_methods_own_outcome_comes_first_and_the_others_beside_it() -> None:
    comparison = compare_methods(ELECTION, usual_methods(ELECTION.method, "approval")[:2])
    own, other = comparison.rows
    assert (own.method.rule, own.outcome.selected, own.satisfaction.reached) == ("greedy", ("a",), 4)
    assert (other.method.rule, other.outcome.selected, other.satisfaction.reached) == (
        "greedy-per-cost", ("c", "b"), 6,
    )  # fmt: skip
    assert comparison.differ == ("a", "b", "c")


def test_what_all_methods_fund_does_not_differ() -> None:
    election = replace(ELECTION, profile=votes(b=9, c=3))
    assert compare_methods(election, usual_methods(election.method, "approval")[:2]).differ == ()


def test_where_time_runs_out_the_other_methods_are_named_as_left_out() -> None:
    methods = usual_methods(ELECTION.method, "approval")[:4]
    asked: list[tuple[str, int, int]] = []

    def tick(stage: str, done: int, total: int) -> bool:
        asked.append((stage, done, total))
        return len(asked) < 3

    comparison = compare_methods(ELECTION, methods, tick)
    assert [row.method.rule for row in comparison.rows] == [each.rule for each in methods[:2]]
    assert comparison.left_out == tuple(each.rule for each in methods[2:])
    assert asked == [("methods", done, 4) for done in range(3)]


def test_the_method_itself_is_counted_however_little_time_there_is() -> None:
    comparison = compare_methods(ELECTION, usual_methods(ELECTION.method, "approval")[:2], lambda *_: False)
    assert [row.method.rule for row in comparison.rows] == ["greedy"]


def test_a_comparison_of_nothing_differs_in_nothing() -> None:
    assert compare_methods(ELECTION, []).differ == ()


def test_a_tie_that_nothing_settles_goes_by_the_ballots_order_and_is_marked_as_assumed() -> None:
    election = Election(instance(10, a=10, b=10), votes(a=2, b=2), method("skip"))
    row = compare_methods(election, [election.method]).rows[0]
    assert row.outcome.selected == ("a",)
    assert row.assumed
    assert row.to_json()["assumed_tie"]


def test_a_recorded_lot_is_no_assumption() -> None:
    election = Election(instance(10, a=10, b=10), votes(a=2, b=2), method("skip", "lot"), Facts({}, (("b", "a"),)))
    row = compare_methods(election, [election.method]).rows[0]
    assert row.outcome.selected == ("b",)
    assert not row.assumed


@pytest.mark.parametrize("ballot_type", BALLOT_TYPES)
def test_every_rule_that_can_count_the_ballots_is_compared_once(ballot_type: str) -> None:
    methods = usual_methods(method("skip", "published"), ballot_type)
    rules = [each.rule for each in methods]
    assert rules[0] == "greedy"
    assert len(set(rules)) == len(rules)
    able = [key for key, rule in RULES.items() if not rule.ballot_types or ballot_type in rule.ballot_types]
    assert sorted(rules) == sorted(able)


def test_the_methods_own_options_are_kept_and_the_others_take_their_usual_ones() -> None:
    own = method("stop", "cheaper", "published", options=GreedyOptions("average"), least_score=3)
    methods = usual_methods(own, "scoring")
    assert methods[0] == own
    assert {(each.allocation, each.thresholds, each.ties) for each in methods} == {
        (own.allocation, own.thresholds, own.ties)
    }


@given(elections())
def test_the_first_row_is_the_count_itself(election: made.Election) -> None:
    where, profile, how, facts = election
    one = Election(where, profile, how, facts)
    row = compare_methods(one, [how]).rows[0]
    assert row.outcome.selected == count(*election).selected
    assert row.satisfaction.marked <= row.outcome.marked
