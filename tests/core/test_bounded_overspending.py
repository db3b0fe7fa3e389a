"""Bounded overspending: by hand, against a naive count in fractions, and with numbers too long for fractions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.ballots.points import PointsSettings
from pb.core.election import Instance, Profile, Project
from pb.core.errors import Refusal
from pb.core.rules import Facts, Method, bounded_overspending, count
from pb.core.rules.bounded_overspending import OverspendingOptions
from pb.core.rules.support import add_up
from tests.core.elections import approvals, facts, instance, instances, profiles
from tests.core.oracle_equal_shares import utilities


def _method(satisfaction: str = "cost", *ties: str) -> Method:
    return Method("bounded-overspending", OverspendingOptions(satisfaction), ties=ties or ("published",))


#: A project's least rate, the part of its cost that comes in, and the limit at which it does.
Offer = tuple[Fraction, Fraction, Fraction]


def _offer(project: Project, ballots: list[dict[str, int]], left: list[Fraction], per_cost: bool) -> Offer | None:
    """The best of all limits: what a supporter holds for each mark, and the price that pays all of the cost."""
    by = [(left[at], ballot[project.id]) for at, ballot in enumerate(ballots) if project.id in ballot]
    if not project.cost:
        return Fraction(0), Fraction(1), Fraction(0)
    if not any(money for money, _ in by):
        return None
    limits = {money / mark for money, mark in by if money}
    for rich in range(1, len(by) + 1):
        ranked = sorted(by, key=lambda each: each[0] / each[1])
        marks = sum(mark for _, mark in ranked[-rich:])
        limits.add(Fraction(project.cost - sum(money for money, _ in ranked[:-rich])) / marks)
    offers = []
    for limit in limits:
        part = sum(min(money, limit * mark) for money, mark in by)
        if 0 < part <= project.cost:
            rate = limit * project.cost / part**2 * (1 if per_cost else project.cost)
            offers.append((rate, -part, limit))
    rate, part, limit = min(offers)
    return rate, -part, limit


def _naive(where: Instance, profile: Profile, per_cost: bool, gone: frozenset[str]) -> list[str]:
    ballots = utilities(profile)
    left = [Fraction(where.budget, max(len(ballots), 1))] * len(ballots)
    funded: list[str] = []
    gone |= {project for project, support in add_up(where, profile).support.items() if support.score < 0}
    waiting = [each for each in where.ordered if each.id not in gone and any(each.id in ballot for ballot in ballots)]
    while waiting:
        offers = {each.id: _offer(each, ballots, left, per_cost) for each in waiting}
        able = [
            each
            for each in waiting
            if offers[each.id] is not None
            and each.cost <= where.budget - sum(where.by_id[other].cost for other in funded)
            and not any({each.id, other} <= group for group in where.exclusive for other in funded)
        ]
        if not able:
            return funded
        best = min(able, key=lambda each: (offers[each.id] or ())[0])
        _, part, limit = offers[best.id] or (0, Fraction(1), Fraction(0))
        for at, ballot in enumerate(ballots):
            left[at] -= min(left[at], limit * best.cost / part * ballot.get(best.id, 0))
        funded.append(best.id)
        waiting.remove(best)
    return funded


@st.composite
def _elections(draw: st.DrawFn) -> tuple[Instance, Profile, str, Facts]:
    where = draw(instances(most=6))
    profile = draw(profiles(where, most=10))
    return where, profile, draw(st.sampled_from(["cost", "cardinality"])), draw(facts(where))


@pytest.mark.campaign
@given(_elections(), st.sampled_from([8, 256]))
def test_the_winners_are_those_of_a_naive_count_in_fractions_in_the_same_order(
    election: tuple[Instance, Profile, str, Facts], bits: int
) -> None:
    """Also where a count begins with too few digits, and must begin again."""
    where, profile, satisfaction, known = election
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded_overspending, "BITS", bits)
        outcome = count(where, profile, _method(satisfaction), known)
    assert list(outcome.selected) == _naive(where, profile, satisfaction == "cost", frozenset(known.withdrawn))


def test_a_project_is_bought_for_a_part_of_its_cost_where_equal_shares_would_leave_the_money_lie() -> None:
    """Three of four voters hold 30 of 40, and want what costs 36: they pay all that they have."""
    outcome = count(instance(40, a=36, b=4), approvals("a", "a", "a", "b"), _method())
    assert outcome.selected == ("a", "b")
    assert str(outcome.by_id["a"].reason) == (
        "Funded in full. The voters who chose it paid £0.30 of its cost of £0.36 from their shares, each at most about "
        "£0.12."
    )
    assert [(each.project, each.in_full, each.gave_all, each.left) for each in outcome.steps] == [
        ("a", 0, 3, "10"),
        ("b", 1, 0, "6"),
    ]


def test_the_effective_votes_are_as_on_paper() -> None:
    """Part 30 of 36 at a limit of 10: 30 x 30 / (10 x 36) = 2.5 of its three votes."""
    outcome = count(instance(40, a=36, b=4), approvals("a", "a", "a", "b"), _method())
    assert [(each.id, each.measure) for each in outcome.projects] == [("a", "2.5"), ("b", "1")]


def test_one_whose_supporters_have_spent_everything_is_told_so() -> None:
    outcome = count(instance(20, a=20, b=1), approvals("ab", "ab"), _method("cardinality"))
    assert outcome.selected == ("b",)
    outcome = count(instance(20, a=20, b=0), approvals("ab", "ab"), _method())
    assert outcome.selected == ("b", "a")
    outcome = count(instance(30, a=20, b=10, c=5), approvals("a", "a", "bc"), _method())
    assert str(outcome.by_id["c"].reason) == (
        "Not funded. The voters who chose it had spent all of their shares on other bids."
    )


def test_points_are_paid_for_by_the_point() -> None:
    profile = Profile.of("points", PointsSettings(total=4), [{"points": {"a": 3, "b": 1}}, {"points": {"a": 1}}])
    outcome = count(instance(8, a=4), Profile.of("points", PointsSettings(total=4), [{"points": {"a": 3}}]), _method())
    assert "for each vote or point" in str(outcome.by_id["a"].reason)
    outcome = count(instance(8, a=4, b=4), profile, _method())
    assert outcome.selected == ("a", "b")
    assert [each.price for each in outcome.steps] == ["1", "4"]


def test_a_tie_is_decided_by_the_tie_steps_and_recorded() -> None:
    pot, profile = instance(10, a=10, b=10), approvals("a", "b")
    with pytest.raises(Refusal) as refused:
        count(pot, profile, Method("bounded-overspending", OverspendingOptions(), ties=()))
    assert refused.value.code == "open_tie"
    outcome = count(pot, profile, _method("cost", "lot"), Facts(lots=(("b", "a"),)))
    assert outcome.selected == ("b",)
    assert [(tie.order, tie.decided_by) for tie in outcome.ties] == [(("b", "a"), ("lot",))]


def test_thirty_purchases_for_parts_of_their_costs_are_counted_in_no_time() -> None:
    """As fractions their prices would have thousands of millions of digits."""
    letters = [f"p{number:02d}" for number in range(40)]
    where = Instance(tuple(Project(key, 97 + at**2, number=at) for at, key in enumerate(letters)), 12_000)
    ballots = [{"approved": sorted({letters[(voter * step) % 40] for step in (1, 3, 7, 12)})} for voter in range(1, 60)]
    outcome = count(where, Profile.of("approval", approvals().settings, ballots), _method())
    assert len(outcome.selected) > 25
    assert outcome.spent <= 12_000
