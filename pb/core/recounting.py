"""A package counted once more by the service's own rules, beside the check that shares no code with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pb.core.ballots import BALLOT_TYPES
from pb.core.canonical import canonical
from pb.core.checking.forms import CannotTell, Wrong
from pb.core.checking.package import Package
from pb.core.disclosure import Level
from pb.core.election import Group, Profile
from pb.core.errors import Refusal, Refusals
from pb.core.frozen import instances_from
from pb.core.outcome import Outcome
from pb.core.rules import Facts, method_from_json, rule_called
from pb.core.surplus import PotCount, count_pots
from pb.core.withholding import shown

Data = dict[str, Any]
ASKED = "Counted once more by the rules of the service itself, everything comes out as published, reasons and all."


def recount_by_rules(package: Package) -> None:
    """Count each pot of a package whose ballots are there, with the money it had in the end, and compare.

    How money moved between pots is not asked here. Raises Wrong where something comes out differently, CannotTell
    where the ballots of a pot are not there or this version counts by another version of the rule.
    """
    count, claimed = package.manifest["count"], package.manifest["count"]["outcome"]["pots"]
    missing = []
    for pot in package.manifest["pots"]:
        if package.level(pot) == "full":
            try:
                mine = _counted(package, pot["key"], claimed[pot["key"]])
            except (Refusal, Refusals) as refused:
                raise Wrong(f"{pot['key']}: {refused}") from None
            told = shown(mine.to_json(), Level(pot["level"]))
            if canonical(_without_sentences(told)) != canonical(_without_sentences(claimed[pot["key"]])):
                _refuse_other_version(count)
                raise Wrong(f"{pot['key']} comes out differently")
        else:
            missing.append(pot["key"])
    if missing:
        raise CannotTell(f"the ballots of {', '.join(missing)} are not published; --ballots takes those under seal")


def _counted(package: Package, key: str, claimed: Data) -> Outcome:
    fixed, facts = package.ballot, Facts.from_json(claimed["options"])
    kind = BALLOT_TYPES[fixed["ballot"]["type"]]
    settings = kind.settings_type.from_json(fixed["ballot"]["settings"])
    groups = [Group(choices, times) for choices, times in package.ballots[key]]
    instance = replace(instances_from(fixed)[key], budget=claimed["budget"])
    pot = PotCount(key, instance, Profile.of(kind.key, settings, groups), method_from_json(fixed["method"]), facts)
    return count_pots([pot], "top_up" if fixed["surplus"] == "top_up" else "return").outcomes[key]


def _without_sentences(outcome: Data) -> Data:
    """An outcome without the words of its reasons, which a later version may say better."""
    projects = [{**each, "reason": {**each["reason"], "message": "", "text": ""}} for each in outcome["projects"]]
    return {**outcome, "projects": projects}


def _refuse_other_version(count: Data) -> None:
    rule = rule_called(count["rule"])
    if rule.version != count["rule_version"]:
        told = f"by version {count['rule_version']} of its rule, and this program has version {rule.version}"
        raise CannotTell(f"it was counted {told}")
