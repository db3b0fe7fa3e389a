"""The `pb` command."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask

#: Commands that need no application, and so no database; they start fast.
PURE = {"count": "pb.cli.count:count_command"}


def register_commands(app: Flask) -> None:
    """Give the application its commands, so that `flask --app pb` has them too."""
    from pb.cli.commands import COMMANDS

    for command in COMMANDS:
        app.cli.add_command(command)


def _pure(name: str) -> click.Command | None:
    """A command that needs no application, loaded only when it is called."""
    from importlib import import_module

    if name not in PURE:
        return None
    module, attribute = PURE[name].split(":")
    command: click.Command = getattr(import_module(module), attribute)
    return command


def main() -> None:
    """Run `pb`; faults in settings are told in plain words with exit code 2."""
    from pb.config import SettingsError

    arguments = sys.argv[1:]
    pure = _pure(arguments[0]) if arguments else None
    if pure is not None:
        sys.exit(pure.main(args=arguments[1:], prog_name=f"pb {arguments[0]}"))
    try:
        from flask.cli import FlaskGroup

        from pb import create_app

        FlaskGroup(create_app=create_app, help="You Decide: run rounds, count ballots, look after the data.").main(
            prog_name="pb"
        )
    except SettingsError as error:
        click.echo(f"You Decide cannot start:\n{error}", err=True)
        sys.exit(2)
