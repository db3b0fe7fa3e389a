"""Sequential Phragmén: by hand, against a naive count in fractions, and against the words of its definition."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.election import Instance, Profile
from pb.core.errors import Refusal
from pb.core.rules import RULES, Facts, Method, Thresholds, count
from pb.core.rules.phragmen import PhragmenOptions
from tests.core.elections import approvals, facts, instance, instances, profiles, votes


def _method(misfit: str = "skip", *ties: str) -> Method:
    return Method("phragmen", PhragmenOptions(misfit), ties=ties or ("published",))


def _naive(where: Instance, profile: Profile, misfit: str, gone: frozenset[str]) -> list[str]:
    """The definition word by word: one load for each voter, ties in the order of the ballot."""
    ballots = [frozenset(each.get("approved", ())) | {each.get("boost")} for each in profile.each()]
    loads = [Fraction(0)] * len(ballots)
    left, funded = where.budget, []
    waiting = [each for each in where.ordered if each.id not in gone and any(each.id in ballot for ballot in ballots)]
    while waiting:
        new = {}
        for each in waiting:
            by = [load for load, ballot in zip(loads, ballots, strict=True) if each.id in ballot]
            new[each.id] = (sum(by) + each.cost) / Fraction(len(by))
        tied = [each for each in waiting if new[each.id] == min(new.values())]
        barred = [
            each for each in tied if any({each.id, other} <= group for group in where.exclusive for other in funded)
        ]
        able = [each for each in tied if each not in barred]
        if misfit == "stop_any" and any(each.cost > left for each in able):
            return funded
        if misfit == "skip":
            able = [each for each in able if each.cost <= left]
        if able and able[0].cost > left:
            return funded
        for each in able[:1]:
            funded.append(each.id)
            left -= each.cost
            loads = [new[each.id] if each.id in ballot else load for load, ballot in zip(loads, ballots, strict=True)]
        waiting = [each for each in waiting if each not in (able[:1] or tied)]
    return funded


@st.composite
def _elections(draw: st.DrawFn) -> tuple[Instance, Profile, str, Facts]:
    where = draw(instances(most=6))
    profile = draw(profiles(where, "approval", most=12))
    return where, profile, draw(st.sampled_from(["skip", "stop", "stop_any"])), draw(facts(where))


@pytest.mark.campaign
@given(_elections())
def test_the_winners_are_those_of_a_naive_count_in_fractions_in_the_same_order(
    election: tuple[Instance, Profile, str, Facts],
) -> None:
    where, profile, misfit, known = election
    outcome = count(where, profile, _method(misfit), known)
    assert list(outcome.selected) == _naive(where, profile, misfit, frozenset(known.withdrawn))


def test_a_minority_gets_its_turn_where_most_votes_first_would_give_it_nothing() -> None:
    """Six voters of ten want a, b and c, four want d; for three of four equal projects."""
    profile = approvals(*["abc"] * 6, *["d"] * 4)
    outcome = count(instance(30, a=10, b=10, c=10, d=10), profile, _method())
    assert outcome.selected == ("a", "d", "b")


def test_loads_are_worked_out_as_on_paper() -> None:
    """a costs 6 and has 3 voters: load 2. Then b, of one of them and another: (2 + 4) / 2 = 3."""
    outcome = count(instance(20, a=6, b=4), approvals("ab", "a", "a", "b"), _method())
    assert [(each.id, each.measure) for each in outcome.projects] == [("a", "2"), ("b", "3")]
    assert str(outcome.by_id["b"].reason) == (
        "Funded in full. The voters who chose it held its cost of £0.04 together when each voter had been given "
        "about £0.03."
    )
    assert [(step.project, step.supporters, step.left) for step in outcome.steps] == [("a", 3, "2"), ("b", 2, "2")]


def test_one_that_does_not_fit_is_passed_over_or_stops_the_count() -> None:
    pot, profile = instance(10, a=6, b=5, c=4), votes(a=6, b=4, c=1)
    assert count(pot, profile, _method("skip")).selected == ("a", "c")
    stopped = count(pot, profile, _method("stop"))
    assert stopped.selected == ("a",)
    assert [each.reason.code for each in stopped.projects] == ["funded", "stopped", "after_stop"]


def test_a_tied_one_that_does_not_fit_stops_before_the_tie_steps_or_after_them() -> None:
    pot, profile = instance(10, a=6, b=12), votes(a=1, b=2)
    assert count(pot, profile, _method("stop")).selected == ("a",)
    assert count(pot, profile, _method("stop_any")).selected == ()


def test_what_nobody_chose_is_not_funded_even_if_it_is_free() -> None:
    outcome = count(instance(10, a=5, b=0), votes(a=1), _method())
    assert outcome.selected == ("a",)
    assert str(outcome.by_id["b"].reason) == "Not funded. Nobody chose it."
    assert outcome.by_id["b"].rank is None


def test_a_tie_that_changes_nobodys_money_needs_no_lot() -> None:
    outcome = count(instance(20, a=10, b=10), approvals("ab"), Method("phragmen", PhragmenOptions()))
    assert outcome.selected == ("a", "b")
    assert [(tie.projects, tie.decided_by) for tie in outcome.ties] == [(("a", "b"), ())]


def test_a_tie_that_matters_is_named_in_the_outcome_with_the_step_that_decided_it() -> None:
    pot = instance(10, a=10, b=10)
    with pytest.raises(Refusal) as refused:
        count(pot, approvals("a", "b"), Method("phragmen", PhragmenOptions(), ties=("cheaper",)))
    assert (refused.value.code, refused.value.fault.params["ids"]) == ("open_tie", ("a", "b"))
    outcome = count(pot, approvals("a", "b"), _method("skip", "cheaper", "lot"), Facts(lots=(("b", "a"),)))
    assert outcome.selected == ("b",)
    assert [(tie.order, tie.decided_by) for tie in outcome.ties] == [(("b", "a"), ("lot",))]


def test_loads_that_floats_cannot_tell_apart_are_told_apart() -> None:
    """b's load is below a's by one part in ten million million million."""
    pot = instance(10**19, a=10**19, b=10**19 - 1)
    outcome = count(pot, votes(a=1, b=1), Method("phragmen", PhragmenOptions(), ties=()))
    assert outcome.selected == ("b",)


def test_a_threshold_is_looked_at_before_any_money_flows() -> None:
    how = Method("phragmen", PhragmenOptions(), thresholds=Thresholds(least_score=2), ties=("published",))
    outcome = count(instance(20, a=10, b=5), votes(a=2, b=1), how)
    assert outcome.selected == ("a",)
    assert outcome.by_id["b"].reason.code == "below_threshold"


def test_ballots_with_points_are_refused() -> None:
    with pytest.raises(Refusal) as refused:
        RULES["phragmen"].refuse_ballot_type("points")
    assert refused.value.code == "rule_not_for_ballot"
