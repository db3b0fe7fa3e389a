"""`pb backup`, `pb restore` and `pb backup-key`: copies of the database that only the offline key opens."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from pb.core.actors import SYSTEM
from pb.core.backups import KEY_BYTES
from pb.core.errors import Refusal
from pb.core.sealing import new_round_key
from pb.extensions import present
from pb.services.backups import make_backup, restore_backup


@click.command("backup-key")
@click.argument("file", type=click.Path(path_type=Path))
def backup_key_command(file: Path) -> None:
    """Make the key of the backups: the private half into FILE, to be kept elsewhere; prints the public half."""
    if file.exists():
        click.echo(f"{file} is there already. Name another file.", err=True)
        sys.exit(2)
    key = new_round_key(secrets.token_bytes(KEY_BYTES))
    with _told():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as written:
            written.write(key.private.hex() + "\n")
    click.echo(f"Move {file} off this server, to two safe places. Without it no backup can be read.")
    click.echo(f"Set PB_BACKUP_KEY={key.public.hex()}")


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
def backup_command(file: Path) -> None:
    """Write the whole database to FILE, encrypted to PB_BACKUP_KEY. People may vote meanwhile.

    The keys outside the database (secrets.json and keys/ in the instance folder) are not in it: keep a copy of them
    elsewhere, never beside the backups.
    """
    with _told():
        sha256 = make_backup(file, _key(present.settings.backup_key, "PB_BACKUP_KEY"), by=SYSTEM)
        click.echo(f"{file} is written. SHA-256: {sha256}")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Key file.")
@with_appcontext
def restore_command(file: Path, key: Path) -> None:
    """Put the backup FILE into an empty database; one with anything in it is left as it is."""
    with _told():
        restore_backup(file, _key(key.read_text(encoding="ascii", errors="replace").strip(), key.name), by=SYSTEM)
        click.echo("Restored. Put secrets.json and keys/ back as well, run “pb db upgrade”, then “pb serve”.")


def _key(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        click.echo(f"{where} holds no key of backups. Make one with: pb backup-key FILE", err=True)
        sys.exit(2)
    return key


@contextmanager
def _told() -> Iterator[None]:
    """Say in words what was refused, by us or by the machine (a full disk, a folder or program not there), and end."""
    try:
        yield
    except (Refusal, OSError) as stopped:
        click.echo(str(stopped), err=True)
        sys.exit(2)
