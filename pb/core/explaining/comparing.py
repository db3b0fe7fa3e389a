"""Several ways to count the same ballots, side by side: who wins, what is spent, how many voters get something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pb.core.errors import Refusal
from pb.core.explaining.again import TOO_HARD, Election
from pb.core.explaining.explanation import Tick
from pb.core.explaining.satisfaction import Satisfaction, satisfaction
from pb.core.outcome import Outcome
from pb.core.rules import RULES, Method

#: What decides between equal projects where neither the method nor a recorded lot does: the order on the ballot.
LAST_STEP = "published"


@dataclass(frozen=True)
class Compared:
    """One method and what it gives. `assumed` says that a tie which nothing settles went by the order on the ballot."""

    method: Method
    outcome: Outcome
    satisfaction: Satisfaction
    assumed: bool

    def to_json(self) -> dict[str, Any]:
        """The row as plain JSON data; amounts in minor units."""
        return {
            "rule": self.method.rule,
            "options": self.method.options.to_json(),
            "selected": list(self.outcome.selected),
            "partial": [each.id for each in self.outcome.partial],
            "spent": self.outcome.spent,
            "reserve": self.outcome.reserve,
            "left": self.outcome.left,
            "assumed_tie": self.assumed,
            "voters": self.satisfaction.to_json(),
        }


@dataclass(frozen=True)
class Comparison:
    """Several methods on the same ballots; the first is the one that the others are compared with.

    `left_out` are the keys of rules that could not work an outcome out in reasonable time.
    """

    rows: tuple[Compared, ...]
    left_out: tuple[str, ...] = ()

    @property
    def differ(self) -> tuple[str, ...]:
        """The ids of the projects that some of the methods fund in full and others do not, as text in order."""
        winners = [frozenset(row.outcome.selected) for row in self.rows]
        some: frozenset[str] = frozenset().union(*winners)
        return tuple(sorted(each for each in some if not all(each in won for won in winners)))

    def to_json(self) -> dict[str, Any]:
        """The comparison as plain JSON data."""
        rows = [row.to_json() for row in self.rows]
        return {"differ": list(self.differ), "methods": rows, "left_out": list(self.left_out)}


def usual_methods(method: Method, ballot_type: str) -> list[Method]:
    """The method itself, then every other rule that can count such ballots, with its usual options.

    Thresholds, tie steps and the way the money runs down a ranking stay as they are.
    """
    others = [replace(method, rule=key, options=rule.options_type()) for key, rule in RULES.items()]
    return [method, *(each for each in others if each.rule != method.rule and suits(each, ballot_type))]


def suits(method: Method, ballot_type: str) -> bool:
    """Whether a method can count such ballots."""
    rule = RULES[method.rule]
    try:
        rule.refuse_ballot_type(ballot_type)
    except Refusal:
        return False
    return not rule.faults(method.options, ballot_type)


def compare_methods(election: Election, methods: Sequence[Method], tick: Tick = lambda *_: True) -> Comparison:
    """Count the same ballots by several methods. Raises what `pb.core.rules.count` raises, but never `open_tie`.

    `tick` is asked before each (stage `methods`); after its no the rest is left out, but never the first.
    """
    rows: list[Compared] = []
    left_out: list[str] = []
    for done, method in enumerate(methods):
        if not tick("methods", done, len(methods)) and done:
            left_out.extend(each.rule for each in methods[done:])
            break
        try:
            rows.append(compared(election, method))
        except Refusal as refusal:
            if refusal.code not in TOO_HARD:
                raise
            left_out.append(method.rule)
    return Comparison(tuple(rows), tuple(left_out))


def compared(election: Election, method: Method) -> Compared:
    """One row of a comparison."""
    ties = method.ties if LAST_STEP in method.ties else (*method.ties, LAST_STEP)
    outcome = election.by(replace(method, ties=ties)).count()
    assumed = LAST_STEP not in method.ties and any(LAST_STEP in tie.decided_by for tie in outcome.ties)
    return Compared(method, outcome, satisfaction(election.instance, election.profile, outcome.selected), assumed)
