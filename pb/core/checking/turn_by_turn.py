"""Counting turn by turn: who comes next depends on what was bought before, and equal ones go by the tie steps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from pb.core.checking.sheet import Sheet, Undecided, place

Data = dict[str, Any]
#: How many counts are tried where nothing decides a tie, to see whether it matters to anybody.
WAYS = 50


class TurnByTurn(ABC):
    """Projects have their turns, the least first by a number that the rule works out anew after each purchase.

    `misfit` says what happens to one that does not fit into the pot: `skip` it, `stop`, or `stop_any` (also where it
    is only one of several equal ones). `way`: who goes first where no tie step decides.
    """

    #: Numbers that are no further apart are equal.
    close: Any = 0

    def __init__(self, sheet: Sheet, projects: list[Data], misfit: str, way: list[str] | None) -> None:
        self.sheet, self.misfit, self.way = sheet, misfit, way
        self.waiting = list(projects)
        self.stopped = False
        self.crowds = sheet.crowds()
        self.supporters: dict[str, list[tuple[int, int]]] = {each["key"]: [] for each in projects}
        for at, (_times, given) in enumerate(self.crowds):
            for key, mark in given.items():
                if key in self.supporters:
                    self.supporters[key].append((at, mark))
        self.votes = {key: sum(self.crowds[at][0] for at, _mark in each) for key, each in self.supporters.items()}

    @abstractmethod
    def numbers(self) -> dict[str, Any]:
        """The number of each project that waits, at least of those among which the least is; others are left out."""

    @abstractmethod
    def shown(self, project: Data, number: Any) -> str:
        """The number as people read it."""

    @abstractmethod
    def buy(self, project: Data, rank: int, number: Any) -> None:
        """Let its supporters buy a project, and place it."""

    def run(self) -> None:
        """Let every project have its turn, unless one that does not fit stops the line."""
        while self.waiting and (numbers := self.numbers()):
            least = min(numbers.values())
            tied = [each for each in self.waiting if each["key"] in numbers]
            tied = [each for each in tied if numbers[each["key"]] <= least + self.close]
            measure = self.shown(tied[0], numbers[tied[0]["key"]])
            if self.stopped:
                rank = self.sheet.rank
                for each in tied:
                    self.place(each, rank, measure, "after_stop")
            else:
                self._turn(tied, measure, numbers)

    def _turn(self, tied: list[Data], measure: str, numbers: dict[str, Any]) -> None:
        before, sheet, able = len(self.sheet.results), self.sheet, tied
        if self.misfit == "skip":
            able, rank = [each for each in tied if sheet.line.fits(each)], sheet.rank
            for each in tied:
                if each not in able:
                    self.place(each, rank, measure, "does_not_fit")
        going, used = self._going(able) if able else ([], [])
        rank = sheet.rank
        for each in going:
            if sheet.line.fits(each):
                self.buy(each, rank, numbers[each["key"]])
            else:
                self.stopped = True
                self.place(each, rank, measure, "stopped")
        sheet.tie(tied, measure, used, [each["id"] for each in sheet.results[before:]])

    def _going(self, able: list[Data]) -> tuple[list[Data], list[str]]:
        """Who goes now, and the tie steps that decided it."""
        sheet = self.sheet
        too_large = [each for each in able if not sheet.line.fits(each)]
        if too_large and self.misfit == "stop_any":
            return too_large[:1], []
        if len(able) > 1 and sum(each["cost"] for each in able) <= sheet.line.left and self.strangers(able):
            return able, []
        first, used = sheet.foremost(able)
        if len(first) == 1:
            return first, used
        first.sort(key=place)
        if not self.way:
            raise Undecided(first)
        key = self.way.pop(0)
        return [each for each in first if each["key"] == key], []

    def strangers(self, projects: list[Data]) -> bool:
        """Whether no ballot supports two of them."""
        crowds = [at for each in projects for at, _mark in self.supporters[each["key"]]]
        return len(crowds) == len(set(crowds))

    def place(self, project: Data, rank: int, measure: str, reason: str, *, funded: bool = False) -> None:
        """A project's turn is over."""
        self.sheet.turn(project, rank, measure, reason, funded=funded)
        self.waiting.remove(project)


def whoever_goes_first(count: Callable[[list[str]], Sheet]) -> Sheet:
    """Count; where nothing decides a tie, count with each of them going first: it must not matter to anybody."""
    return _each_way(count, [], iter(range(WAYS)))


def _each_way(count: Callable[[list[str]], Sheet], way: list[str], tries: Any) -> Sheet:
    try:
        return count(list(way))
    except Undecided as tie:
        undecided = tie
    found: list[Sheet] = []
    for key in undecided.keys:
        if next(tries, None) is None:
            raise undecided
        found.append(_each_way(count, [*way, key], tries))
        if found[-1].money != found[0].money:
            raise undecided
    return found[0]
