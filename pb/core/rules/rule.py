"""The shape of a counting rule; the method that is fixed at the lock; the facts that a count is given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from pb.core.allocation import AllocationSettings, Line, Response
from pb.core.election import Instance, Profile, Project
from pb.core.errors import Fault, Refusal, Refusals
from pb.core.outcome import Award, Outcome, ProjectResult, Reason
from pb.core.rules.index import Index, index_of
from pb.core.rules.support import Totals
from pb.core.rules.thresholds import Scale, Thresholds, below, highest_mark
from pb.core.rules.tiebreak import TIE_STEPS, Evidence
from pb.core.rules.turns import Turns
from pb.core.rules.walk import Placed, Walk
from pb.core.settings import Settings
from pb.core.words import N_


@dataclass(frozen=True)
class Method:
    """How a round is counted: everything that is published and frozen before the first vote.

    `options` are the rule's own settings; `ties` are keys of TIE_STEPS in the order in which they are tried.
    """

    rule: str
    options: Settings
    allocation: AllocationSettings = field(default_factory=AllocationSettings)
    thresholds: Thresholds = field(default_factory=Thresholds)
    ties: tuple[str, ...] = ("lot",)

    def to_json(self) -> dict[str, Any]:
        """The method as plain JSON data; `pb.core.rules.method_from_json` reads it back."""
        return {
            "rule": self.rule,
            "options": self.options.to_json(),
            "allocation": self.allocation.to_json(),
            "thresholds": self.thresholds.to_json(),
            "ties": list(self.ties),
        }

    def faults(self) -> list[Fault]:
        """What is silly about the method as a whole; empty when all is well."""
        faults = [_no_step(key) for key in self.ties if key not in TIE_STEPS]
        if len(set(self.ties)) < len(self.ties):
            faults.append(Fault("tie_step_twice", N_("A tie step is named twice."), field="ties"))
        if self.allocation.reserve_percent is not None and self.allocation.kind != "stop":
            sentence = N_("The reserve helps only where the money stops at the first bid that does not fit.")
            faults.append(Fault("reserve_without_stop", sentence, field="reserve_percent"))
        return faults


@dataclass(frozen=True)
class Facts:
    """What happened after the lock that a count must know: never a setting, always a record.

    `withdrawn` says why, by project id; `lots` are ids in the order drawn; `responses` answer offers, by project id.
    """

    withdrawn: Mapping[str, str] = field(default_factory=dict)
    lots: tuple[tuple[str, ...], ...] = ()
    responses: Mapping[str, Response] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The facts as plain JSON data."""
        answers = {key: dict(each.__dict__) for key, each in self.responses.items()}
        return {
            "withdrawn": dict(self.withdrawn),
            "lots": [list(lot) for lot in self.lots],
            "responses": answers,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Facts:
        """Read what `to_json` wrote."""
        lots = tuple(tuple(lot) for lot in data["lots"])
        return cls(data["withdrawn"], lots, {key: Response(**each) for key, each in data["responses"].items()})


@dataclass(frozen=True)
class Task:
    """One count to be done: everything that decides it."""

    instance: Instance
    profile: Profile
    method: Method
    facts: Facts
    totals: Totals

    @cached_property
    def index(self) -> Index:
        """The ballots as arrays, made when a rule first asks for them."""
        return index_of(self.instance, self.profile)


class Rule(ABC):
    """One counting rule. Add one: a file with a subclass, and a line in RULES."""

    key: ClassVar[str]
    #: Goes up when the rule's outcomes may change.
    version: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    options_type: ClassVar[type[Settings]]
    #: The ballot types that it can count; empty: all.
    ballot_types: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def count(self, task: Task) -> Outcome:
        """Count. Raises Refusal `open_tie` where nothing published or recorded decides a tie that matters."""

    def faults(self, options: Settings, ballot_type: str) -> list[Fault]:
        """What is silly about the rule's options for ballots of this type; empty when all is well."""
        del options, ballot_type
        return []

    def refuse_ballot_type(self, ballot_type: str) -> None:
        """Raise Refusal `rule_not_for_ballot` if the rule cannot count such ballots."""
        if self.ballot_types and ballot_type not in self.ballot_types:
            sentence = N_("The rule “%(rule)s” cannot count this type of ballot.")
            raise Refusal("rule_not_for_ballot", sentence, status=422, rule=self.label)


def sift(task: Task) -> tuple[list[Project], list[ProjectResult]]:
    """The projects that the money may reach, and the results of those that it may not."""
    eligible: list[Project] = []
    out: list[ProjectResult] = []
    for project in task.instance.ordered:
        reason = _barred(project, task)
        if reason is None:
            eligible.append(project)
        else:
            out.append(not_ranked(project, task, reason))
    out.sort(key=lambda each: -task.totals[each.id].score)
    return eligible, out


def not_ranked(project: Project, task: Task, reason: Reason) -> ProjectResult:
    """The result of a project that has no place in the ranking."""
    support = task.totals[project.id]
    return ProjectResult(project.id, None, project.cost, support.votes, support.score, "", Award.NONE, 0, reason)


def nobody_chose() -> Reason:
    """Why a project that no ballot names gets nothing from a rule that looks at who supports it."""
    return Reason("no_support", N_("Not funded. Nobody chose it."))


def turns_for(task: Task, way: tuple[str, ...] = ()) -> Turns:
    """Turns before anybody had one, with the whole pot in the line."""
    line, evidence = Line(task.instance, task.instance.budget), Evidence(task.totals, task.facts.lots)
    return Turns(line, task.method.ties, evidence, way)


def outcome_of(task: Task, rule: Rule, walk: Walk | Turns, out: list[ProjectResult]) -> Outcome:
    """Put together what a walk down the ranking gave, and the projects that were not ranked."""
    ranked = tuple(_result(task, placed) for placed in walk.placed)
    reserve = sum(each.reserve for each in ranked)
    spent = sum(each.amount for each in ranked) - reserve
    return Outcome(
        rule.key, rule.version, options_of(task), task.instance.budget, spent, reserve,
        task.totals.ballots, task.totals.marked, (*ranked, *out), tuple(walk.ties),
        steps=tuple(walk.purchases) if isinstance(walk, Turns) else (),
    )  # fmt: skip


def options_of(task: Task) -> dict[str, Any]:
    """The method's settings and the facts of a count as JSON data, as an outcome keeps them."""
    options = {**task.method.to_json(), **task.facts.to_json()}
    del options["rule"]
    return options


def _result(task: Task, placed: Placed) -> ProjectResult:
    given, support = placed.given, task.totals[placed.project.id]
    return ProjectResult(
        id=placed.project.id,
        rank=placed.rank,
        cost=placed.project.cost,
        votes=support.votes,
        score=support.score,
        measure=placed.measure,
        award=given.award,
        amount=given.amount,
        reason=given.reason,
        reserve=given.reserve,
        left=placed.left,
        final=given.final,
    )


def _barred(project: Project, task: Task) -> Reason | None:
    if project.id in task.facts.withdrawn:
        sentence = N_("Left out of the count. %(why)s")
        return Reason("withdrawn", sentence, {"why": task.facts.withdrawn[project.id]})
    scale = Scale(task.totals, highest_mark(task.profile), task.instance.budget)
    return below(project, task.method.thresholds, scale)


def _no_step(key: str) -> Fault:
    return Fault("tie_step_unknown", N_("There is no tie step called %(key)s."), {"key": key}, "ties")


def refuse(faults: list[Fault]) -> None:
    """Raise Refusals if there are faults."""
    if faults:
        raise Refusals(faults)
