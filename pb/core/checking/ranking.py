"""Counting by most votes first: the ranking, its ties, and what each project gets as the money runs down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Any

from pb.core.checking.money_line import GIVE, contested, needs, takers
from pb.core.checking.sheet import Sheet, Undecided, average, place

Data = dict[str, Any]


@dataclass
class Ranking(Sheet):
    """A pot whose projects are ranked by what the ballots give to each, and the money run down the ranking."""

    noted: list[str] = field(default_factory=list)
    measure: str = ""

    def run(self) -> None:
        """Count. Undecided where nothing decides a tie that matters; CannotTell where the package tells too little."""
        eligible = self.eligible()
        few = [each for each in eligible if self._too_few(each)]
        self.go([each for each in eligible if each not in few])
        for each in few:
            self.not_ranked(each, "too_few_scores")
        self.leave_out()

    def go(self, projects: list[Data]) -> None:
        """Rank some projects and run down them what is left of the money."""
        for measure, tier in self._tiers(projects):
            self._tier(measure, tier)

    def _too_few(self, project: Data) -> bool:
        options = self.method["options"]
        return bool(options.get("measure") == "average" and self.sums(project).votes < options["least_scores"])

    def _measure(self, project: Data) -> tuple[bool, Fraction]:
        sums = self.sums(project)
        if self.method["rule"] == "greedy-per-cost" and project["cost"]:
            return False, Fraction(sums.score, project["cost"])
        if self.method["rule"] == "greedy-per-cost":
            return sums.score > 0, Fraction(sums.score)
        by_average = self.method["options"].get("measure") == "average"
        return False, average(sums) if by_average else Fraction(sums.score)

    def _tiers(self, projects: list[Data]) -> Iterable[tuple[str, list[Data]]]:
        ranked = sorted(projects, key=self._measure, reverse=True)
        return [(str(measure[1]), list(tier)) for measure, tier in groupby(ranked, key=self._measure)]

    def _tier(self, measure: str, tier: list[Data]) -> None:
        self.measure, self.noted = measure, []
        before = len(self.results)
        self._settle(tier, list(self.method["ties"]))
        if len(tier) > 1:
            order = [each["id"] for each in self.results[before:]]
            ids = [each["key"] for each in sorted(tier, key=place)]
            self.ties.append({"projects": ids, "measure": measure, "decided_by": self.noted, "order": order})

    def _settle(self, tied: list[Data], steps: list[str]) -> None:
        """Place equal projects; where their order matters to somebody, by the steps that are left."""
        kind = self.method["allocation"]["kind"]
        if not contested(kind, tied, self.line):
            self._together([(each, None) for each in tied])
            return
        for at, step in enumerate(steps):
            if step == "lot" and self._shared(kind, tied):
                return
            groups = self.split(step, tied)
            if len(groups) > 1:
                self._remember(step)
                for group in groups:
                    self._settle(group, steps[at + 1 :])
                return
        if not self._shared(kind, tied):
            raise Undecided(tied)

    def _shared(self, kind: str, tied: list[Data]) -> bool:
        """Equal parts of what is left, where the rules allow it and each part is enough."""
        first = takers(kind, tied, self.line)
        if not self.method["allocation"]["share_ties"] or len(first) < 2:
            return False
        part = self.line.left // len(first)
        parts = {each["key"]: min(part, each["cost"]) for each in first}
        for each in first:
            amount = parts[each["key"]]
            if amount <= 0 or needs(each) > amount or self.line.answer(each, amount) is False:
                return False
        self._remember("equal_shares_of_remainder")
        self._together([(each, parts.get(each["key"])) for each in tied])
        return True

    def _together(self, tied: list[tuple[Data, int | None]]) -> None:
        rank = self.rank
        for each, part in sorted(tied, key=lambda pair: place(pair[0])):
            before = self.line.left
            if part is None:
                got = GIVE[self.method["allocation"]["kind"]](each, self.line)
            else:
                got = self.line.pay(each) if part == each["cost"] else self.line.offer(each, part)
            self.note(each, rank, self.measure, before, got)

    def _remember(self, step: str) -> None:
        if step not in self.noted:
            self.noted.append(step)
