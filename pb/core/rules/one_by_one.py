"""Buying one by one: whose turn comes next, when floats know it only roughly and exact numbers decide."""

from __future__ import annotations

import heapq
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pb.core.election import Project
from pb.core.rules.turns import Turns
from pb.core.words import N_

V = TypeVar("V")


@dataclass
class OneByOne(ABC, Generic[V]):
    """Projects are bought while there are any, the least first by a number that never falls for those that wait.

    `run` it once; it writes into `turns`. Raises Undecided where no tie step decides. `misfit` says what happens to
    one that does not fit into the pot: `skip` it, `stop`, or `stop_any` (also if it is only one of several tied).
    """

    turns: Turns
    misfit: str = field(default="skip", kw_only=True)
    _queue: list[tuple[float, tuple[bool, int, str], Project]] = field(default_factory=list, kw_only=True)

    @abstractmethod
    def bounds(self, project: Project) -> tuple[float, float] | None:
        """Between which two numbers a project's number lies; None if it can never be bought."""

    @abstractmethod
    def exact(self, project: Project) -> V:
        """A project's number, exact, with what goes with it."""

    @abstractmethod
    def compared(self, one: V, other: V) -> int:
        """1, 0 or -1, as one number is greater than another, equal or less."""

    @abstractmethod
    def shown(self, value: V) -> str:
        """The number as text."""

    @abstractmethod
    def are_strangers(self, projects: list[Project]) -> bool:
        """Whether buying one of these changes nothing for the others."""

    @abstractmethod
    def buy(self, project: Project, rank: int, value: V) -> bool:
        """Buy it, and place it; whether the numbers of those that wait can only have risen."""

    @abstractmethod
    def too_late(self) -> str:
        """The sentence for one whose turn comes when the pot holds too little for it."""

    def run(self) -> None:
        """Let every project have its turn, unless one that does not fit stops the line."""
        while self._queue and self.turns.line.stopped_by is None:
            tied, values = self._next()
            if tied:
                self._turn(tied, values)
        if self._queue:
            self._after_stop()

    def wait(self, projects: Iterable[Project], low: float = 0.0) -> None:
        """Put projects into the queue, with a number that theirs is not below."""
        for each in projects:
            heapq.heappush(self._queue, (low, each.order, each))

    def _next(self) -> tuple[list[Project], dict[Project, V]]:
        """Those whose number is least, out of the queue, and the numbers that were looked at."""
        near: list[tuple[float, Project]] = []
        reach = float("inf")
        while self._queue and self._queue[0][0] <= reach:  # numbers never fall: an old bound from below holds
            project = heapq.heappop(self._queue)[2]
            bounds = self.bounds(project)
            if bounds is not None:
                near.append((bounds[0], project))
                reach = min(reach, bounds[1])
        values = {each: self.exact(each) for low, each in near if low <= reach}
        tied = self._least(values)
        for low, each in near:
            if each not in tied:
                self.wait([each], low)
        return tied, values

    def _least(self, values: dict[Project, V]) -> list[Project]:
        least: list[Project] = []
        for each, value in values.items():
            sign = self.compared(value, values[least[0]]) if least else -1
            if sign < 0:
                least = [each]
            elif sign == 0:
                least.append(each)
        return sorted(least, key=lambda each: each.order)

    def _turn(self, tied: list[Project], values: dict[Project, V]) -> None:
        """Let one of the projects whose turn it is go, or all where the order is the same; the others wait."""
        measure, before = self.shown(values[tied[0]]), len(self.turns.placed)
        able = self._passed_over(self.turns.shut_out(tied, measure), measure)
        going, used = self._going(able) if able else ([], [])
        self.wait(each for each in able if each not in going)
        rank = self.turns.rank
        for each in going:
            self._go(each, rank, measure, values[each])
        self.turns.record(tied, measure, used, [each.project for each in self.turns.placed[before:]])

    def _passed_over(self, projects: list[Project], measure: str) -> list[Project]:
        """Place those that do not fit, if the others go on; give back the others."""
        if self.misfit != "skip":
            return projects
        rank, line = self.turns.rank, self.turns.line
        able = [each for each in projects if line.fits(each)]
        for each in projects:
            if each not in able:
                self.turns.place(each, rank, measure, line.nothing("does_not_fit", self.too_late(), each))
        return able

    def _going(self, able: list[Project]) -> tuple[list[Project], list[str]]:
        """Which of these go now, and the tie steps that decided it."""
        too_large = [each for each in able if not self.turns.line.fits(each)]
        if too_large and self.misfit == "stop_any":
            return [min(too_large, key=lambda each: each.order)], []
        if len(able) > 1 and self.turns.all_can_go(able) and self.are_strangers(able):
            return sorted(able, key=lambda each: each.order), []
        chosen, used = self.turns.first(able)
        return [chosen], used

    def _go(self, project: Project, rank: int, measure: str, value: V) -> None:
        line = self.turns.line
        if not line.fits(project):
            line.stopped_by = project
            sentence = N_("Not funded. It asked for %(cost)s and %(left)s was left, so the money stops here.")
            self.turns.place(project, rank, measure, line.nothing("stopped", sentence, project))
        elif not self.buy(project, rank, value):
            self._queue = [(0.0, order, each) for _, order, each in self._queue]

    def _after_stop(self) -> None:
        """Place all that are left, in the order in which their turns would have come."""
        line, stopper = self.turns.line, self.turns.line.stopped_by
        sentence = N_("Not funded. The money stopped at “%(stopper)s”, which came higher and did not fit.")
        while self._queue:
            tied, values = self._next()
            rank = self.turns.rank
            for each in sorted(tied, key=lambda each: each.order):
                given = line.nothing("after_stop", sentence, each, stopper=stopper.label if stopper else "")
                self.turns.place(each, rank, self.shown(values[each]), given)
