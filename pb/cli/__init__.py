"""The `pb` command's parts."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask

#: Commands that start without an application: they need none, or make one of their own.
PURE = {
    "audit-cards": "pb.cli.audit_cards:audit_cards_command",
    "count": "pb.cli.count:count_command",
    "demo": "pb.cli.demo:demo_command",
    "verify": "pb.cli.verify:verify_command",
}


def register_commands(app: Flask) -> None:
    """Give the application its commands, so that `flask --app pb` has them too."""
    from pb.cli.commands import COMMANDS

    for command in COMMANDS:
        app.cli.add_command(command)


def pure_command(name: str) -> click.Command | None:
    """A command that starts without an application, loaded only when it is called; None where `name` is none."""
    if name not in PURE:
        return None
    module, attribute = PURE[name].split(":")
    command: click.Command = getattr(import_module(module), attribute)
    return command
