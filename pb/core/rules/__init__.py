"""Counting rules, and the one way to count. A new rule is one file and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pb.core.allocation import AllocationSettings, Response
from pb.core.election import Instance, Profile
from pb.core.errors import Refusal
from pb.core.outcome import Outcome
from pb.core.rules.bounded_overspending import BoundedOverspending
from pb.core.rules.equal_shares import EqualShares
from pb.core.rules.greedy import Greedy, GreedyPerCost
from pb.core.rules.max_welfare import MaxWelfare
from pb.core.rules.phragmen import Phragmen
from pb.core.rules.rule import Facts, Method, Rule, Task, refuse
from pb.core.rules.support import add_up
from pb.core.rules.thresholds import Thresholds
from pb.core.rules.tiebreak import TIE_STEPS
from pb.core.words import N_

RULES: dict[str, Rule] = {
    each.key: each
    for each in (
        Greedy(),
        GreedyPerCost(),
        EqualShares(),
        BoundedOverspending(),
        Phragmen(),
        MaxWelfare(),
    )
}

NO_FACTS = Facts()


def count(instance: Instance, profile: Profile, method: Method, facts: Facts = NO_FACTS) -> Outcome:
    """Count one pot: the ballots in `profile` over `instance`, by `method`, given `facts`.

    Writes nothing, draws nothing: the same input gives the same outcome. Raises Refusal `open_tie`,
    `unknown_project`, `rule_unknown`, `rule_not_for_ballot`, or Refusals for a silly method.
    """
    rule = rule_called(method.rule)
    rule.refuse_ballot_type(profile.ballot_type)
    refuse([*method.faults(), *rule.faults(method.options, profile.ballot_type)])
    return rule.count(Task(instance, profile, method, facts, add_up(instance, profile)))


def rule_called(key: str) -> Rule:
    """The rule with this key. Raises Refusal `rule_unknown`."""
    if key not in RULES:
        sentence = N_("There is no counting rule called “%(rule)s”. The rules are: %(rules)s.")
        raise Refusal("rule_unknown", sentence, status=422, rule=key, rules=", ".join(RULES))
    return RULES[key]


def method_from_json(data: Mapping[str, Any]) -> Method:
    """Read what `Method.to_json` wrote. Raises Refusal `rule_unknown`, or Refusals for settings that cannot be."""
    method = Method(
        data["rule"],
        rule_called(data["rule"]).options_type.from_json(data.get("options", {})),
        AllocationSettings.from_json(data.get("allocation", {})),
        Thresholds.from_json(data.get("thresholds", {})),
        tuple(data.get("ties", ("lot",))),
    )
    refuse(method.faults())
    return method


__all__ = [
    "NO_FACTS",
    "RULES",
    "TIE_STEPS",
    "AllocationSettings",
    "Facts",
    "Method",
    "Outcome",
    "Response",
    "Rule",
    "Thresholds",
    "count",
    "method_from_json",
]
