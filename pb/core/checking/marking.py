"""What a ballot may say under the rules, and what it gives to each project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pb.core.checking.forms import Wrong

Data = dict[str, Any]
MANY = 10**9


@dataclass
class Sums:
    """What ballots give to one project: how many give each mark (None: not told), ordinary votes, votes and score."""

    marks: Counter[int] | None = field(default_factory=Counter)
    ordinary: int | None = 0
    votes: int = 0
    given: int = 0
    unnamed: int = 0

    @property
    def score(self) -> int:
        """What the marks add up to, with what it gets from ballots that do not name it."""
        return self.given + self.unnamed

    def add(self, mark: int, ordinary: int, times: int) -> None:
        """Take in `times` ballots that give `mark`."""
        if self.marks is not None:
            self.marks[mark] += times
        self.ordinary = (self.ordinary or 0) + ordinary * times
        self.votes += times
        self.given += mark * times


@dataclass
class Tally:
    """All ballots of a pot added up."""

    sums: dict[str, Sums]
    ballots: int = 0
    marked: int = 0

    def finish(self, unnamed: int) -> None:
        """Give each project its due from the ballots that do not name it."""
        for each in self.sums.values():
            each.unnamed = unnamed * (self.ballots - each.votes)


def is_ids(value: object) -> bool:
    """Whether JSON data is a list of texts, none of them twice."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value) and len(set(value)) == len(value)


def is_marks(value: object) -> bool:
    """Whether JSON data is an object of whole numbers."""
    if not isinstance(value, dict):
        return False
    return all(isinstance(each, int) and not isinstance(each, bool) and abs(each) < MANY for each in value.values())


def must(holds: bool, otherwise: str) -> None:
    """Wrong with a sentence unless something holds."""
    if not holds:
        raise Wrong(otherwise)


def within(number: int, least: int, most: int | None) -> None:
    """Wrong unless a number is in bounds."""
    must(number >= least and (most is None or number <= most), "a ballot breaks a limit of the rules")


Mark = tuple[str, int, int]
Given = Iterator[Mark]


def approval(choices: Data, projects: dict[str, Data], rules: Data, _pot: int) -> Given:
    """Chosen projects, one vote each, and a further one where the rules give it."""
    chosen, boost = choices["approved"], choices.get("boost")
    must(is_ids(chosen) and chosen == sorted(chosen), "a ballot's choices are not a list in order")
    must(set(choices) <= {"approved", "boost"}, "a ballot says more than a ballot may")
    within(len(chosen), rules["most"] if rules["use_all"] else rules["least"], rules["most"])
    if rules["per_category"] is not None:
        crowd = Counter(projects[each]["category"] for each in chosen)
        within(max(crowd.values(), default=0), 0, rules["per_category"])
    if boost is not None:
        must(isinstance(boost, str) and rules["boost"] and projects[boost]["boost"], "an extra vote may not go there")
    for each in chosen:
        yield each, 2 if each == boost else 1, 1
    if boost is not None and boost not in chosen:
        yield boost, 1, 0


def knapsack(choices: Data, projects: dict[str, Data], rules: Data, pot: int) -> Given:
    """Chosen projects whose costs together stay within the pot."""
    chosen = choices["chosen"]
    must(set(choices) == {"chosen"} and is_ids(chosen) and chosen == sorted(chosen), "a ballot is not a list in order")
    within(len(chosen), rules["least"], rules["most"])
    within(
        sum(projects[each]["cost"] for each in chosen), rules["floor"], pot if rules["cap"] is None else rules["cap"]
    )
    for each in chosen:
        yield each, 1, 1


def ranked(choices: Data, _projects: dict[str, Data], rules: Data, _pot: int) -> Given:
    """Projects in order; each place is worth points."""
    order = choices["ranking"]
    must(set(choices) == {"ranking"} and is_ids(order), "a ballot is not a list")
    within(len(order), rules["most"] if rules["use_all"] else rules["least"], rules["most"])
    top = rules["most"] if rules["points"] == "places" else len(order)
    for place, each in enumerate(order):
        yield each, top - place, 1


def points(choices: Data, _projects: dict[str, Data], rules: Data, _pot: int) -> Given:
    """Points shared out."""
    given = choices["points"]
    must(set(choices) == {"points"} and is_marks(given), "a ballot's points are not numbers")
    for each in given.values():
        within(each, max(1, rules["least_each"]), rules["most_each"])
    within(sum(given.values()), rules["total"] if rules["use_all"] else rules["least_total"], rules["total"])
    within(len(given), rules["least"], rules["most"])
    for project, each in given.items():
        yield project, each, 1


def scoring(choices: Data, _projects: dict[str, Data], rules: Data, _pot: int) -> Given:
    """A score for some or all projects."""
    given = choices["scores"]
    must(set(choices) == {"scores"} and is_marks(given), "a ballot's scores are not numbers")
    for each in given.values():
        within(each, rules["lowest"], rules["highest"])
    if not rules["score_all"]:
        within(len(given), rules["most"] if rules["use_all"] else rules["least"], rules["most"])
    for project, each in given.items():
        yield project, each, 1


BALLOTS: dict[str, Callable[[Data, dict[str, Data], Data, int], Given]] = {
    "approval": approval,
    "knapsack": knapsack,
    "points": points,
    "ranked": ranked,
    "scoring": scoring,
}


def marks_of(choices: Data, ballot: Data, projects: dict[str, Data], pot: int) -> list[Mark]:
    """What one ballot gives: (project, mark, ordinary votes) each; nothing for an abstention. Wrong if not allowed."""
    if choices == {}:
        return []
    try:
        given = list(BALLOTS[ballot["type"]](choices, projects, ballot["settings"], pot))
    except (KeyError, TypeError, AttributeError):
        raise Wrong("a ballot cannot be read") from None
    must(all(project in projects for project, _mark, _ordinary in given), "a ballot names a project that is not on it")
    must(bool(given), "an empty ballot is not written as one")
    return given
