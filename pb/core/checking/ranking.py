"""Counting a pot again: thresholds, the ranking, ties, and what each project gets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Any

from pb.core.checking.forms import CannotTell, Wrong
from pb.core.checking.marking import Sums, Tally
from pb.core.checking.money_line import GIVE, Got, Line, contested, needs, takers

Data = dict[str, Any]
#: The rules that add up what each ballot gives to each project, and so can be counted from such sums.
ADDITIVE = ("greedy", "greedy-per-cost")


def place(project: Data) -> tuple[bool, int, str]:
    """Where a project stands in a list in which nothing else decides."""
    return (project["number"] is None, project["number"] or 0, project["key"])


def average(sums: Sums) -> Fraction:
    """The mean mark over the ballots that name a project."""
    return Fraction(sums.given, sums.votes) if sums.votes else Fraction(0)


def marks(sums: Sums) -> dict[int, int]:
    """How many ballots give each mark, where the package tells."""
    if sums.marks is None:
        raise CannotTell("it does not say how many ballots gave each mark, and a tie depends on that")
    return sums.marks


@dataclass
class Recount:
    """One pot counted again. `results` and `ties` are in the order of the count."""

    projects: list[Data]
    budget: int
    tally: Tally
    method: Data
    facts: Data
    highest: int | None
    results: list[Data] = field(default_factory=list)
    ties: list[Data] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    measure: str = ""
    line: Line = field(default_factory=lambda: Line(0))

    def run(self) -> None:
        """Count. Wrong where nothing decides a tie that matters; CannotTell where the package tells too little."""
        rules = self.method["allocation"]
        self.line = Line(self.budget, self.facts["responses"], rules["reserve_percent"])
        in_order = sorted(self.projects, key=place)
        barred = {each["key"]: self._barred(each) for each in in_order}
        for measure, tier in self._tiers([each for each in in_order if not barred[each["key"]]]):
            self._tier(measure, tier)
        few = [each for each in in_order if barred[each["key"]] == "too_few_scores"]
        out = [each for each in in_order if barred[each["key"]] not in (None, "too_few_scores")]
        for each in [*few, *sorted(out, key=lambda each: -self._sums(each).score)]:
            self._note(each, None, "", 0, Got("none", 0, str(barred[each["key"]])))

    @property
    def spent(self) -> int:
        """What comes out of the pot."""
        return sum(each["amount"] - each["reserve"] for each in self.results)

    def _sums(self, project: Data) -> Sums:
        return self.tally.sums[project["key"]]

    def _barred(self, project: Data) -> str | None:
        """Why the money may not reach a project."""
        sums, least = self._sums(project), self.method["thresholds"]
        if project["key"] in self.facts["withdrawn"]:
            return "withdrawn"
        if sums.score < least["least_score"]:
            return "below_threshold"
        percent = least["ballots_percent"]
        if percent is not None and sums.votes * 100 < percent * self.tally.marked:
            return "below_share"
        percent = least["average_percent"]
        if percent is not None and self.highest is not None and average(sums) * 100 < percent * self.highest:
            return "below_average"
        divisor = least.get("cost_divisor")
        if divisor is not None and sums.votes * divisor * self.budget < project["cost"] * self.tally.marked:
            return "below_for_cost"
        divisor = least.get("cost_divisor")
        if divisor is not None and sums.votes * divisor * self.budget < project["cost"] * self.tally.marked:
            return "below_for_cost"
        options = self.method["options"]
        if options.get("measure") == "average" and sums.votes < options["least_scores"]:
            return "too_few_scores"
        return None

    def _measure(self, project: Data) -> tuple[bool, Fraction]:
        sums = self._sums(project)
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
            groups = self._split(step, tied)
            if len(groups) > 1:
                self._remember(step)
                for group in groups:
                    self._settle(group, steps[at + 1 :])
                return
        if not self._shared(kind, tied):
            raise Wrong("projects stand equal, it matters, and nothing that was recorded decides between them")

    def _split(self, step: str, tied: list[Data]) -> list[list[Data]]:
        values = self._values(step, tied)
        ordered = sorted(tied, key=lambda each: values[each["key"]])
        return [list(group) for _value, group in groupby(ordered, key=lambda each: values[each["key"]])]

    def _values(self, step: str, tied: list[Data]) -> dict[str, Any]:
        """What a tie step sorts by, the least first."""
        if step in ("top_scores", "fewest_lowest"):
            return self._by_marks(tied, down=step == "top_scores")
        if step == "lot":
            return self._by_lot([each["key"] for each in tied])
        ways: dict[str, Callable[[Data], Any]] = {
            "ordinary_votes": lambda each: -self._ordinary(each),
            "more_votes": lambda each: -self._sums(each).votes,
            "cheaper": lambda each: each["cost"],
            "dearer": lambda each: -each["cost"],
            "published": lambda each: place(each)[:2],
        }
        return {each["key"]: ways[step](each) for each in tied}

    def _ordinary(self, project: Data) -> int:
        ordinary = self._sums(project).ordinary
        if ordinary is None:
            raise CannotTell("it does not say which votes were extra votes, and a tie depends on that")
        return ordinary

    def _by_marks(self, tied: list[Data], *, down: bool) -> dict[str, Any]:
        scale = sorted({mark for each in tied for mark in marks(self._sums(each))}, reverse=down)
        sign = -1 if down else 1
        return {each["key"]: [sign * marks(self._sums(each)).get(mark, 0) for mark in scale] for each in tied}

    def _by_lot(self, ids: list[str]) -> dict[str, Any]:
        for lot in self.facts["lots"]:
            if set(ids) <= set(lot):
                return {each: lot.index(each) for each in ids}
        return dict.fromkeys(ids, 0)

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
        rank = len(self.results) + 1
        for each, part in sorted(tied, key=lambda pair: place(pair[0])):
            before = self.line.left
            if part is None:
                got = GIVE[self.method["allocation"]["kind"]](each, self.line)
            else:
                got = self.line.pay(each) if part == each["cost"] else self.line.offer(each, part)
            self._note(each, rank, self.measure, before, got)

    def _note(self, project: Data, rank: int | None, measure: str, left: int, got: Got) -> None:
        sums = self._sums(project)
        self.results.append({
            "id": project["key"], "rank": rank, "cost": project["cost"], "votes": sums.votes, "score": sums.score,
            "measure": measure, "award": got.award, "amount": got.amount, "reserve": got.reserve, "left": left,
            "final": got.final, "top_up": 0, "reason": got.reason,
        })  # fmt: skip

    def _remember(self, step: str) -> None:
        if step not in self.noted:
            self.noted.append(step)
