"""`pb import-pb`: a round from the file of a real election, to be opened, counted and published in the pages."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import with_appcontext

from pb.core.actors import Actor
from pb.core.errors import Refusal
from pb.core.pabulib import BadFile, PbFile, read
from pb.extensions import present
from pb.models.rounds import Round
from pb.services.accounts import actor_of, find_by_email, first_officer
from pb.services.importing import Casting, Source, add_election, cast_election, finish_import

REFUSED = 2


@click.command("import-pb")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--title", default="", help="What the round is called; the file's description if left out.")
@click.option(
    "--stage",
    type=click.Choice(["closed", "voting"]),
    default="closed",
    show_default=True,
    help="Closed, ready to be opened; or open for two weeks to more ballots.",
)
@click.option("--owner", default="", metavar="EMAIL", help="The officer who owns it; the first one if left out.")
@with_appcontext
def import_command(file: Path, title: str, stage: str, owner: str) -> None:
    """Make a round from FILE, a .pb election file: its projects, money, rule, and every ballot in a sealed envelope.

    Ballots go in as a resident's do. Those that the file's own limits refuse are counted and told.
    """
    try:
        by = _owner(owner)
        source = _source(file)
        with file.open("rb") as stream:
            election = read(stream)
        the_round = add_election(election, source, by=by, title=title, closes=stage == "closed")
        casting = _cast(the_round, election, by)
        finish_import(the_round.id, election, source, casting, by=by)
    except BadFile as refusal:
        _refuse(f"{file}:{refusal.line}:{refusal.column}: {refusal.sentence}")
    except Refusal as refusal:
        _refuse(f"{file}: {refusal}")
    _report(the_round, election, casting)


def _refuse(sentence: str) -> NoReturn:
    click.echo(f"pb import-pb: {sentence}", err=True)
    sys.exit(REFUSED)


def _owner(email: str) -> Actor:
    account = find_by_email(email) if email else first_officer()
    if account is None:
        who = f"There is nobody with the address {email}." if email else "There is no engagement officer yet."
        raise Refusal("no_owner", f"{who} Add one with pb add-account --role officer.")
    return actor_of(account)


def _source(file: Path) -> Source:
    """The name of the file and the digest of its bytes."""
    with file.open("rb") as stream:
        return Source(file.name, hashlib.file_digest(stream, "sha256").hexdigest())


def _cast(the_round: Round, election: PbFile, by: Actor) -> Casting:
    round_id, size = the_round.id, election.profile.size
    with click.progressbar(length=size, label=f"{size:,} ballots", file=sys.stderr) as bar:
        return cast_election(round_id, election, by=by, progress=bar.update)


def _report(the_round: Round, election: PbFile, casting: Casting) -> None:
    click.echo(f"{the_round.title}: {len(election.instance.projects):,} projects, {casting.cast:,} ballots cast.")
    for uncast in casting.uncast.values():
        click.echo(f"Not cast, as a resident's would not be: {uncast.count:,}. {uncast.sentence}")
    click.echo(f"{present.settings.public_url}/rounds/{the_round.slug}")
