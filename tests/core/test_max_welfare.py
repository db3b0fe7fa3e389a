"""Max welfare: against every set of a small election, its ties by its published rule, and where it gives up."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.election import Instance, Profile, Project
from pb.core.errors import Refusal
from pb.core.rules import Facts, Method, count
from pb.core.rules.greedy import NoOptions
from pb.core.rules.support import add_up
from tests.core.elections import approvals, facts, instance, instances, profiles, votes


def _method(*ties: str) -> Method:
    return Method("max-welfare", NoOptions(), ties=ties or ("published",))


Sets = list[frozenset[str]]


def _best_sets(where: Instance, profile: Profile, gone: frozenset[str]) -> Sets:
    """All sets with the greatest score and, of them, the least cost, found by looking at every set."""
    totals = add_up(where, profile)
    wanted = [each.id for each in where.ordered if each.id not in gone and totals[each.id].score > 0]
    every = chain.from_iterable(combinations(wanted, size) for size in range(len(wanted) + 1))
    worth: dict[frozenset[str], tuple[int, int]] = {}
    for each in every:
        cost = sum(where.by_id[key].cost for key in each)
        if cost <= where.budget and not any(len(group & set(each)) > 1 for group in where.exclusive):
            worth[frozenset(each)] = (sum(totals[key].score for key in each), -cost)
    return [each for each in worth if worth[each] == max(worth.values())]


@st.composite
def _elections(draw: st.DrawFn) -> tuple[Instance, Profile, Facts]:
    where = draw(instances(most=7))
    rival = draw(st.lists(st.sets(st.sampled_from(sorted(where.by_id)), min_size=1), max_size=2))
    where = Instance(where.projects, where.budget, exclusive=(*where.exclusive, *map(frozenset, rival)))
    return where, draw(profiles(where)), draw(facts(where))


@pytest.mark.campaign
@given(_elections())
def test_no_set_has_more_support_or_as_much_for_less_and_the_ballots_order_picks_among_several(
    election: tuple[Instance, Profile, Facts],
) -> None:
    where, profile, known = election
    best = _best_sets(where, profile, frozenset(known.withdrawn))
    for project in where.ordered:
        best = [each for each in best if project.id in each] or best
    outcome = count(where, profile, _method(), known)
    assert [set(outcome.selected)] == [set(each) for each in best]


@pytest.mark.campaign
@given(_elections())
def test_a_lot_is_asked_for_where_there_are_several_best_sets_and_only_there(
    election: tuple[Instance, Profile, Facts],
) -> None:
    where, profile, known = election
    how = Method("max-welfare", NoOptions(), ties=())
    if len(_best_sets(where, profile, frozenset(known.withdrawn))) == 1:
        assert count(where, profile, how, known).ties == ()
        return
    with pytest.raises(Refusal) as refused:
        count(where, profile, how, known)
    assert refused.value.code == "open_tie"


def test_many_small_bids_beat_one_large_one_with_more_votes() -> None:
    outcome = count(instance(10, a=10, b=5, c=5), votes(a=3, b=2, c=2), _method())
    assert outcome.selected == ("b", "c")
    assert str(outcome.by_id["a"].reason) == (
        "Not funded. Of all sets of bids that the pot can pay for, the one with the most support in all is without "
        "this bid, which asked for £0.10."
    )
    assert [each.rank for each in outcome.projects] == [1, 1, 3]


def test_of_two_sets_with_the_same_votes_the_cheaper_one_is_funded() -> None:
    assert count(instance(10, a=10, b=9), votes(a=1, b=1), _method()).selected == ("b",)


def test_a_tie_between_sets_is_in_the_outcome_with_the_step_that_decided_it() -> None:
    outcome = count(instance(10, a=5, b=5, c=5), approvals("abc"), _method("lot"), Facts(lots=(("c", "a", "b"),)))
    assert set(outcome.selected) == {"a", "c"}
    assert [(tie.projects, tie.decided_by, tie.order) for tie in outcome.ties] == [
        (("a", "b", "c"), ("lot",), ("c", "a", "b")),
    ]


def test_rivals_and_bids_beyond_the_pot_are_told_why() -> None:
    pot = instance(10, a=5, b=5, c=11)
    rivals = Instance(pot.projects, pot.budget, exclusive=(frozenset("ab"),))
    outcome = count(rivals, votes(a=2, b=1, c=9), _method())
    assert outcome.selected == ("a",)
    assert {each.id: each.reason.code for each in outcome.projects} == {
        "a": "funded", "b": "conflict", "c": "does_not_fit",
    }  # fmt: skip


def _projects(count: int, cost: int) -> Instance:
    return Instance(tuple(Project(f"p{each:03d}", cost + each, number=each) for each in range(count)), 10**15)


def test_more_projects_than_bits_in_a_number_are_no_trouble() -> None:
    where = _projects(200, 1)
    outcome = count(where, Profile.of("approval", approvals().settings, [{"approved": list(where.by_id)}]), _method())
    assert len(outcome.selected) == 200
    assert outcome.ties == ()


def test_numbers_beyond_64_bits_are_refused_not_guessed() -> None:
    with pytest.raises(Refusal) as refused:
        count(instance(2**60, a=1), votes(a=1), _method())
    assert refused.value.code == "too_large"


def test_too_many_ways_to_choose_among_rivals_are_refused() -> None:
    """Nineteen projects that each exclude one more: half a million ways to choose among the others."""
    where = _projects(20, 1)
    groups = tuple(frozenset({"p000", each}) for each in where.by_id if each != "p000")
    rivals = Instance(where.projects, where.budget, exclusive=groups)
    with pytest.raises(Refusal) as refused:
        count(rivals, Profile.of("approval", approvals().settings, [{"approved": list(where.by_id)}]), _method())
    assert refused.value.code == "too_many_sets"
