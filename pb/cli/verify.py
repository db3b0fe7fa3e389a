"""`pb verify`: check a public package, or the ledger of this service, and say in plain words what holds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from pb.cli.check_package import BAD, GOOD, MARKS, UNREADABLE, in_a_sentence, package_from, told
from pb.core.checking.forms import Wrong, digest_from, fingerprint_words
from pb.core.checking.report import examine
from pb.core.recounting import ASKED, recount_by_rules

if TYPE_CHECKING:
    from flask import Flask

    from pb.services.ledger_check import LedgerCheck


@click.command("verify")
@click.argument("package", required=False, type=click.Path(path_type=Path))
@click.option(
    "--anchor",
    default="",
    metavar="WORDS",
    help="The eight words, or the figures, from the minutes; of a ledger, of an entry that was kept outside.",
)
@click.option(
    "--ballots", type=click.Path(path_type=Path), help="Every ballot, for scrutineers who were given them under seal."
)
@click.option("--ledger", is_flag=True, help="Check the ledger of this service instead of a package.")
@click.pass_obj
def verify_command(caller: Any, package: Path | None, anchor: str, ballots: Path | None, ledger: bool) -> None:
    """Check PACKAGE, the zip file of a published result, or with --ledger this service's own record.

    It ends with 0 where everything holds, with 1 where something does not, and with 2 where nothing was checked: it
    cannot be read, is no package, or the words are no fingerprint.
    """
    if ledger == (package is not None) or (ledger and ballots):
        _refuse("give either a PACKAGE (and the --anchor from the minutes) or --ledger.")
    if package is not None:
        _check_package(package, anchor, ballots)
    else:
        _check_ledger(getattr(caller, "create_app", caller), anchor)


def _refuse(sentence: str) -> NoReturn:
    click.echo(f"pb verify: {sentence}", err=True)
    sys.exit(UNREADABLE)


def _check_package(path: Path, anchor: str, ballots: Path | None) -> None:
    try:
        report = examine(package_from(path, anchor), anchor, ballots.read_bytes() if ballots else None)
    except OSError as fault:
        _refuse(f"{fault.filename} cannot be read: {fault.strerror}.")
    except Wrong as fault:
        _refuse(in_a_sentence(fault))
    package = report.package
    if package is not None:
        report.make("own", lambda: recount_by_rules(package))
        click.echo(f"{MARKS[report.states['own']]:>12}  {ASKED}")
        if "own" in report.notes:
            click.echo(f"{'':>12}  -> {report.notes['own']}")
    for line in told(report):
        click.echo(line)
    sys.exit(GOOD if report.holds else BAD)


def _check_ledger(make_app: Callable[[], Flask], anchor: str) -> None:
    from sqlalchemy.exc import DBAPIError

    from pb.config import SettingsError
    from pb.services.ledger_check import check_ledger

    try:
        kept = digest_from(anchor) if anchor.strip() else ""
    except Wrong as fault:
        _refuse(in_a_sentence(fault))
    try:
        app = make_app()
        with app.app_context():
            found = check_ledger(kept)
    except (SettingsError, DBAPIError) as fault:
        _refuse(f"the ledger cannot be read: {getattr(fault, 'orig', fault)}. Has pb db upgrade been run?")
    _tell(found, kept)
    sys.exit(BAD if found.faults else GOOD)


def _tell(found: LedgerCheck, kept: str) -> None:
    click.echo(f"{found.events:,} events, {found.rounds:,} rounds, {found.bids:,} bids.")
    click.echo(f"The newest entry: {fingerprint_words(found.head)}\n  {found.head}")
    if not kept:
        click.echo("Keep it outside this server. Given as --anchor later, it shows whether entries are missing since.")
    for note in found.notes:
        click.echo(f"Note: {note}")
    for fault in found.faults:
        click.echo(f"WRONG: {fault}")
    click.echo(
        f"{len(found.faults):,} things do not hold. Keep a copy of the database and ask the monitoring officer."
        if found.faults
        else "The chain is whole, and every round and bid stands where the ledger leads."
    )
