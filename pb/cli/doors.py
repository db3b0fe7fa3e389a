"""`pb doors`: print who may pass which door."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext


@click.command("doors")
@with_appcontext
def doors_command() -> None:
    """Print the door table: every page and who may open it."""
    click.echo(current_app.extensions["door_table"](current_app), nl=False)
