"""Backups: the database as it is at one moment, while people vote, encrypted to a key that lies elsewhere; and back."""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import func, inspect, select
from sqlalchemy.engine import make_url

from pb.core.actors import Actor
from pb.core.backups import KEY_BYTES, BackupDamaged, decrypt, encrypt, facts_of
from pb.core.errors import NotAllowed, Refusal
from pb.core.permissions import may_destroy
from pb.core.words import N_
from pb.extensions import Base, db, present
from pb.services.database import sqlite_driver, writers_gate
from pb.services.files import write_for_good
from pb.services.ledger import record
from pb.services.transactions import transaction

_PIECE = 256 * 1024
_SCRATCH = ".backup-"


def make_backup(path: Path, public_key: bytes, *, by: Actor) -> str:
    """Write the whole database, as one moment has it, to a new file that only the offline key opens; its SHA-256.

    Works while people vote. Keys outside the database (`secrets.json`, `keys/`) are not in it. Raises NotAllowed
    `may_not_back_up`; Refusal `file_there`, `backup_failed`. Event `backup_made`.
    """
    _refuse_stranger(by)
    if path.exists():
        raise Refusal("file_there", N_("%(file)s is there already. Name another file."), file=path.name)
    db.session.remove()
    facts = {"database": db.engine.dialect.name, "made_at": present.now().isoformat()}
    content = _dumped() if db.engine.dialect.name == "postgresql" else _copied()
    sha256, size = write_for_good(path, encrypt(content, public_key, secrets.token_bytes(KEY_BYTES), facts))
    with transaction():
        record("backup_made", by, file=path.name, sha256=sha256, bytes=size)
    return sha256


def restore_backup(path: Path, private_key: bytes, *, by: Actor) -> None:
    """Put a backup in place of an empty database. The file is read to its end and found whole first.

    Raises NotAllowed `may_not_back_up`; Refusal `database_in_use` (anything is in it), `backup_damaged` (also for
    another key), `other_database`, `restore_failed`.
    """
    _refuse_stranger(by)
    if _in_use():
        sentence = N_("This database has something in it and is left as it is. Restore into an empty one.")
        raise Refusal("database_in_use", sentence)
    db.session.remove()
    whole = _scratch()
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            _refuse_other(facts_of(file))
            file.seek(0)
            write_for_good(whole, decrypt(file, private_key))
        if db.engine.dialect.name == "postgresql":
            _load(whole)
        else:
            _put_back(whole)
    except BackupDamaged as error:
        sentence = N_("The backup cannot be read: %(why)s.")
        raise Refusal("backup_damaged", sentence, why=str(error)) from error
    finally:
        whole.unlink(missing_ok=True)
    with transaction():
        record("backup_restored", by, file=path.name, sha256=sha256)


def _refuse_stranger(by: Actor) -> None:
    if not may_destroy(by):
        raise NotAllowed("may_not_back_up", N_("Backups are made from the command line."))


def _refuse_other(facts: dict[str, Any]) -> None:
    if facts.get("database") != db.engine.dialect.name:
        sentence = N_("This backup is of %(theirs)s, and this database is %(ours)s.")
        theirs, ours = facts.get("database"), db.engine.dialect.name
        raise Refusal("other_database", sentence, theirs=theirs, ours=ours)


def _in_use() -> bool:
    """Whether any table of ours holds a row."""
    there = set(inspect(db.engine).get_table_names())
    with db.engine.connect() as connection:
        tables = [table for table in Base.metadata.sorted_tables if table.name in there]
        return any(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


def forget_copies() -> None:
    """Remove every copy in the open; a backup that was broken off by a kill or a power cut may have left one.

    A backup that is being made at this moment breaks off.
    """
    folder: Path = present.settings.instance_path
    for pattern in (f"{_SCRATCH}*", f".{_SCRATCH}*"):  # the second: one that was not written to its end
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def _scratch() -> Path:
    """A file beside the database for a copy in the open; removed as soon as it was read."""
    folder: Path = present.settings.instance_path
    return folder / f"{_SCRATCH}{secrets.token_hex(8)}"


def _copied() -> Iterator[bytes]:
    """A copy of the SQLite database made by its own online backup, checked, and read piece by piece."""
    copy = _scratch()
    try:
        os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(Path(db.engine.url.database or ""), copy)
        with copy.open("rb") as file:
            yield from _read(file)
    finally:
        copy.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    driver = sqlite_driver()
    with closing(driver.connect(source)) as live, closing(driver.connect(target)) as copy:
        wal = live.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        # With a write-ahead log writers go on meanwhile; without one they wait in their own queue, not in SQLite's.
        with nullcontext() if wal else writers_gate(db.engine):
            live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        _refuse_unsound(copy)


def _refuse_unsound(connection: Any) -> None:
    found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise Refusal("backup_failed", N_("The copy of the database is not sound: %(why)s"), why=str(found)[:200])


def _put_back(whole: Path) -> None:
    driver = sqlite_driver()
    with closing(driver.connect(whole)) as copy, writers_gate(db.engine):
        _refuse_unsound(copy)
        db.engine.dispose()
        with closing(driver.connect(Path(db.engine.url.database or ""))) as live:
            copy.backup(live)


def _dumped() -> Iterator[bytes]:
    """What pg_dump writes, in its own format; it reads one moment and stops nobody."""
    command, environment = _postgresql("pg_dump", "--format=custom", "--no-owner", "--no-privileges")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:  # noqa: S603
        assert process.stdout is not None  # noqa: S101 - asked for above
        assert process.stderr is not None  # noqa: S101 - asked for above
        yield from _read(process.stdout)
        why = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise Refusal("backup_failed", N_("The copy of the database is not sound: %(why)s"), why=why[:200])


def _load(whole: Path) -> None:
    command, environment = _postgresql(
        "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"
    )
    db.engine.dispose()
    done = subprocess.run([*command, str(whole)], capture_output=True, env=environment, check=False)  # noqa: S603
    if done.returncode:
        why = done.stderr.decode(errors="replace")[:200]
        raise Refusal("restore_failed", N_("PostgreSQL did not take the backup: %(why)s"), why=why)


def _postgresql(program: str, *options: str) -> tuple[list[str], dict[str, str]]:
    """A PostgreSQL program with our database; the password goes by the environment, unseen in lists of processes."""
    url = make_url(present.settings.database).set(drivername="postgresql")
    environment = {**os.environ, "PGPASSWORD": url.password or ""}
    named = url.set(password=None).render_as_string(hide_password=False)
    return [program, *options, f"--dbname={named}"], environment


def _read(file: BinaryIO | Any) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
