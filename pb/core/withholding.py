"""What of an outcome may be told, by how much of the ballots may: one rule for pages, packages and files.

Where every ballot is public, all of it. Where only totals per project are, whatever rests on which projects stand
together on a ballot is left out: what supporters paid, had left, or were charged. Where not even totals are, every
number of the vote is left out, and the order with what each project gets is all there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pb.core.disclosure import Level
from pb.core.outcome import Award
from pb.core.words import N_

#: Values in a reason's sentence that rest on what stands together on ballots.
JOINT = frozenset({"had", "payers", "price", "paid", "share"})
#: Values in a reason's sentence that count ballots or votes.
COUNTED = frozenset({"needed", "got", "ballots"})
#: Rules that rank by what the ballots give to each project, whatever else is on them.
BY_TOTALS = frozenset({"greedy", "greedy-per-cost", "max-welfare"})

_FUNDED = N_("Funded. What the voters gave for it is not told, so that nobody can work out a ballot.")
_NOT_FUNDED = N_("Not funded. More is not told, so that nobody can work out a ballot.")
#: What is said instead where a number must be left out, by the reason's code.
_WITHOUT_NUMBERS = {
    "bought": N_("Funded. It cost %(cost)s, and those who chose it paid for it together from their shares."),
    "funded": N_("Funded in full. The voters who chose it held its cost of %(cost)s together."),
    "not_bought": N_("Not funded. Those who chose it did not have its cost of %(cost)s left together."),
    "does_not_fit": N_(
        "Not funded. Those who chose it did not have its cost of %(cost)s left together. Then %(left)s was left in the "
        "pot when its turn came."
    ),
    "too_little_left": N_(
        "Not funded. Those who chose it did not have its cost of %(cost)s left together. It needs at least "
        "%(minimum)s to go ahead, and %(left)s was left in the pot when its turn came."
    ),
    "stopped": N_(
        "Not funded. Those who chose it did not have its cost of %(cost)s left together. Then %(left)s was left in the "
        "pot when its turn came, so the money stops here."
    ),
    "after_stop": N_(
        "Not funded. Those who chose it did not have its cost left together, and the money of the pot stopped at "
        "“%(stopper)s”, which came higher and did not fit."
    ),
}

#: The code of a reason that says itself how people voted, such as too little support.
NOT_TOLD = "not_told"

Data = dict[str, Any]


def shown(outcome: Mapping[str, Any], level: Level) -> Data:
    """An outcome (plain JSON data) as it may be told; with level `order`, votes, scores and `marked` are None."""
    if level == Level.FULL:
        return dict(outcome)
    if level == Level.ORDER:
        return _order(outcome)
    if outcome["rule"] in BY_TOTALS:
        return dict(outcome)
    told = {**outcome, "projects": [_project(each) for each in outcome["projects"]], "ties": _ties(outcome)}
    if "steps" in outcome:
        hidden = {"price": "", "effective": "", "in_full": None, "gave_all": None}
        told["steps"] = [{**each, **hidden} for each in outcome["steps"]]
    if "endowment" in outcome:
        told["endowment"] = {**outcome["endowment"], "behind": {}}
    return told


def _order(outcome: Mapping[str, Any]) -> Data:
    told = {key: value for key, value in outcome.items() if key not in ("steps", "endowment")}
    projects = [{**_project(each, counted=True), "votes": None, "score": None} for each in outcome["projects"]]
    return {**told, "marked": None, "projects": projects, "ties": _ties(outcome)}


def _ties(outcome: Mapping[str, Any]) -> list[Data]:
    return [{**each, "measure": ""} for each in outcome["ties"]]


def _project(result: Mapping[str, Any], *, counted: bool = False) -> Data:
    """A project without the exact number it was ranked by; with `counted`, without any number of the vote."""
    reason = result["reason"]
    values, code = reason["params"].keys(), reason["code"]
    if counted and (code == "no_support" or not COUNTED.isdisjoint(values)):
        reason = {"code": NOT_TOLD, "message": _NOT_FUNDED, "params": {}, "text": _NOT_FUNDED}
    elif not JOINT.isdisjoint(values) or code == "no_money_left":
        reason = _without_numbers(reason, funded=result["award"] != Award.NONE)
    return {**result, "measure": "", "reason": reason}


def _without_numbers(reason: Mapping[str, Any], *, funded: bool) -> Data:
    params = {key: value for key, value in reason["params"].items() if key not in JOINT | COUNTED}
    sentence = _WITHOUT_NUMBERS.get(reason["code"], _FUNDED if funded else _NOT_FUNDED)
    return {"code": reason["code"], "message": sentence, "params": params, "text": sentence % params}
