"""Equal shares against its definition in fractions, in small elections made to have ties and boundary cases."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pb.core.allocation import AllocationSettings
from pb.core.election import Instance, Profile, Project
from pb.core.outcome import Outcome
from pb.core.rules import Method, Thresholds, count
from pb.core.rules.buying import Market, Run
from pb.core.rules.completion import spent_so_far
from pb.core.rules.electorate import Electorate
from pb.core.rules.equal_shares import EqualSharesOptions
from pb.core.rules.index import index_of
from pb.core.rules.support import add_up
from pb.core.rules.tiebreak import Evidence
from tests.core.elections import approvals, instance, instances, options_for, profiles
from tests.core.oracle_equal_shares import plain_count, plain_run, utilities

pytestmark = pytest.mark.campaign

PUBLISHED = ("published",)
NOWHERE = 10**30


def _first(tied: list[Project]) -> Project:
    return min(tied, key=lambda each: each.order)


def _market(where: Instance, profile: Profile, per_cost: bool) -> Market:
    electorate = Electorate.of(index_of(where, profile), where.ordered, where)
    return Market(electorate, per_cost, PUBLISHED, Evidence(add_up(where, profile)))


@st.composite
def pots(draw: st.DrawFn) -> Instance:
    """Pots whose amounts are small, or large and near each other, or all multiples of the same."""
    where = draw(instances(most=6))
    factor, more = draw(st.sampled_from([(1, 0), (6, 0), (10**9, 1), (10**13, 1), (10**16, 1), (1, 10**6)]))
    projects = tuple(
        replace(each, cost=each.cost * factor + (more if each.cost else 0), minimum=None) for each in where.projects
    )
    return replace(where, projects=projects, budget=where.budget * factor)


def _bought(run: Run) -> tuple[list[tuple[str, Fraction]], set[str]]:
    """(project, exact price) in order, and what costs nothing."""
    projects = [run.market.electorate.rows[number].project for number in run.bought]
    paid = [each.id for each in projects if each.cost]
    return list(zip(paid, run.balances.exact.prices(), strict=True)), {each.id for each in projects if not each.cost}


@settings(max_examples=5 * settings.default.max_examples)
@given(st.data(), pots(), st.booleans(), st.booleans())
def test_winners_order_prices_and_balances_are_those_of_the_definition(
    data: st.DataObject, where: Instance, per_cost: bool, whole: bool
) -> None:
    profile = data.draw(profiles(where, most=12))
    share = Fraction(where.budget, max(profile.size, 1))
    share = Fraction(int(share)) if whole else share
    expected = plain_run(where.ordered, where, profile, share, per_cost, _first)
    run = Run(_market(where, profile, per_cost), share, NOWHERE)
    bought, free = _bought(run)
    assert bought == [each for each in expected.bought if where.by_id[each[0]].cost]
    assert free == {project for project, _ in expected.bought if not where.by_id[project].cost}
    loads = spent_so_far(run)
    left = [share - loads.values[level] for level in loads.level.tolist()]
    sizes = [group.size for group in profile.groups]
    assert sorted(np.repeat(np.array(left, dtype=object), sizes)) == sorted(expected.left)


@settings(max_examples=3 * settings.default.max_examples)
@given(st.data(), pots(), st.booleans())
def test_the_floats_that_guide_never_stray_beyond_their_bound(
    data: st.DataObject, where: Instance, per_cost: bool
) -> None:
    profile = data.draw(profiles(where, most=12))
    run = Run(_market(where, profile, per_cost), Fraction(where.budget, max(profile.size, 1)), NOWHERE)
    loads = spent_so_far(run)
    for shadow, level in zip(run.balances.values.tolist(), loads.level.tolist(), strict=True):
        exact = run.share - loads.values[level]
        assert abs(Fraction(shadow) - exact) <= Fraction(run.balances.error)
        assert shadow != 0 or exact == 0


@settings(max_examples=3 * settings.default.max_examples)
@given(st.data(), instances(), st.sampled_from(["none", "utilitarian", "add1", "add1u"]))
def test_a_whole_count_gives_the_winners_of_the_definition(
    data: st.DataObject, where: Instance, completion: str
) -> None:
    where = replace(where, scale=data.draw(st.sampled_from([1, 2, 100])))
    profile = data.draw(profiles(where))
    options = data.draw(options_for("equal-shares", profile.ballot_type))
    assert isinstance(options, EqualSharesOptions)
    options = replace(options, completion=completion, comparison=False)
    everybody = Thresholds(least_score=-NOWHERE)  # scores may add up to less than nothing
    how = Method("equal-shares", options, AllocationSettings("skip"), everybody, PUBLISHED)
    outcome = count(where, profile, how)
    assert set(outcome.selected) == set(plain_count(where, profile, options, _first))


def _payments(where: Instance, profile: Profile, outcome: Outcome) -> list[dict[str, Fraction]]:
    """What each ballot pays for each winner, worked out from the outcome's own steps."""
    assert outcome.endowment is not None
    ballots = utilities(profile)
    left = [Fraction(outcome.endowment.final)] * len(ballots)
    paid: list[dict[str, Fraction]] = [{} for _ in ballots]
    for step in outcome.steps:
        for at, ballot in enumerate(ballots):
            if step.stage == "rule" and step.project in ballot:
                paid[at][step.project] = min(left[at], ballot[step.project] * Fraction(step.price))
                left[at] -= paid[at][step.project]
    return paid


@given(st.data(), instances(), st.sampled_from(["none", "add1", "add1u"]))
def test_the_steps_are_a_price_system(data: st.DataObject, where: Instance, completion: str) -> None:
    """Each winner's cost is paid by its supporters alone, nobody over the share, and no loser could be paid for."""
    profile = data.draw(profiles(where))
    options = EqualSharesOptions(completion=completion, stop_at="overspending")
    outcome = count(where, profile, Method("equal-shares", options, ties=PUBLISHED))
    assert outcome.endowment is not None
    paid, share = _payments(where, profile, outcome), Fraction(outcome.endowment.final)
    bought = [step for step in outcome.steps if step.stage == "rule"]
    for step in bought:
        parts = [each[step.project] for each in paid if step.project in each]
        assert sum(parts) == step.cost
        assert (len(parts), step.in_full + step.gave_all) == (step.supporters, sum(part > 0 for part in parts)) or (
            not step.cost
        )
    assert all(sum(each.values()) <= share for each in paid)
    shut_out = {each for group in where.exclusive if group & {step.project for step in bought} for each in group}
    for project, had in outcome.endowment.behind.items():
        ballots = zip(utilities(profile), paid, strict=True)
        left = sum(share - sum(each.values()) for ballot, each in ballots if project in ballot)
        assert had == int(left)
        assert left < where.by_id[project].cost or project in shut_out


@given(st.data(), instances(most=4, exclusive=False))
def test_each_group_that_agrees_on_enough_gets_its_part(data: st.DataObject, where: Instance) -> None:
    """Extended justified representation, by brute force: where every bid is worth the same and nothing is added."""
    profile = data.draw(profiles(where, "approval", most=6))
    options = EqualSharesOptions(satisfaction="cardinality", completion="none")
    outcome = count(where, profile, Method("equal-shares", options, ties=PUBLISHED))
    ballots = [set(ballot) for ballot in utilities(profile)]
    ids = sorted(where.by_id)
    for wanted in chain.from_iterable(combinations(ids, size) for size in range(1, len(ids) + 1)):
        group = [ballot for ballot in ballots if ballot >= set(wanted)]
        cost = sum(where.by_id[each].cost for each in wanted)
        # the poorest served members of the group form the smallest group that may claim
        served = sorted(len(ballot & set(outcome.selected)) for ballot in group)
        for size in range(1, len(group) + 1):
            if cost * len(ballots) <= size * where.budget:
                assert served[size - 1] >= len(wanted)


def test_prices_that_floats_cannot_tell_apart_are_told_apart() -> None:
    """A third of each cost; the thirds differ by one part in 10^15, which is below the bound of the floats."""
    where = instance(4 * 10**15, a=10**15, b=10**15 - 1)
    run = Run(_market(where, approvals("a", "a", "a", "b", "b", "b"), False), Fraction(10**15), NOWHERE)
    assert [project for project, _ in _bought(run)[0]] == ["b", "a"]
    assert run.ties == []


def test_a_project_that_its_supporters_can_just_pay_for_is_bought_and_leaves_them_nothing() -> None:
    where, profile = instance(10, a=10, b=3), approvals("a", "a", "a")
    run = Run(_market(where, profile, True), Fraction(10, 3), NOWHERE)
    assert _bought(run)[0] == [("a", Fraction(10, 3))]
    assert run.balances.values.tolist() == [0.0]


def test_what_is_less_than_the_last_figure_of_a_float_is_still_money() -> None:
    """Each ballot has a third of a penny left of nine thousand billion pounds: together they buy b for a penny."""
    large = 9 * 10**15
    where = instance(3 * large + 1, a=3 * large, b=1)
    run = Run(_market(where, approvals("ab", "ab", "ab"), True), Fraction(3 * large + 1, 3), NOWHERE)
    assert _bought(run)[0] == [("a", Fraction(large)), ("b", Fraction(1, 3))]
