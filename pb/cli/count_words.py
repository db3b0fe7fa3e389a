"""What `pb count` prints: the outcome, its explanation and the comparison, as text or as JSON in the file's money."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pb.core.explaining.comparing import Compared, Comparison
from pb.core.explaining.explanation import Explanation
from pb.core.explaining.robustness import Robustness
from pb.core.explaining.satisfaction import Satisfaction
from pb.core.outcome import Outcome, ProjectResult
from pb.core.pabulib import PbFile
from pb.core.pabulib.official import Agreement
from pb.core.rules import RULES
from pb.core.rules.thresholds import decimal


@dataclass(frozen=True)
class Told:
    """All that one run found out; what was not asked for is None."""

    election: PbFile
    outcome: Outcome
    agreement: Agreement | None = None
    explanation: Explanation | None = None
    comparison: Comparison | None = None

    def amount(self, minor: int) -> int | float:
        """An amount in the file's own units, for JSON."""
        text = self.election.amount(minor)
        return float(text) if "." in text else int(text)

    def exact(self, minor: str) -> str:
        """An exact amount in text, in the file's own units."""
        return str(Fraction(minor) / self.election.instance.scale) if minor else ""

    def money(self, minor: int) -> str:
        """An amount as people write it."""
        return self.election.instance.money(minor)


def as_json(told: Told) -> str:
    """Everything as JSON."""
    data = _in_files_money(told, told.outcome.to_json())
    data["currency"] = told.election.meta.get("currency", "")
    data["file_rule"] = told.election.rule
    if told.agreement is not None:
        data["official"] = {
            "agrees": not told.agreement.differences,
            "differences": [each.__dict__ for each in told.agreement.differences],
            "elsewhere": [each.__dict__ for each in told.agreement.elsewhere],
        }
    if told.explanation is not None:
        data["explanation"] = _explanation(told, told.explanation)
    if told.comparison is not None:
        data["comparison"] = _comparison(told, told.comparison)
    return json.dumps(data, ensure_ascii=False, indent=2)


def _in_files_money(told: Told, data: dict[str, Any]) -> dict[str, Any]:
    for key in ("budget", "spent", "left", "reserve"):
        data[key] = told.amount(data[key])
    data["partial"] = [{**each, "amount": told.amount(each["amount"])} for each in data["partial"]]
    data["projects"] = [_project(told, each) for each in data["projects"]]
    if "steps" in data:
        exact = ("price", "left")
        data["steps"] = [
            {**each, "cost": told.amount(each["cost"]), **{key: told.exact(each[key]) for key in exact}}
            for each in data["steps"]
        ]
    if "endowment" in data:
        given = data["endowment"]
        behind = {key: told.exact(amount) for key, amount in given["behind"].items()}
        data["endowment"] = {
            **given, "first": told.exact(given["first"]), "final": told.exact(given["final"]), "behind": behind,
        }  # fmt: skip
    return data


def _project(told: Told, result: dict[str, Any]) -> dict[str, Any]:
    project = told.election.instance.by_id[result["id"]]
    money = {key: told.amount(result[key]) for key in ("cost", "amount", "reserve", "left", "top_up")}
    reason = {"reason": result["reason"]["text"], "reason_code": result["reason"]["code"]}
    return {**result, **money, **reason, "name": project.name}


def _explanation(told: Told, explanation: Explanation) -> dict[str, Any]:
    data = explanation.to_json()
    for margin in data["margins"]:
        for key in ("asked", "cost", "less"):
            margin[key] = None if margin[key] is None else told.amount(margin[key])
    for each in data["spending"]:
        each.update(had=told.exact(each["had"]), left=told.exact(each["left"]))
        each["spent"] = {winner: told.exact(amount) for winner, amount in each["spent"].items()}
    return data


def _comparison(told: Told, comparison: Comparison) -> dict[str, Any]:
    data = comparison.to_json()
    for row in data["methods"]:
        row.update({key: told.amount(row[key]) for key in ("spent", "reserve", "left")})
    return data


def as_text(told: Told) -> str:
    """Everything as lines for people."""
    election, outcome = told.election, told.outcome
    lines = [election.meta.get("description", "Election"), ""]
    for result in outcome.projects:
        lines += _told_project(told, result)
    budget, spent, left = (told.money(amount) for amount in (outcome.budget, outcome.spent, outcome.left))
    lines += ["", f"Budget {budget}, spent {spent}, left {left}."]
    lines += [f"Selected: {', '.join(outcome.selected) or 'none'}."]
    lines += [f"Tie at {tie.measure}: {', '.join(tie.order)} ({_decided(tie.decided_by)})." for tie in outcome.ties]
    if told.explanation is not None:
        lines += ["", *_told_explanation(told, told.explanation)]
    if told.comparison is not None:
        lines += ["", *_table(told, told.comparison)]
    return "\n".join([*lines, *_agreement(told.agreement)])


def _told_project(told: Told, result: ProjectResult) -> Iterator[str]:
    project = told.election.instance.by_id[result.id]
    rank = "-" if result.rank is None else str(result.rank)
    yield f"{rank:>4}  {result.score:>8}  {told.money(project.cost):>16}  {project.id}  {project.name}".rstrip()
    yield f"      {result.reason}"
    if told.explanation is None:
        return
    for margin in told.explanation.margins:
        if margin.id == result.id:
            yield from (f"      {reason}" for reason in margin.reasons(told.money))
    for spending in told.explanation.spending:
        if spending.id == result.id:
            yield from (f"      {reason}" for reason in spending.reasons(told.election.instance))


def _told_explanation(told: Told, explanation: Explanation) -> Iterator[str]:
    found = explanation.satisfaction
    yield f"{_reached(found)} ballots chose a funded project; a ballot has {decimal(found.average)} on average."
    for choices, ballots in sorted(found.ballots.items()):
        yield f"  {choices:>4} funded: {ballots:,}"
    if explanation.robustness is not None and explanation.robustness.draws:
        yield from _told_draws(told, explanation.robustness)
    if not explanation.complete:
        yield "There was no time for all of it: what is told was found before the time was over."


def _told_draws(told: Told, firm: Robustness) -> Iterator[str]:
    yield f"Drawn again {firm.draws} times (seed {firm.seed}): the same projects were funded {firm.same} times."
    for result in told.outcome.projects:
        yield f"  {result.id}: funded {firm.wins[result.id]} times"


def _table(told: Told, comparison: Comparison) -> Iterator[str]:
    """Two tables: what each rule spends and whom it reaches, and which projects the rules do not agree on."""
    numbers = [[*_figures(told, row)] for row in comparison.rows]
    yield from _columns([["Rule", "Spent", "Funded", "Voters with something", "Each"], *numbers])
    if not comparison.differ:
        yield "All of them fund the same projects."
        return
    yield ""
    keys = [row.method.rule for row in comparison.rows]
    marks = [
        [project, *("yes" if project in row.outcome.selected else "-" for row in comparison.rows)]
        for project in comparison.differ
    ]
    yield from _columns([["Where they differ", *keys], *marks])


def _figures(told: Told, row: Compared) -> Iterator[str]:
    yield RULES[row.method.rule].label + (" (a tie by the ballot's order)" if row.assumed else "")
    yield told.money(row.outcome.spent)
    yield str(len(row.outcome.selected))
    yield _reached(row.satisfaction)
    yield decimal(row.satisfaction.average)


def _columns(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for first, *rest in rows:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()


def _reached(found: Satisfaction) -> str:
    return f"{found.reached:,} of {found.marked:,}"


def _decided(steps: tuple[str, ...]) -> str:
    return "decided by " + ", then ".join(steps) if steps else "it made no difference"


def _agreement(agreement: Agreement | None) -> list[str]:
    if agreement is None:
        return []
    lines = ["", "The official result differs:" if agreement.differences else "The official result agrees."]
    lines += [f"  {each.id}: the file says {each.selected}, this count {each.award}" for each in agreement.differences]
    lines += [f"  {each.id}: paid for another reason ({each.selected})" for each in agreement.elsewhere]
    return lines
