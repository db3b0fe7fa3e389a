"""`pb doors`: print who may pass which door."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from pb.web.policy import doors


@click.command("doors")
@with_appcontext
def doors_command() -> None:
    """Print the door table: every page and who may open it."""
    table = sorted(f"{endpoint:55} {door}" for endpoint, door in doors(current_app).items() if endpoint != "static")
    click.echo("\n".join(table))
