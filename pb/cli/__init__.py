"""The `pb` command's parts."""

from __future__ import annotations

from importlib import import_module
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


def pure_command(name: str) -> click.Command | None:
    """A command that needs no application, loaded only when it is called; None where `name` is none."""
    if name not in PURE:
        return None
    module, attribute = PURE[name].split(":")
    command: click.Command = getattr(import_module(module), attribute)
    return command
