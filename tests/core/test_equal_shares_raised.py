"""Raising shares: what is passed over, because it goes the same way for certain, would have gone the same way."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pb.core.election import Instance, Profile
from pb.core.rules import Method, count, steady
from pb.core.rules.buying import Market, Run
from pb.core.rules.electorate import Electorate
from pb.core.rules.equal_shares import EqualSharesOptions
from pb.core.rules.index import index_of
from pb.core.rules.support import add_up
from pb.core.rules.tiebreak import Evidence
from tests.core.elections import approvals, instance, instances, profiles

pytestmark = pytest.mark.campaign

FAR = 12


def _market(where: Instance, profile: Profile, per_cost: bool) -> Market:
    electorate = Electorate.of(index_of(where, profile), where.ordered, where)
    return Market(electorate, per_cost, ("published",), Evidence(add_up(where, profile)))


@settings(max_examples=10 * settings.default.max_examples)
@given(st.data(), instances(most=6), st.booleans())
def test_every_run_that_is_passed_over_would_have_bought_the_same(
    data: st.DataObject, where: Instance, per_cost: bool
) -> None:
    market = _market(where, data.draw(profiles(where, most=10)), per_cost)
    share = Fraction(data.draw(st.integers(0, 60)), data.draw(st.sampled_from([1, 3, 7])))
    run = Run(market, share, 10**30)
    settled = {(tie.projects, tie.decided_by) for tie in run.ties}
    for step in range(1, min(steady.same_way(run, 1), FAR) + 1):
        again = Run(market, share + step, 10**30)
        assert sorted(again.bought) == sorted(run.bought)
        assert {(tie.projects, tie.decided_by) for tie in again.ties} <= settled


@settings(max_examples=5 * settings.default.max_examples)
@given(st.data(), instances(most=6), st.sampled_from(["exhaustive", "overspending"]))
def test_a_count_that_passes_runs_over_gives_what_running_them_all_gives(
    data: st.DataObject, where: Instance, stop_at: str
) -> None:
    factor = data.draw(st.sampled_from([1, 17]))
    dearer = [project.__class__(**{**project.__dict__, "cost": project.cost * factor}) for project in where.projects]
    where = Instance(tuple(dearer), where.budget * factor, exclusive=where.exclusive, scale=1)
    profile = data.draw(profiles(where))
    how = Method("equal-shares", EqualSharesOptions(completion="add1", stop_at=stop_at), ties=("published",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steady.Stride, "over", lambda stride, run: steady.same_way(run, stride.increment))
        quick = count(where, profile, how)
        patch.setattr(steady.Stride, "over", lambda *_: 0)
        slow = count(where, profile, how)
    assert (quick.projects, quick.steps, quick.endowment) == (slow.projects, slow.steps, slow.endowment)
    assert {tie.projects for tie in quick.ties} == {tie.projects for tie in slow.ties}


def test_a_few_ballots_and_much_money_by_the_penny_take_few_runs() -> None:
    """Two hundred thousand shares to go through: each project changes hands a few times on the way."""
    where = instance(20_000_000, a=9_000_000, b=7_000_000, c=12_000_000, d=2_500_000)
    profile = approvals("ab", "ac", "d", "bcd", "c")
    options = EqualSharesOptions(completion="add1", unit="minor", stop_at="overspending")
    outcome = count(where, profile, Method("equal-shares", options, ties=("published",)))
    assert outcome.endowment is not None
    assert outcome.endowment.runs > 100_000


def test_ties_that_make_no_difference_do_not_keep_shares_from_being_passed_over() -> None:
    """One voter alone wants what costs the whole pot: a million shares, while the others are tied all the way."""
    where = instance(100_000_000, a=100_000_000, b=10_000, c=20_000, d=30_000)
    profile = approvals("a", *["bcd"] * 99)
    options = EqualSharesOptions(completion="add1", stop_at="overspending", unit="minor", increment=100)
    outcome = count(where, profile, Method("equal-shares", options, ties=("published",)))
    assert outcome.endowment is not None
    assert (outcome.selected, outcome.endowment.runs) == (("b", "c", "d"), 990_001)
    assert [(tie.projects, tie.decided_by) for tie in outcome.ties] == [(("b", "c", "d"), ())]
