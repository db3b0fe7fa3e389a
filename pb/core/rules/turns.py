"""Turns: projects are bought one after another, and ties between those whose turn comes at once are settled.

For rules that are not a ranking known beforehand: who comes next depends on what was bought. Such rules fund in full
or not at all; of the allocation, the part offers, the reserve and the shared ties have no meaning in them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from pb.core.allocation import Given, Line
from pb.core.election import Project
from pb.core.outcome import Award, Purchase, Tie
from pb.core.rules.tiebreak import TIE_STEPS, Evidence, open_tie
from pb.core.rules.walk import Placed, rival_of
from pb.core.words import N_

#: How many ways of settling ties that no step decides are tried before a lot is asked for.
MOST_WAYS = 50


class Undecided(Exception):
    """A tie that no step decides and that may matter; `tied` are its projects in the order of the ballot."""

    def __init__(self, tied: list[Project]) -> None:
        super().__init__()
        self.tied = tied


@dataclass
class Turns:
    """Who has had a turn so far, and what each got. `way` are the ids to take, in order, where no step decides."""

    line: Line
    steps: tuple[str, ...]
    evidence: Evidence
    way: tuple[str, ...] = ()
    placed: list[Placed] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    _funded: dict[str, Project] = field(default_factory=dict)
    _guided: int = 0

    def rival(self, project: Project) -> Project | None:
        """A funded project that this one cannot go ahead together with."""
        return rival_of(project, self.line.instance, self._funded)

    def shut_out(self, projects: Sequence[Project], measure: str) -> list[Project]:
        """Place those that a winner shuts out; give back the others."""
        able = [each for each in projects if self.rival(each) is None]
        rank = self.rank
        for each in (each for each in projects if each not in able):
            rival = self.rival(each)
            sentence = N_("Not funded. It cannot go ahead together with “%(other)s”, which came higher.")
            self.place(each, rank, measure, self.line.nothing("conflict", sentence, each, other=rival.label))  # type: ignore[union-attr]
        return able

    @property
    def rank(self) -> int:
        """The rank of the next project."""
        return len(self.placed) + 1

    def place(self, project: Project, rank: int, measure: str, given: Given) -> None:
        """Write down what a project got when its turn came; its money leaves the line."""
        left = self.line.left
        if given.award is not Award.NONE:
            self._funded[project.id] = project
            self.line.left -= given.amount
        self.placed.append(Placed(project, rank, measure, left, given))

    def all_can_go(self, tied: Sequence[Project]) -> bool:
        """Whether the pot holds enough for all of these, and none of them shuts out another."""
        ids = {each.id for each in tied}
        rivals = any(len(ids & group) > 1 for group in self.line.instance.exclusive)
        return sum(each.cost for each in tied) <= self.line.left and not rivals

    def first(self, tied: Sequence[Project]) -> tuple[Project, list[str]]:
        """The one of several projects that the tie steps put first, and the steps that did. Raises Undecided."""
        foremost, used = self.foremost(tied)
        if len(foremost) == 1:
            return foremost[0], used
        return self._guide(foremost), []

    def foremost(self, tied: Sequence[Project]) -> tuple[list[Project], list[str]]:
        """Those of several projects that the tie steps, all of them, put first, and the steps that did."""
        left, used = list(tied), []
        for key in self.steps:
            groups = TIE_STEPS[key].split(left, self.evidence)
            if len(groups) > 1:
                used.append(key)
                left = groups[0]
        return left, used

    def _guide(self, tied: list[Project]) -> Project:
        tied = sorted(tied, key=lambda each: each.order)
        if self._guided == len(self.way):
            raise Undecided(tied)
        self._guided += 1
        return next(each for each in tied if each.id == self.way[self._guided - 1])

    def record(self, tied: Sequence[Project], measure: str, used: Sequence[str], first: Sequence[Project]) -> None:
        """Write a tie down, or more of the last one; `first` go now in this order, the others stand equal still."""
        if len(tied) == 1:
            return
        rest = sorted((each for each in tied if each not in first), key=lambda each: each.order)
        order = [each.id for each in (*first, *rest)]
        last = self.ties[-1] if self.ties else None
        if last and last.measure == measure and set(last.order[-len(order) :]) == set(order):
            order = [*last.order[: -len(order)], *order]
            used = [*last.decided_by, *(key for key in used if key not in last.decided_by)]
            self.ties.pop()
        named = sorted(order, key=lambda each: self.line.instance.by_id[each].order)
        self.ties.append(Tie(tuple(named), measure, tuple(used), tuple(order)))

    @property
    def money(self) -> dict[str, int]:
        """What each project got, in minor units."""
        return {each.project.id: each.given.amount for each in self.placed}


def agreed(run: Callable[[tuple[str, ...]], Turns]) -> Turns:
    """Count, and where no step decides a tie try each way: only if it changes somebody's money a lot must decide.

    `run` counts from the start, given the ways to go. Raises Refusal `open_tie`, also where too many ways are left.
    """
    return _agreed(run, (), iter(range(MOST_WAYS)))


def _agreed(run: Callable[[tuple[str, ...]], Turns], way: tuple[str, ...], allowed: object) -> Turns:
    try:
        return run(way)
    except Undecided as tie:
        tied = tie.tied
    found: list[Turns] = []
    for each in tied:
        if next(allowed, None) is None:  # type: ignore[call-overload]
            raise open_tie(tied)
        found.append(_agreed(run, (*way, each.id), allowed))
        if found[-1].money != found[0].money:
            raise open_tie(tied)
    return found[0]


def shown(value: Fraction) -> str:
    """An exact number as text: itself where it is short, else the first of its decimals, cut off."""
    exact = str(value)
    if len(exact) <= 24:
        return exact
    whole, rest = divmod(value.numerator * 10**9 // value.denominator, 10**9)
    return f"{whole}.{rest:09d}"
