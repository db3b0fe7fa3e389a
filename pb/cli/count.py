"""`pb count`: count an election file by its own rule or another, and say why each project won or lost."""

from __future__ import annotations

import sys
from typing import BinaryIO, NoReturn

import click

from pb.cli.count_categories import counted_by_category
from pb.cli.count_method import Asked, method_asked
from pb.cli.count_words import Told, as_json, as_text
from pb.cli.progress import Progress
from pb.core.errors import Refusal
from pb.core.explaining.again import Election
from pb.core.explaining.comparing import compare_methods, usual_methods
from pb.core.explaining.explanation import explain
from pb.core.outcome import Outcome
from pb.core.pabulib import BadFile, PbFile, compare, facts_of, read
from pb.core.pabulib.official import Agreement
from pb.core.rules import RULES

DISAGREES = 1
REFUSED = 2
STAGES = {"margins": "How near the losers came", "draws": "Counting drawn ballots"}


@click.command("count")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "json", is_flag=True, help="Print the whole outcome as JSON.")
@click.option("--rule", type=click.Choice(list(RULES)), help="Count by this rule, not by the file's own.")
@click.option("--completion", metavar="KEY", help="How equal shares spends what is left; as --option completion=KEY.")
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help="Set an option of the rule.")
@click.option("--allocation", type=click.Choice(["stop", "skip", "offer"]), help="When a project does not fit.")
@click.option("--tie", "ties", default="published", show_default=True, help="Tie steps in order, with commas.")
@click.option("--exclude", default="", metavar="ID,...", help="Leave these projects out of the count.")
@click.option("--explain", "explained", is_flag=True, help="Say how near the losers came and how firm the outcome is.")
@click.option("--draws", default=100, show_default=True, type=click.IntRange(0, 10_000), help="Draws for --explain.")
@click.option("--seed", default="you-decide", show_default=True, help="What the draws come from.")
@click.option("--seconds", type=click.FloatRange(0), help="Tell what --explain has found after so long.")
@click.option("--compare", "compared", is_flag=True, help="Count by every rule, and show the outcomes side by side.")
@click.option(
    "--by-category", "budgets", metavar="CATEGORY=AMOUNT,...", help="Count each category with its own budget."
)
@click.option("--official", is_flag=True, help="Compare with the file's own result; exit 1 if they differ.")
@click.option("--refuse-repeats", is_flag=True, help="Refuse a ballot that names a project twice.")
@click.option("--progress", is_flag=True, help="Tell how far it is even where standard error is no terminal.")
def count_command(
    file: BinaryIO,
    json: bool,
    rule: str | None,
    completion: str | None,
    options: tuple[str, ...],
    allocation: str | None,
    ties: str,
    exclude: str,
    explained: bool,
    draws: int,
    seed: str,
    seconds: float | None,
    compared: bool,
    budgets: str | None,
    official: bool,
    refuse_repeats: bool,
    progress: bool,
) -> None:
    """Count the election in FILE (a .pb file, or - for standard input).

    Without --rule, it is counted by the rule that the file names, ties in the order of the file. Amounts are the
    file's own. Tie steps: top_scores, fewest_lowest, ordinary_votes, more_votes, cheaper, dearer, published.
    It ends with 0; with 2 where it cannot count; with 1 where --official finds a difference. docs/counting.md tells
    the rules, their options and what the output means.
    """
    name = getattr(file, "name", "<stdin>")
    asked = Asked(rule, allocation, completion, options, ties)
    told = Progress(STAGES, seconds, progress)
    try:
        election = read(file, repeats="refuse" if refuse_repeats else "count")
        one = _election(election, asked, exclude)
        if budgets is not None:
            _refuse_beside_categories(explained=explained, compared=compared, official=official)
            click.echo(counted_by_category(election, one, budgets, as_data=json))
            return
        outcome = one.count()
        agreement = _compared(election, outcome) if official else None
        explanation = explain(one, outcome, draws=draws, seed=seed, tick=told) if explained else None
        rows = compare_methods(one, usual_methods(one.method, one.profile.ballot_type)) if compared else None
    except BadFile as refusal:
        _refuse(f"{name}:{refusal.line}:{refusal.column}: {refusal.sentence}")
    except Refusal as refusal:
        _refuse(f"{name}: {refusal}")
    told.close()
    for note in election.notes:
        click.echo(f"{name}:{note.line}: note: {note.sentence}", err=True)
    result = Told(election, outcome, agreement, explanation, rows)
    click.echo(as_json(result) if json else as_text(result))
    if agreement is not None and agreement.differences:
        sys.exit(DISAGREES)


def _election(file: PbFile, asked: Asked, exclude: str) -> Election:
    """The file's election with the method asked for, and without the projects that are left out."""
    if asked.rule is None and file.rule == "unknown":
        click.echo("The file does not know its rule; counted by greedy.", err=True)
    excluded = dict.fromkeys(filter(None, exclude.split(",")), "Excluded when this count was made.")
    return Election(file.instance, file.profile, method_asked(file, asked), facts_of(file, excluded))


def _refuse_beside_categories(**others: bool) -> None:
    if any(others.values()):
        raise Refusal("not_together", "--by-category goes with none of --explain, --compare and --official.")


def _refuse(sentence: str) -> NoReturn:
    click.echo(f"pb count: {sentence}", err=True)
    sys.exit(REFUSED)


def _compared(election: PbFile, outcome: Outcome) -> Agreement:
    agreement = compare(election, outcome)
    if agreement is None:
        raise Refusal("no_result", "The file has no column “selected”, so it has no official result.")
    return agreement
