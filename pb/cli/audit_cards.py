"""`pb audit-cards LIST`: read a scrutineer's list on their own computer, and print its fingerprint."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pb.core.audit import ENOUGH, fingerprint, read_list
from pb.core.errors import Refusal


@click.command("audit-cards")
@click.argument("listed", metavar="LIST", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def audit_cards_command(listed: Path) -> None:
    """Read LIST, a text file with one audit card on each line, and print its fingerprint. Nothing leaves this computer.

    A line is a code and its marks: ABCD EFGH JKMN PQRS T 3=x 7=x. It ends with 2 where a line cannot be read.
    """
    content = listed.read_bytes()
    try:
        cards = read_list(content)
    except Refusal as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(2)
    click.echo(f"{len(cards)} cards. Fingerprint (SHA-256) of the list:\n{fingerprint(content)}")
    if len(cards) < ENOUGH:
        click.echo(
            f"{ENOUGH} cards find a change of every twentieth ballot in 19 cases of 20; fewer find it less often."
        )
