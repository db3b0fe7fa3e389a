"""Turns: ties that matter are found by trying each way, within a limit, and told whole."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pb.core.allocation import Given, Line
from pb.core.election import Instance, Project
from pb.core.errors import Refusal
from pb.core.outcome import Award, Reason
from pb.core.rules.support import add_up
from pb.core.rules.tiebreak import Evidence
from pb.core.rules.turns import MOST_WAYS, Turns, Undecided, agreed, shown
from tests.core.elections import approvals, instance


def _turns(where: Instance, *steps: str) -> Turns:
    return Turns(Line(where, where.budget), steps, Evidence(add_up(where, approvals())))


def _funded(turns: Turns, project: Project) -> Turns:
    turns.place(project, turns.rank, "1", Given(Award.FULL, project.cost, Reason("funded", "Funded.")))
    return turns


def test_a_tie_whose_every_way_gives_the_same_money_is_no_matter() -> None:
    where = instance(10, a=5, b=5)

    def run(way: tuple[str, ...]) -> Turns:
        if not way:
            raise Undecided(list(where.ordered))
        turns = _turns(where)
        for each in sorted(where.projects, key=lambda each: each.id not in way):
            _funded(turns, each)
        return turns

    assert [each.project.id for each in agreed(run).placed] == ["a", "b"]


def test_the_tie_that_matters_is_named_not_the_one_before_it() -> None:
    """Whether a or b goes first is the same; then c and d stand equal, and only one of them can be paid."""
    where = instance(5, a=0, b=0, c=5, d=5)

    def run(way: tuple[str, ...]) -> Turns:
        if len(way) < 2:
            raise Undecided(list(where.ordered[2:] if way else where.ordered[:2]))
        return _funded(_turns(where), where.by_id[way[1]])

    with pytest.raises(Refusal) as refused:
        agreed(run)
    assert (refused.value.code, refused.value.fault.params["ids"]) == ("open_tie", ("c", "d"))


def test_a_lot_is_asked_for_where_too_many_ways_would_have_to_be_tried() -> None:
    many = Instance(tuple(Project(f"p{each}", 0) for each in range(MOST_WAYS + 1)), 0)
    tried: list[tuple[str, ...]] = []

    def run(way: tuple[str, ...]) -> Turns:
        tried.append(way)
        if not way:
            raise Undecided(list(many.ordered))
        return _turns(many)

    with pytest.raises(Refusal) as refused:
        agreed(run)
    assert refused.value.code == "open_tie"
    assert len(tried) == MOST_WAYS + 1


def test_a_tie_that_goes_on_at_the_next_turn_is_one_tie() -> None:
    where = instance(10, a=1, b=2, c=3)
    a, b, c = where.ordered
    turns = _turns(where)
    turns.record([a, b, c], "7", ["cheaper"], [b])
    turns.record([a, c], "7", ["lot"], [c])
    turns.record([a, c], "8", ["lot"], [c])
    assert [(tie.order, tie.decided_by, tie.measure) for tie in turns.ties] == [
        (("b", "c", "a"), ("cheaper", "lot"), "7"),
        (("c", "a"), ("lot",), "8"),
    ]


def test_numbers_are_shown_whole_where_they_are_short_and_cut_off_where_they_are_long() -> None:
    assert shown(Fraction(10, 3)) == "10/3"
    assert shown(Fraction(2 * 10**30 + 1, 3 * 10**30)) == "0.666666666"
