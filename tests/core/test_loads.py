"""Loads: sums over supporters are exact, and money may flow on from what was paid before."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from pb.core.allocation import Line
from pb.core.election import Instance, Profile
from pb.core.rules.index import index_of
from pb.core.rules.loads import Loads, Supporters, are_strangers
from pb.core.rules.phragmen import Flow
from pb.core.rules.support import add_up
from pb.core.rules.tiebreak import Evidence
from pb.core.rules.turns import Turns
from tests.core.elections import approvals, instance


def _flow(where: Instance, profile: Profile, paid: dict[str, int]) -> Turns:
    """Let money flow on from what each ballot has paid, told by what it approves."""
    index = index_of(where, profile)
    level = np.array([paid["".join(group.choices["approved"])] for group in profile.groups])
    loads = Loads([Fraction(each) for each in range(10)], level)
    turns = Turns(Line(where, where.budget), ("published",), Evidence(add_up(where, profile)))
    Flow(turns, {each: Supporters.of(each, index) for each in where.projects}, loads).run()
    return turns


def test_who_has_paid_before_waits_longer() -> None:
    """Both cost 4 and have two voters; those of a have paid 3 each."""
    turns = _flow(instance(8, a=4, b=4), approvals("a", "a", "b", "b"), {"a": 3, "b": 0})
    assert [(each.project.id, each.measure) for each in turns.placed] == [("b", "2"), ("a", "5")]


def test_a_load_that_falls_brings_others_forward() -> None:
    """b's voters carry 0 and 9; when they buy b for 1 each carries 5, and d, wanted by one of them, comes before c."""
    profile = approvals("b", "bd", "c")
    turns = _flow(instance(20, b=1, c=8, d=2), profile, {"b": 0, "bd": 9, "c": 0})
    assert [(each.project.id, each.measure) for each in turns.placed] == [("b", "5"), ("d", "7"), ("c", "8")]


def test_bounds_hold_the_exact_load_between_them() -> None:
    where, profile = instance(100, a=10, b=7), approvals("a", "ab", "ab", "b", "b")
    index = index_of(where, profile)
    a, b = (Supporters.of(each, index) for each in where.ordered)
    loads = Loads.none(index)
    assert loads.after(10, a) == Fraction(10, 3)
    assert loads.carry(a, Fraction(10, 3))
    assert loads.after(7, b) == Fraction(41, 12)
    low, high = loads.bounds(7, b)
    assert low < Fraction(41, 12) < high
    assert not are_strangers([a, b])
    assert not loads.carry(a, Fraction(1))
