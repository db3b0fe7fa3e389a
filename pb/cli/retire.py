"""`pb retire ROUND`: destroy what a round no longer needs, once its clocks have run out."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from pb.core.actors import SYSTEM
from pb.core.clock import in_london
from pb.core.errors import Refusal
from pb.models.rounds import Round
from pb.services.retention import (
    Part,
    backups_since,
    box_part,
    destroy_box,
    destroy_names,
    destroy_news,
    names_part,
    news_part,
    write_anew,
    writing_anew_is_owed,
)
from pb.services.rounds import find_round

WORDS = {
    "envelopes": "sealed envelopes",
    "keyings": "papers keyed and not settled",
    "codes": "codes",
    "wrapped_keys": "copies of the round's key",
    "holder_keys": "key holders' keys",
    "key_file": "key file on the server",
    "people": "people's names, postcodes and contacts",
    "questions": "questions of residents, with their names",
    "offers_of_help": "offers of help, with names",
    "addresses": "addresses of people who asked for news",
}


@click.command("retire")
@click.argument("slug", metavar="ROUND")
@click.option("--dry-run", is_flag=True, help="Only say what would be destroyed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def retire_command(slug: str, dry_run: bool, yes: bool) -> None:
    """Destroy the envelopes, codes and keys of ROUND 28 days after it was published, and names after three months.

    Says what it destroys and which backups must go as well, and asks. What was destroyed before, while somebody
    read the database, it clears out of the file first.
    """
    try:
        the_round = find_round(slug)
        settled = _settle(dry_run=dry_run)
        parts = {"The box": box_part(the_round), "The list of voters": names_part(the_round)}
        parts["The list for news"] = news_part(the_round)
        for name, part in parts.items():
            click.echo(_told(name, part))
        due = [part for part in parts.values() if part.due]
        if not due:
            click.echo("Nothing more is to be destroyed now." if settled else "Nothing is to be destroyed now.")
            sys.exit(0 if dry_run or settled else 1)
        _tell_backups(the_round)
        if dry_run:
            return
        if not yes and click.prompt(f"This cannot be undone. To go on, type {slug}") != slug:
            click.echo("Nothing was destroyed.", err=True)
            sys.exit(1)
        _destroy(the_round, *parts.values())
    except Refusal as refusal:
        click.echo(str(refusal), err=True)
        if refusal.code == "still_read":
            click.echo(f"The rest is done. Run pb retire {slug} again to write the database anew.", err=True)
        sys.exit(2)


def _settle(*, dry_run: bool) -> bool:
    """Write the database anew where an earlier run destroyed something and could not; whether there was such."""
    if not writing_anew_is_owed():
        return False
    click.echo("Something was destroyed earlier, but the database was not written anew: its file may still hold it.")
    if not dry_run:
        _write_anew()
    return True


def _write_anew() -> None:
    write_anew(by=SYSTEM)
    click.echo("The database is written anew, so that nothing of it is left in its file.")


def _told(name: str, part: Part) -> str:
    what = ", ".join(f"{count} {WORDS[key]}" for key, count in part.counts.items() if count) or "nothing is left"
    if part.done_at is not None:
        return f"{name}: destroyed at {in_london(part.done_at)}."
    if part.due_at is None:
        return f"{name}: {what}. Kept: the round is not over."
    when = "to be destroyed now" if part.due else f"kept until {in_london(part.due_at)}"
    return f"{name}: {what}; {when}."


def _tell_backups(the_round: Round) -> None:
    backups = backups_since(the_round)
    if not backups:
        click.echo("No backup made with pb backup holds any of it. Think of others that you have made.")
        return
    click.echo("Destroy these backups as well, wherever they were copied to:")
    for each in backups:
        click.echo(f"  {each.file}  {each.made_at:%Y-%m-%d %H:%M} UTC  sha256 {each.sha256[:16]}")


def _destroy(the_round: Round, box: Part, names: Part, news: Part) -> None:
    if box.due:
        destroy_box(the_round.id, by=SYSTEM)
        click.echo("The envelopes, codes and keys are destroyed.")
    if names.due:
        destroy_names(the_round.id, by=SYSTEM)
        click.echo("The names, postcodes and contacts are destroyed.")
    if news.due:
        destroy_news(the_round.id, by=SYSTEM)
        click.echo("The list of people who asked for news is destroyed.")
    _write_anew()
