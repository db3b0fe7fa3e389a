"""Phragmén's rule: money flows to all voters at the same rate; what its supporters can pay for is bought at once."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pb.core.checking.sheet import Sheet, told_short
from pb.core.checking.turn_by_turn import TurnByTurn

Data = dict[str, Any]


class Flow(TurnByTurn):
    """Money flowing until every project has had its turn; the number is what each supporter would be charged in all."""

    def __init__(
        self, sheet: Sheet, projects: list[Data], misfit: str, spent: list[int], unit: int, way: list[str] | None = None
    ) -> None:
        super().__init__(sheet, projects, misfit, way)
        #: What a ballot of each crowd has been charged so far, in so many parts of a minor unit.
        self.loads, self.unit = spent, unit

    def numbers(self) -> dict[str, Fraction]:
        """What each supporter would be charged if a project was bought now."""
        return {each["key"]: self._load(each) for each in self.waiting}

    def _load(self, project: Data) -> Fraction:
        charged = sum(self.loads[at] * self.crowds[at][0] for at, _mark in self.supporters[project["key"]])
        return Fraction(charged + project["cost"] * self.unit, self.unit * self.votes[project["key"]])

    def shown(self, project: Data, number: Fraction) -> str:
        """The charge in minor units."""
        del project
        return told_short(number)

    def buy(self, project: Data, rank: int, number: Fraction) -> None:
        """All supporters have given all that they were given so far; what the others were given is still theirs."""
        self.place(project, rank, told_short(number), "funded", funded=True)
        given = number * self.unit
        if given.denominator > 1:
            self.unit *= given.denominator
            self.loads = [each * given.denominator for each in self.loads]
        for at, _mark in self.supporters[project["key"]]:
            self.loads[at] = given.numerator
        paid = sum(each["amount"] for each in self.sheet.results)
        votes, left = self.votes[project["key"]], number * self.sheet.tally.ballots - paid
        self.sheet.step(project, "rule", str(left), supporters=votes, gave_all=votes)


@dataclass
class Phragmen(Sheet):
    """A pot counted by Phragmén's rule; whole projects only."""

    way: list[str] | None = None

    def run(self) -> None:
        """Count. Undecided where nothing decides a tie and `way` does not say."""
        eligible, crowds = self.eligible(), self.crowds()
        chosen = [each for each in eligible if self.sums(each).votes]
        Flow(self, chosen, self.method["options"]["misfit"], [0] * len(crowds), 1, self.way).run()
        for each in eligible:
            if each not in chosen:
                self.not_ranked(each, "no_support")
        self.leave_out()
