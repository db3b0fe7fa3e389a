"""`pb count`: count an election file by its own rule or another, and say why each project won or lost."""

from __future__ import annotations

import json
import sys
from typing import Any, BinaryIO, NoReturn

import click

from pb.core.errors import Refusal
from pb.core.outcome import Outcome
from pb.core.pabulib import BadFile, PbFile, compare, facts_of, official_method, read
from pb.core.pabulib.official import SKIP, Agreement
from pb.core.rules import RULES, AllocationSettings, Method, Thresholds, count, rule_called
from pb.core.rules.tiebreak import TIE_STEPS

DISAGREES = 1
REFUSED = 2


@click.command("count")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print the whole outcome as JSON.")
@click.option("--rule", type=click.Choice(list(RULES)), help="Count by this rule, not by the file's own.")
@click.option("--allocation", type=click.Choice(["stop", "skip", "offer"]), help="When a project does not fit.")
@click.option("--tie", "ties", default="published", show_default=True, help="Tie steps in order, with commas.")
@click.option("--exclude", default="", metavar="ID,...", help="Leave these projects out of the count.")
@click.option("--official", is_flag=True, help="Compare with the file's own result; exit 1 if they differ.")
@click.option("--refuse-repeats", is_flag=True, help="Refuse a ballot that names a project twice.")
def count_command(
    file: BinaryIO,
    as_json: bool,
    rule: str | None,
    allocation: str | None,
    ties: str,
    exclude: str,
    official: bool,
    refuse_repeats: bool,
) -> None:
    """Count the election in FILE (a .pb file, or - for standard input).

    Without --rule, it is counted by the rule that the file names, ties in the order of the file. Amounts are the
    file's own. Tie steps: top_scores, fewest_lowest, ordinary_votes, more_votes, cheaper, dearer, published.
    """
    name = getattr(file, "name", "<stdin>")
    try:
        election = read(file, repeats="refuse" if refuse_repeats else "count")
        method = _method(election, rule, allocation, _steps(ties))
        excluded = dict.fromkeys(filter(None, exclude.split(",")), "Excluded when this count was made.")
        outcome = count(election.instance, election.profile, method, facts_of(election, excluded))
        agreement = _compared(election, outcome) if official else None
    except BadFile as refusal:
        _refuse(f"{name}:{refusal.line}:{refusal.column}: {refusal.sentence}")
    except Refusal as refusal:
        _refuse(f"{name}: {refusal}")
    for note in election.notes:
        click.echo(f"{name}:{note.line}: note: {note.sentence}", err=True)
    click.echo(_as_json(election, outcome, agreement) if as_json else _as_text(election, outcome, agreement))
    if agreement is not None and agreement.differences:
        sys.exit(DISAGREES)


def _refuse(sentence: str) -> NoReturn:
    click.echo(f"pb count: {sentence}", err=True)
    sys.exit(REFUSED)


def _compared(election: PbFile, outcome: Outcome) -> Agreement:
    agreement = compare(election, outcome)
    if agreement is None:
        raise Refusal("no_result", "The file has no column “selected”, so it has no official result.")
    return agreement


def _steps(text: str) -> tuple[str, ...]:
    steps = tuple(filter(None, text.split(",")))
    for step in steps:
        if step not in TIE_STEPS:
            known = ", ".join(TIE_STEPS)
            raise Refusal(
                "tie_step_unknown", "There is no tie step “%(step)s”. There are: %(known)s.", step=step, known=known
            )
    return steps


def _method(election: PbFile, rule: str | None, allocation: str | None, ties: tuple[str, ...]) -> Method:
    """The file's own method, or the one asked for, with the file's threshold."""
    if rule is None and election.rule != "unknown":
        official = official_method(election)
        kept = official.allocation if allocation is None else AllocationSettings(allocation)
        return Method(official.rule, official.options, kept, official.thresholds, ties)
    key = rule or "greedy"
    if rule is None:
        click.echo("The file does not know its rule; counted by greedy.", err=True)
    options = rule_called(key).options_type()
    settings = AllocationSettings(allocation) if allocation else SKIP
    return Method(key, options, settings, Thresholds(election.threshold), ties)


def _number(election: PbFile, minor: int) -> int | float:
    """An amount in the file's own units, for JSON."""
    text = election.amount(minor)
    return float(text) if "." in text else int(text)


def _as_json(election: PbFile, outcome: Outcome, agreement: Agreement | None) -> str:
    data = outcome.to_json()
    for key in ("budget", "spent", "left", "reserve"):
        data[key] = _number(election, data[key])
    data["partial"] = [{**each, "amount": _number(election, each["amount"])} for each in data["partial"]]
    data["projects"] = [_project(election, each) for each in data["projects"]]
    data["currency"] = election.meta.get("currency", "")
    data["file_rule"] = election.rule
    if agreement is not None:
        data["official"] = {
            "agrees": not agreement.differences,
            "differences": [each.__dict__ for each in agreement.differences],
            "elsewhere": [each.__dict__ for each in agreement.elsewhere],
        }
    return json.dumps(data, ensure_ascii=False, indent=2)


def _project(election: PbFile, result: dict[str, Any]) -> dict[str, Any]:
    project = election.instance.by_id[result["id"]]
    money = {key: _number(election, result[key]) for key in ("cost", "amount", "reserve", "left", "top_up")}
    reason = {"reason": result["reason"]["text"], "reason_code": result["reason"]["code"]}
    return {**result, **money, **reason, "name": project.name}


def _as_text(election: PbFile, outcome: Outcome, agreement: Agreement | None) -> str:
    money = election.instance.money
    lines = [election.meta.get("description", "Election"), ""]
    for result in outcome.projects:
        project = election.instance.by_id[result.id]
        rank = "-" if result.rank is None else str(result.rank)
        lines.append(f"{rank:>4}  {result.score:>8}  {money(project.cost):>16}  {project.id}  {project.name}".rstrip())
        lines.append(f"      {result.reason}")
    lines += ["", f"Budget {money(outcome.budget)}, spent {money(outcome.spent)}, left {money(outcome.left)}."]
    lines += [f"Selected: {', '.join(outcome.selected) or 'none'}."]
    lines += [f"Tie at {tie.measure}: {', '.join(tie.order)} ({_decided(tie.decided_by)})." for tie in outcome.ties]
    return "\n".join([*lines, *_agreement(agreement)])


def _decided(steps: tuple[str, ...]) -> str:
    return "decided by " + ", then ".join(steps) if steps else "it made no difference"


def _agreement(agreement: Agreement | None) -> list[str]:
    if agreement is None:
        return []
    lines = ["", "The official result differs:" if agreement.differences else "The official result agrees."]
    lines += [f"  {each.id}: the file says {each.selected}, this count {each.award}" for each in agreement.differences]
    lines += [f"  {each.id}: paid for another reason ({each.selected})" for each in agreement.elsewhere]
    return lines
