"""What a count gives: every project with its rank, its money and its reason; every tie; all of it as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from pb.core.canonical import digest

#: Values in a sentence: text (amounts as people write them) and whole numbers.
Values = Mapping[str, str | int]


class Award(StrEnum):
    """How a project is funded: in full, in part, in full with help from a reserve, or not."""

    FULL = "full"
    PARTIAL = "partial"
    RESERVE = "reserve"
    NONE = "none"


@dataclass(frozen=True)
class Reason:
    """Why: a code, and an English sentence with %(name)s places for `params`; pages translate it."""

    code: str
    message: str
    params: Values = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        return self.message % dict(self.params)

    def to_json(self) -> dict[str, Any]:
        """The reason as plain JSON data, its sentence also filled in."""
        return {"code": self.code, "message": self.message, "params": dict(self.params), "text": str(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reason:
        """Read what `to_json` wrote."""
        return cls(data["code"], data["message"], data["params"])


@dataclass(frozen=True)
class ProjectResult:
    """What the count says about one project. Amounts in minor units.

    `rank` is None for a project that was not ranked (withdrawn, below a threshold); equal ranks are ties that made
    no difference. `votes` is how many ballots name it, `score` what they add up to (None where no number of the vote
    may be told, see `withholding`), `measure` the exact number it was ranked by. `amount` is what it gets, of which
    `reserve` comes from outside the pot. `left` is what the pot held when its turn came. A part award that waits
    for the group's answer is not `final`.
    """

    id: str
    rank: int | None
    cost: int
    votes: int | None
    score: int | None
    measure: str
    award: Award
    amount: int
    reason: Reason
    reserve: int = 0
    left: int = 0
    final: bool = True
    top_up: int = 0

    def to_json(self) -> dict[str, Any]:
        """The result as plain JSON data."""
        return {**self.__dict__, "award": self.award.value, "reason": self.reason.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ProjectResult:
        """Read what `to_json` wrote."""
        return cls(**{**data, "award": Award(data["award"]), "reason": Reason.from_json(data["reason"])})


@dataclass(frozen=True)
class Tie:
    """Projects that stood equal, and what decided between them.

    `order` is the order they went in, `decided_by` the tie steps that made it: empty where the tie made no
    difference to anybody's money.
    """

    projects: tuple[str, ...]
    measure: str
    decided_by: tuple[str, ...]
    order: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The tie as plain JSON data."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in self.__dict__.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Tie:
        """Read what `to_json` wrote."""
        return cls(tuple(data["projects"]), data["measure"], tuple(data["decided_by"]), tuple(data["order"]))


@dataclass(frozen=True)
class Purchase:
    """One step of a rule in which the ballots themselves hold money. Exact numbers are text: "1234/7" or "25".

    (A number that takes thousands of figures is cut off after forty decimals: it is not exact then.)

    `stage` is `rule` (the project's supporters bought it) or `completion` (it was paid from what they left). Of the
    `supporters` (ballots), `in_full` paid the price and `gave_all` all that they still had, which was less; the rest
    had nothing left. `price` is what one vote or point costs, in minor units: on ballots without points, the most
    that any supporter pays. `effective` is the cost divided by the price: how many votes (points) bought the project
    in effect. `left` is what all ballots together have left afterwards, in minor units; at the stage `completion`,
    what the pot has left.
    """

    project: str
    stage: str
    cost: int
    price: str
    effective: str
    supporters: int
    in_full: int | None
    gave_all: int | None
    left: str

    def to_json(self) -> dict[str, Any]:
        """The step as plain JSON data."""
        return dict(self.__dict__)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Purchase:
        """Read what `to_json` wrote."""
        return cls(**data)


@dataclass(frozen=True)
class Endowment:
    """What each ballot was given to spend, in minor units as exact text, and how that came about.

    `first` was given at the first of `runs`, `final` at the one that stands. `ended` says why no more was given:
    `alone` (the rule has one run), `overspent` (with more, the pot would not have paid for it), `exhaustive` (nothing
    more fitted into the pot) or `all_bought`. `behind` is what the supporters of each project that was not bought
    still had together. `compared` is empty, or says what the comparison with greedy chose: `kept` or `greedy`.
    """

    first: str
    final: str
    runs: int
    ended: str
    behind: Mapping[str, int] = field(default_factory=dict)
    compared: str = ""

    def to_json(self) -> dict[str, Any]:
        """The endowment as plain JSON data."""
        return {**self.__dict__, "behind": dict(self.behind)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Endowment:
        """Read what `to_json` wrote."""
        return cls(**data)


@dataclass(frozen=True)
class Outcome:
    """A whole count of one pot. Amounts in minor units; `projects` in the order in which their turns came.

    `options` are the method's settings and the facts the count was given, as JSON data. `ballots` counts all
    ballots, `marked` those that name at least one project. `spent` comes from the pot (never more than `budget`),
    `reserve` from outside it. `steps` and `endowment` are there where the rule gives ballots money to spend.
    """

    rule: str
    version: str
    options: Mapping[str, Any]
    budget: int
    spent: int
    reserve: int
    ballots: int
    marked: int | None
    projects: tuple[ProjectResult, ...]
    ties: tuple[Tie, ...] = ()
    steps: tuple[Purchase, ...] = ()
    endowment: Endowment | None = None

    @property
    def left(self) -> int:
        """What the pot still holds."""
        return self.budget - self.spent

    @property
    def selected(self) -> tuple[str, ...]:
        """The ids of the projects funded in full (a reserve's help included), in order."""
        return tuple(each.id for each in self.projects if each.award in (Award.FULL, Award.RESERVE))

    @property
    def partial(self) -> tuple[ProjectResult, ...]:
        """The results with a part award, agreed or awaiting an answer."""
        return tuple(each for each in self.projects if each.award is Award.PARTIAL)

    @property
    def pending(self) -> tuple[ProjectResult, ...]:
        """The part awards whose groups have not answered yet."""
        return tuple(each for each in self.projects if not each.final)

    @cached_property
    def by_id(self) -> dict[str, ProjectResult]:
        """The results by project id."""
        return {each.id: each for each in self.projects}

    def topped_up(self, extra: Mapping[str, int]) -> Outcome:
        """The same outcome with more money for some winners: project id -> minor units, out of what is left."""
        projects = tuple(replace(each, top_up=extra.get(each.id, 0)) for each in self.projects)
        return replace(self, projects=projects, spent=self.spent + sum(extra.values()))

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON data, with `selected`, `partial` and `left` spelled out for readers."""
        return {
            "rule": self.rule,
            "version": self.version,
            "options": dict(self.options),
            "budget": self.budget,
            "spent": self.spent,
            "left": self.left,
            "reserve": self.reserve,
            "ballots": self.ballots,
            "marked": self.marked,
            "selected": list(self.selected),
            "partial": [_part(each) for each in self.partial],
            "ties": [tie.to_json() for tie in self.ties],
            "projects": [each.to_json() for each in self.projects],
            **self._money_of_ballots(),
        }

    def _money_of_ballots(self) -> dict[str, Any]:
        """Steps and endowment, left out where there are none: older outcomes keep their digests."""
        data: dict[str, Any] = {}
        if self.steps:
            data["steps"] = [each.to_json() for each in self.steps]
        if self.endowment:
            data["endowment"] = self.endowment.to_json()
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outcome:
        """Read what `to_json` wrote."""
        plain = ("rule", "version", "options", "budget", "spent", "reserve", "ballots", "marked")
        return cls(
            **{key: data[key] for key in plain},
            projects=tuple(ProjectResult.from_json(each) for each in data["projects"]),
            ties=tuple(Tie.from_json(each) for each in data["ties"]),
            steps=tuple(Purchase.from_json(each) for each in data.get("steps", ())),
            endowment=Endowment.from_json(data["endowment"]) if "endowment" in data else None,
        )

    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the outcome's canonical JSON."""
        return digest(self.to_json())


def _part(result: ProjectResult) -> dict[str, Any]:
    return {"id": result.id, "amount": result.amount, "final": result.final}
