"""`pb add-account`: the first administrator, and anybody else, without a browser."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from pb.core.actors import SYSTEM, Role
from pb.core.errors import Refusal
from pb.services.accounts import add_account
from pb.services.invitations import invitation_link


@click.command("add-account")
@click.option("--email", required=True, help="Their e-mail address.")
@click.option("--name", required=True, help="Their name.")
@click.option("--role", "roles", required=True, multiple=True, type=click.Choice([role.value for role in Role]))
@click.option("--password-stdin", is_flag=True, help="Read a password from standard input instead of making a link.")
@with_appcontext
def add_account_command(email: str, name: str, roles: tuple[str, ...], password_stdin: bool) -> None:
    """Add somebody who signs in; prints a link to choose a password unless one is given."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""
    try:
        account = add_account(
            by=SYSTEM, name=name, email=email, roles=[Role(role) for role in roles], password=password
        )
        click.echo(f"{account.name} is added: {', '.join(roles)}.")
        if not password:
            click.echo(f"To choose a password, within seven days: {invitation_link(account.id, by=SYSTEM)}")
    except Refusal as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(2)
