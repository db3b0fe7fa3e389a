"""How the database is opened: durable SQLite with one queue for writers, or PostgreSQL."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError

from pb.config import Settings, SettingsError
from pb.extensions import db

try:  # a newer SQLite than most systems have, where its wheel is to be had
    import pysqlite3 as sqlite_module
except ImportError:  # pragma: no cover - other systems use their own
    import sqlite3 as sqlite_module

#: The first SQLite without the fault that may corrupt a write-ahead log as it is reset.
WAL_SAFE = (3, 51, 3)
#: The first SQLite that has `unhex`.
OWN_UNHEX = (3, 41, 0)
BUSY_MILLISECONDS = 10_000
FULL = 2
#: A read snapshot cannot become a writer's: writers say so from the start.
BEGIN_WRITING = "BEGIN IMMEDIATE"
REST_SECONDS = 5.0

_writing: ContextVar[bool] = ContextVar("writing", default=False)
_thread_lock = threading.Lock()


def sqlite_driver() -> ModuleType:
    """The SQLite driver in use."""
    return sqlite_module  # type: ignore[no-any-return]


def journal_mode(asked: str, version: tuple[int, int, int]) -> str:
    """The journal mode for a linked SQLite `version`; SettingsError where what was `asked` is not safe on it."""
    if asked == "wal" and version < WAL_SAFE:
        raise SettingsError(
            f"PB_SQLITE_JOURNAL=wal needs SQLite 3.51.3 or newer (this is {'.'.join(map(str, version))}): "
            "leave it at auto or set truncate"
        )
    if asked == "auto":
        return "wal" if version >= WAL_SAFE else "truncate"
    return asked


def engine_options(settings: Settings) -> dict[str, Any]:
    """Options for SQLAlchemy's engine; its messages, which reach logs, never hold the values of a statement."""
    usual = {"hide_parameters": True, "pool_size": settings.threads + 2}
    if make_url(settings.database).get_backend_name() == "sqlite":
        return usual | {"module": sqlite_driver(), "connect_args": {"timeout": BUSY_MILLISECONDS / 1000}}
    return usual


def prepare(engine: Engine, settings: Settings) -> None:
    """Make every connection durable and check the first one; SettingsError where the database cannot be trusted."""
    if engine.dialect.name == "sqlite":
        mode = journal_mode(settings.sqlite_journal, sqlite_driver().sqlite_version_info)
        _listen(engine, mode)
        check_durability(engine, mode)
    else:
        _ask_after_rest(engine)


def _ask_after_rest(engine: Engine) -> None:
    """Ask a connection that was at rest whether the server still answers, as one in use has just shown that it does."""

    @event.listens_for(engine, "checkin")
    def _rests(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _wakes(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get("rests_since")
        if since is None or monotonic() - since < REST_SECONDS:
            return
        driver: Any = engine.dialect.loaded_dbapi
        try:
            engine.dialect.do_ping(connection)
        except driver.Error as error:
            raise DisconnectionError from error


def _listen(engine: Engine, mode: str) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun by us, never by the driver
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_MILLISECONDS}",
            f"journal_mode={mode}",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        if sqlite_driver().sqlite_version_info < OWN_UNHEX:
            connection.create_function("unhex", 1, bytes.fromhex, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(BEGIN_WRITING if _writing.get() else "BEGIN")


def check_durability(engine: Engine, mode: str) -> None:
    """SettingsError unless the open database really is in `mode` with synchronous FULL and foreign keys on."""
    with engine.connect() as connection:
        found = (
            str(connection.execute(text("PRAGMA journal_mode")).scalar_one()).lower(),
            connection.execute(text("PRAGMA synchronous")).scalar_one(),
            connection.execute(text("PRAGMA foreign_keys")).scalar_one(),
        )
    if found[0] != mode or found[1] < FULL or not found[2]:
        raise SettingsError(
            f"the database cannot be opened safely (journal {found[0]}, synchronous {found[1]}): "
            "put the instance folder on a local disk"
        )


def _gate_file(engine: Engine) -> str:
    """The file that writers of this database queue at; none for PostgreSQL, which queues by itself."""
    if engine.dialect.name != "sqlite" or not engine.url.database or engine.url.database == ":memory:":
        return ""
    return f"{engine.url.database}.gate"


def reachable() -> bool:
    """Whether the database answers."""
    try:
        with db.engine.connect() as connection:
            return bool(connection.execute(text("SELECT 1")).scalar_one() == 1)
    except DBAPIError:
        return False


@contextmanager
def writers_gate(engine: Engine) -> Iterator[None]:
    """Wait in one queue for the right to write, across threads and processes; SQLite's own waiting has no queue."""
    path = _gate_file(engine)
    mark = _writing.set(True)
    try:
        if not path:
            yield
            return
        with _thread_lock:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)
    finally:
        _writing.reset(mark)
