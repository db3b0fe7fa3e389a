"""What every way of counting a pot begins with and writes down: who is left out, the tie steps, results and ties."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Any

from pb.core.checking.forms import CannotTell, Wrong
from pb.core.checking.marking import Sums, Tally
from pb.core.checking.money_line import Got, Line

Data = dict[str, Any]
#: How many ballots are alike, and what each of them gives to the projects that it supports.
Crowd = tuple[int, dict[str, int]]


class Undecided(Wrong):
    """Projects stand equal, and nothing that was recorded decides; `keys` are theirs, in the order of the ballot."""

    def __init__(self, tied: list[Data]) -> None:
        super().__init__("projects stand equal, it matters, and nothing that was recorded decides between them")
        self.keys = [each["key"] for each in sorted(tied, key=place)]


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


def told_short(value: Fraction) -> str:
    """An exact number as text: itself where it is short, else the first nine of its decimals, cut off."""
    exact = str(value)
    if len(exact) <= 24:
        return exact
    whole, rest = divmod(value.numerator * 10**9 // value.denominator, 10**9)
    return f"{whole}.{rest:09d}"


@dataclass
class Sheet:
    """One pot counted again. `results`, `ties` and `steps` are in the order of the count.

    `crowds` gives the ballots themselves, where a rule asks for them: CannotTell where they are not known. `lots` are
    those that are only supposed, to see what would come of them; those that were drawn come before them.
    """

    projects: list[Data]
    budget: int
    tally: Tally
    method: Data
    facts: Data
    highest: int | None
    crowds: Callable[[], list[Crowd]]
    results: list[Data] = field(default_factory=list)
    ties: list[Data] = field(default_factory=list)
    steps: list[Data] = field(default_factory=list)
    endowment: Data | None = None
    lots: list[list[str]] = field(default_factory=list)
    line: Line = field(default_factory=lambda: Line(0))

    def __post_init__(self) -> None:
        self.projects = sorted(self.projects, key=place)
        self.lots = [*self.facts["lots"], *self.lots]
        self.line = Line(self.budget, self.facts["responses"], self.method["allocation"]["reserve_percent"])

    @property
    def spent(self) -> int:
        """What comes out of the pot."""
        return sum(each["amount"] - each["reserve"] for each in self.results)

    @property
    def money(self) -> dict[str, tuple[str, int]]:
        """What each project gets."""
        return {each["id"]: (each["award"], each["amount"]) for each in self.results}

    def sums(self, project: Data) -> Sums:
        """What the ballots give to a project."""
        return self.tally.sums[project["key"]]

    # Who is in

    def eligible(self) -> list[Data]:
        """The projects that the money may reach, in the order of the ballot."""
        return [each for each in self.projects if self.barred(each) is None]

    def leave_out(self) -> None:
        """Write down those that it may not reach, after all others."""
        out = [each for each in self.projects if self.barred(each) is not None]
        for each in sorted(out, key=lambda each: -self.sums(each).score):
            self.not_ranked(each, str(self.barred(each)))

    def barred(self, project: Data) -> str | None:
        """Why the money may not reach a project."""
        sums, least = self.sums(project), self.method["thresholds"]
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
        return None

    # Tie steps

    def foremost(self, tied: list[Data]) -> tuple[list[Data], list[str]]:
        """Those of several projects that the tie steps, all of them, put first, and the steps that did."""
        left, used = list(tied), []
        for step in self.method["ties"]:
            groups = self.split(step, left)
            if len(groups) > 1:
                used.append(step)
                left = groups[0]
        return left, used

    def split(self, step: str, tied: list[Data]) -> list[list[Data]]:
        """Equal projects in groups, the first to go first; one group if the step cannot tell them apart."""
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
            "more_votes": lambda each: -self.sums(each).votes,
            "cheaper": lambda each: each["cost"],
            "dearer": lambda each: -each["cost"],
            "published": lambda each: place(each)[:2],
        }
        return {each["key"]: ways[step](each) for each in tied}

    def _ordinary(self, project: Data) -> int:
        ordinary = self.sums(project).ordinary
        if ordinary is None:
            raise CannotTell("it does not say which votes were extra votes, and a tie depends on that")
        return ordinary

    def _by_marks(self, tied: list[Data], *, down: bool) -> dict[str, Any]:
        scale = sorted({mark for each in tied for mark in marks(self.sums(each))}, reverse=down)
        sign = -1 if down else 1
        return {each["key"]: [sign * marks(self.sums(each)).get(mark, 0) for mark in scale] for each in tied}

    def _by_lot(self, ids: list[str]) -> dict[str, Any]:
        for lot in self.lots:
            if set(ids) <= set(lot):
                return {each: lot.index(each) for each in ids}
        return dict.fromkeys(ids, 0)

    # What is written down

    def note(self, project: Data, rank: int | None, measure: str, left: int, got: Got) -> None:
        """The result of one project."""
        sums = self.sums(project)
        self.results.append({
            "id": project["key"], "rank": rank, "cost": project["cost"], "votes": sums.votes, "score": sums.score,
            "measure": measure, "award": got.award, "amount": got.amount, "reserve": got.reserve, "left": left,
            "final": got.final, "top_up": 0, "reason": got.reason,
        })  # fmt: skip

    def not_ranked(self, project: Data, reason: str) -> None:
        """The result of a project that has no place in the ranking."""
        self.note(project, None, "", 0, Got("none", 0, reason))

    @property
    def rank(self) -> int:
        """The rank of whoever comes next."""
        return len(self.results) + 1

    def turn(self, project: Data, rank: int, measure: str, reason: str, *, funded: bool = False) -> None:
        """A project's turn comes: it gets its whole cost or nothing."""
        left = self.line.left
        got = self.line.pay(project) if funded else Got("none", 0, "")
        got.reason = reason
        self.note(project, rank, measure, left, got)

    def tie(self, tied: list[Data], measure: str, used: list[str], first: list[str]) -> None:
        """Write a tie down, or more of the last one; `first` go now, in this order, the others stand equal still."""
        if len(tied) < 2:
            return
        keys = [each["key"] for each in sorted(tied, key=place)]
        order = [*first, *(key for key in keys if key not in first)]
        last = self.ties[-1] if self.ties else None
        if last and last["measure"] == measure and set(last["order"][-len(order) :]) == set(order):
            order = [*last["order"][: -len(order)], *order]
            used = [*last["decided_by"], *(step for step in used if step not in last["decided_by"])]
            keys = [each["key"] for each in self.projects if each["key"] in order]
            self.ties.pop()
        self.ties.append({"projects": keys, "measure": measure, "decided_by": used, "order": order})

    def step(self, project: Data, stage: str, left: str, **paid: Any) -> None:
        """Write down what was bought, by whom, and what was left."""
        more = {"price": "", "effective": "", "supporters": self.sums(project).votes, "in_full": 0, "gave_all": 0}
        self.steps.append({
            "project": project["key"], "stage": stage, "cost": project["cost"], **more, "left": left, **paid,
        })  # fmt: skip
