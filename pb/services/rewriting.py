"""Writing the database anew, so that what was deleted does not live on in free pages or dead rows."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event

from sqlalchemy import Connection, Engine, text

from pb.core.errors import Refusal
from pb.core.words import N_
from pb.extensions import Base, db
from pb.services.database import writers_gate

#: How long the rewriting waits for those who read, and how often it looks: a minute in all.
TRIES, PAUSE_SECONDS = 300, 0.2


def rewrite(tables: Sequence[type[Base]]) -> None:
    """Write the database (SQLite, its log emptied too) or these tables (PostgreSQL) anew. Others wait meanwhile.

    Raises Refusal `still_read` on PostgreSQL where somebody reads the database for longer than a minute.
    """
    db.session.remove()
    engine = db.engine
    if engine.dialect.name == "postgresql":
        _rewrite_tables(engine, [table.__tablename__ for table in tables])
        return
    with writers_gate(engine):
        _vacuum(engine)


def _vacuum(engine: Engine) -> None:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.fetchall()
        cursor.close()
    finally:
        connection.close()


def _rewrite_tables(engine: Engine, names: list[str]) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _wait_for_readers(connection)
        for name in names:
            connection.execute(text(f'VACUUM (FULL, ANALYZE) "{name}"'))


_NOW = text("SELECT CAST(pg_current_xact_id() AS text)")
#: Whoever began to read here before a moment, and whoever writes since before it, in any database of the server:
#: a reading that begins now still spares what was deleted after the oldest of those writings began.
_HINDERED = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot()) < CAST(:now AS xid8) OR EXISTS ("
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND age(backend_xmin) >= age(CAST(CAST(:now AS xid8) AS xid)))"
)


def _wait_for_readers(connection: Connection) -> None:
    """PostgreSQL keeps deleted rows for whoever began to read before: wait until they have ended.

    Raises Refusal `still_read` where somebody goes on reading for long.
    """
    now = str(connection.execute(_NOW).scalar_one())
    for _ in range(TRIES):
        if not connection.execute(_HINDERED, {"now": now}).scalar_one():
            return
        Event().wait(PAUSE_SECONDS)
    sentence = N_("Somebody has been reading the database for a minute, so deleted rows stay in its files. Try again.")
    raise Refusal("still_read", sentence)
