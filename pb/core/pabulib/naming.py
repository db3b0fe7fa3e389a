"""The format's names for the rule of an outcome; what a name leaves unsaid is told in the file's comment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pb.core.election import Instance
from pb.core.outcome import Award, Outcome

Meta = dict[str, str]

_FUNDED = {
    Award.RESERVE: "selected=2 marks a project funded with help from a reserve.",
    Award.PARTIAL: "selected=2 marks a project that was offered part of its cost.",
}
_GREEDY = ("greedy", "greedy-per-cost")
_LEAST = {
    "least_score": "a score of {}",
    "ballots_percent": "{} per cent of the ballots that choose anything",
    "average_percent": "an average of {} per cent of the highest score",
    "cost_divisor": "its share of the budget divided by {} as its share of the ballots",
}
_RAISED = ("add1", "add1u")


def rule_of(outcome: Outcome | None, instance: Instance) -> Meta:
    """What META says of the rule of an outcome.

    What the format has no name for is `greedy-custom` if it is a greedy rule, and `unknown` if it is none.
    """
    if outcome is None:
        return {"rule": "unknown"}
    if outcome.rule in _GREEDY:
        return _greedy(outcome, instance)
    return {"rule": _equal_shares(outcome.options["options"]) if outcome.rule == "equal-shares" else "unknown"}


def notes_of(outcome: Outcome, instance: Instance) -> Iterator[str]:
    """What whoever counts the file again must know, and what its columns mean."""
    if outcome.rule not in _GREEDY:
        yield _counted_by(outcome)
    yield from _thresholds(outcome)
    yield from (f"At most one of {', '.join(sorted(group))} can be funded." for group in instance.exclusive)
    yield from (f"{project} was left out of the count. {why}" for project, why in outcome.options["withdrawn"].items())
    yield from _ties(outcome)
    awards = {each.award for each in outcome.projects}
    yield from (_FUNDED[award] for award in _FUNDED if award in awards)


def _greedy(outcome: Outcome, instance: Instance) -> Meta:
    allocation = outcome.options["allocation"]
    threshold = outcome.options["thresholds"]["least_score"]
    meta = {"min_project_score_threshold": str(threshold)} if threshold else {}
    plain = outcome.rule == "greedy" and outcome.options["options"].get("measure") == "total"
    if not plain or allocation["kind"] == "offer" or allocation["reserve_percent"]:
        return {**meta, "rule": "greedy-custom"}
    if allocation["kind"] == "stop":
        return {**meta, "rule": "greedy-no-skip"}
    if threshold:
        return {**meta, "rule": "greedy-threshold"}
    return {"rule": "greedy-exclusive" if instance.exclusive else "greedy"}


def _equal_shares(options: dict[str, Any]) -> str:
    raised = "/add1" if options["completion"] in _RAISED else ""
    compared = "-comparison" if options["comparison"] else ""
    return f"equalshares{raised}{compared}"


def _counted_by(outcome: Outcome) -> str:
    options = ", ".join(f"{key}={_written(value)}" for key, value in outcome.options["options"].items())
    return f"Counted by the rule {outcome.rule}" + (f" with {options}." if options else ".")


def _written(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _thresholds(outcome: Outcome) -> Iterator[str]:
    for key, least in outcome.options["thresholds"].items():
        if least and not (key == "least_score" and outcome.rule in _GREEDY):
            yield f"A project needed {_LEAST[key]} to be funded.".format(least)


def _ties(outcome: Outcome) -> Iterator[str]:
    steps = dict.fromkeys(step for tie in outcome.ties for step in tie.decided_by)
    if steps:
        yield f"Ties were decided by: {', '.join(steps)}."
    yield from (f"Lot drawn: {', '.join(lot)}." for lot in outcome.options["lots"])
