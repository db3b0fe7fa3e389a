"""Writing the database anew, so that what was deleted does not live on in free pages or dead rows."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from pb.core.errors import Refusal
from pb.core.words import N_
from pb.extensions import Base, db
from pb.services.database import BUSY_MILLISECONDS, sqlite_driver, writers_gate

#: How long the rewriting waits for those who read, and how often it looks: a minute in all.
TRIES, PAUSE_SECONDS = 300, 0.2
#: PostgreSQL's word for a lock that was not to be had in time.
LOCK_NOT_AVAILABLE = "55P03"


def rewrite(tables: Sequence[type[Base]]) -> None:
    """Write the database (SQLite, its log emptied too) or these tables (PostgreSQL) anew. Others wait meanwhile.

    Raises Refusal `still_read` where somebody reads the database, or writes to it, for longer than a minute.
    """
    db.session.remove()
    engine = db.engine
    if engine.dialect.name == "postgresql":
        _rewrite_tables(engine, [table.__tablename__ for table in tables])
    else:
        _rewrite_file(engine)


def _rewrite_file(engine: Engine) -> None:
    """SQLite keeps the old pages for whoever began to read before: try until nobody does, others write meanwhile."""
    for _ in range(TRIES):
        with writers_gate(engine):
            if _vacuumed(engine):
                return
        Event().wait(PAUSE_SECONDS)
    raise _still_read()


def _vacuumed(engine: Engine) -> bool:
    """Write the file anew and empty its log; whether nobody was in the way. Its log first, which takes no time."""
    connection = engine.raw_connection()
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout={int(PAUSE_SECONDS * 1000)}")
        if _log_is_kept(cursor):
            return False
        cursor.execute("VACUUM")
        return not _log_is_kept(cursor)
    except sqlite_driver().OperationalError as error:
        if "locked" not in str(error):
            raise
        return False
    finally:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        cursor.close()
        connection.close()


def _log_is_kept(cursor: Any) -> bool:
    """Whether somebody still needs the write-ahead log, which was to be emptied into the file."""
    busy, _pages, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return bool(busy)


def _rewrite_tables(engine: Engine, names: list[str]) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _wait_for_readers(connection)
        connection.execute(text(f"SET lock_timeout = {int(PAUSE_SECONDS * 1000)}"))
        try:
            for name in names:
                _rewrite_table(connection, name)
        finally:
            connection.execute(text("RESET lock_timeout"))


def _rewrite_table(connection: Connection, name: str) -> None:
    """Whoever has read the table in a transaction that goes on holds it: try again, so that nobody queues behind us."""
    for _ in range(TRIES):
        try:
            connection.execute(text(f'VACUUM (FULL, ANALYZE) "{name}"'))
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            Event().wait(PAUSE_SECONDS)
        else:
            return
    raise _still_read()


_NOW = text("SELECT CAST(pg_current_xact_id() AS text)")
#: Whoever began to read here before a moment, and whoever writes since before it, in any database of the server:
#: a reading that begins now still spares what was deleted after the oldest of those writings began.
_HINDERED = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot()) < CAST(:now AS xid8) OR EXISTS ("
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND age(backend_xmin) >= age(CAST(CAST(:now AS xid8) AS xid)))"
)


def _wait_for_readers(connection: Connection) -> None:
    """PostgreSQL keeps deleted rows for whoever began to read before: wait until they have ended."""
    now = str(connection.execute(_NOW).scalar_one())
    for _ in range(TRIES):
        if not connection.execute(_HINDERED, {"now": now}).scalar_one():
            return
        Event().wait(PAUSE_SECONDS)
    raise _still_read()


def _still_read() -> Refusal:
    sentence = N_("Somebody has been reading the database for a minute, so deleted rows stay in its files. Try again.")
    return Refusal("still_read", sentence)
