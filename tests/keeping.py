"""Rounds that many tests begin with: made once in a test process, and put back as they were for every later test.

A factory that is `kept` works as it always does. Where it is asked the same thing for the third time, and the database
is still empty, the rows and files that it left behind the second time are put back instead of being made anew.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import wraps
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ParamSpec, TypeVar

from flask import current_app
from sqlalchemy import inspect, text

from pb.extensions import Base, db, present

Asked = ParamSpec("Asked")
Made = TypeVar("Made")

_asked: Counter[str] = Counter()
_copies: dict[str, Copy] = {}


@dataclass
class Copy:
    """What a factory left behind: files, rows where the database is no file, the clock's time, and what it gave."""

    folder: Path
    rows: dict[str, bytes]
    numbers: dict[str, int]
    at: datetime
    given: Any

    def put_back(self) -> Any:
        """Leave the database, the folder and the clock as the factory did; gives what it gave."""
        _let_go()
        shutil.rmtree(present.settings.instance_path)
        shutil.copytree(self.folder, present.settings.instance_path)
        if db.engine.dialect.name == "postgresql":
            _put_rows(self)
        current_app.extensions["test_clock"].at = self.at
        return _read_again(self.given)


def kept(make: Callable[Asked, Made]) -> Callable[Asked, Made]:
    """A factory whose work is put back where it was asked for the same before."""

    @wraps(make)
    def made(*args: Asked.args, **wanted: Asked.kwargs) -> Made:
        asked = _words((make.__module__, make.__qualname__, args, wanted))
        if asked is None or not current_app.extensions.get("test_keeps") or not _nothing_there():
            return make(*args, **wanted)
        asked += f"{present.now()}{present.settings!r}"
        if asked in _copies:
            return _copies[asked].put_back()  # type: ignore[no-any-return]
        _asked[asked] += 1
        given = make(*args, **wanted)
        if _asked[asked] < 2:
            return given
        _copies[asked] = _copy(given)
        return _read_again(_copies[asked].given)  # type: ignore[no-any-return]

    return made


def as_it_stands(given: Any = None) -> Copy:
    """What there is now, to be put back as often as one likes; on PostgreSQL into a database that was emptied."""
    return _copy(given)


def empty() -> None:
    """Take every row out of PostgreSQL, so that the next test finds an empty database.

    Tables are truncated, not deleted from: rows that fill the gaps of others come in another order than they were made.
    """
    tables = Base.metadata.sorted_tables[::-1]
    asked = " UNION ALL ".join(
        f"SELECT {at}, '{table.name}' WHERE EXISTS (SELECT FROM \"{table.name}\")" for at, table in enumerate(tables)
    )
    used = "SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false) FROM pg_sequences"
    with db.engine.begin() as connection:
        # The ledger refuses to be emptied; only who owns the database can take its locks off, as a test may.
        connection.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
        names = [f'"{name}"' for _, name in connection.execute(text(asked))]
        if names:
            connection.execute(text(f"TRUNCATE {', '.join(names)} CASCADE"))
        connection.execute(text("ALTER TABLE event ENABLE TRIGGER USER"))
        connection.execute(text(f"{used} WHERE last_value IS NOT NULL"))


def _words(value: Any) -> str | None:
    """Words that tell plain values apart; None for anything else, such as a row or a function."""
    if value is None or isinstance(value, str | int | float | bytes | date | Enum):
        return repr(value)
    if is_dataclass(value) and not isinstance(value, type):
        value = (type(value).__qualname__, *(getattr(value, each.name) for each in fields(value)))
    if isinstance(value, Mapping):
        value = tuple(value.items())
    if not isinstance(value, list | tuple | set | frozenset):
        return None
    words = [_words(each) for each in value]
    return None if None in words else f"({','.join(map(str, words))})"


def _nothing_there() -> bool:
    """Whether the database has seen no deed yet."""
    db.session.rollback()
    return not db.session.execute(text("SELECT EXISTS (SELECT * FROM event)")).scalar()


def _let_go() -> None:
    """Leave no connection open; SQLite then has everything in its one file."""
    db.session.remove()
    db.engine.dispose()


def _copy(given: Any) -> Copy:
    marked = _marked(given)
    db.session.commit()
    rows, numbers = _rows() if db.engine.dialect.name == "postgresql" else ({}, {})
    _let_go()
    folder = Path(mkdtemp(prefix="kept-", dir=present.settings.instance_path.parent)) / "instance"
    shutil.copytree(present.settings.instance_path, folder)
    return Copy(folder, rows, numbers, present.now(), marked)


@dataclass(frozen=True)
class _Row:
    """A row by its key, to be read again in another test."""

    type: type[Any]
    key: Any


def _marked(given: Any) -> Any:
    if isinstance(given, Base):
        return _Row(type(given), inspect(given).identity)
    return tuple(map(_marked, given)) if isinstance(given, tuple) else given


def _read_again(given: Any) -> Any:
    if isinstance(given, _Row):
        return db.session.get(given.type, given.key)
    return tuple(map(_read_again, given)) if isinstance(given, tuple) else given


def _rows() -> tuple[dict[str, bytes], dict[str, int]]:
    """Every row of PostgreSQL as it copies them, in the order of their keys, and where its counters stand."""
    found = {}
    with db.engine.connect() as connection, connection.connection.cursor() as cursor:
        for table in Base.metadata.sorted_tables:
            order = ", ".join(f'"{column.name}"' for column in table.primary_key)
            with cursor.copy(f'COPY (SELECT * FROM "{table.name}" ORDER BY {order}) TO STDOUT') as copy:
                content = b"".join(bytes(piece) for piece in copy)
            if content:
                found[table.name] = content
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        return found, dict(cursor.fetchall())


def _put_rows(kept_copy: Copy) -> None:
    with db.engine.connect() as connection, connection.connection.cursor() as cursor:
        for name, content in kept_copy.rows.items():
            with cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                copy.write(content)
        for name, last in kept_copy.numbers.items():
            cursor.execute("SELECT setval(format('%%I', %s::text), %s)", (name, last))
        connection.connection.commit()
