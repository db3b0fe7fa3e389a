"""Every command that needs the application."""

from __future__ import annotations

import click

from pb.cli.accounts import add_account_command
from pb.cli.backup import backup_command, backup_key_command, restore_command
from pb.cli.docs import docs_command
from pb.cli.doors import doors_command
from pb.cli.health import health_command
from pb.cli.import_pb import import_command
from pb.cli.outbox import deliver_command, outbox_command
from pb.cli.retire import retire_command
from pb.cli.serve import serve_command
from pb.cli.worker import worker_command

COMMANDS: tuple[click.Command, ...] = (
    serve_command,
    docs_command,
    doors_command,
    add_account_command,
    import_command,
    deliver_command,
    outbox_command,
    health_command,
    worker_command,
    retire_command,
    backup_command,
    backup_key_command,
    restore_command,
)
