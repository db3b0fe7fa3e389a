"""`pb health`: say from a timer what will stop the site, before it does."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from pb.services.database import reachable
from pb.services.health import free_megabytes, troubles


@click.command("health")
@with_appcontext
def health_command() -> None:
    """Look at the disk and the database. Ends with 1 where whoever runs the server must do something."""
    found = [each.message % each.params for each in troubles()]
    if not reachable():
        found.append("The database does not answer.")
    click.echo("\n".join(found) or f"All is well; {free_megabytes()} MB are left on the disk.")
    sys.exit(1 if found else 0)
