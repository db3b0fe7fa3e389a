"""Statements of the casting path: written by SQLAlchemy once, then run on the driver itself, ten times as cheaply.

They run inside the connection's own transaction, whoever listens to its statements hears them, and faults are
SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Engine, Executable, Select
from sqlalchemy.exc import DBAPIError

Processor = Callable[[Any], Any]


class Line:
    """A connection for prepared statements alone, each a transaction by itself unless one begins what another ends.

    SQLAlchemy's own connections watch over a transaction and all that may be set for it; here is nothing to watch.
    What was begun and not ended is undone when the line closes.
    """

    def __init__(self, engine: Engine) -> None:
        self.dialect: Dialect = engine.dialect
        self.dispatch: Any = engine.dispatch
        self.connection: Any = engine.raw_connection()
        self._by_default = self.dialect.name == "sqlite"

    def __enter__(self) -> Line:
        if not self._by_default:
            self.connection.driver_connection.autocommit = True
        return self

    def __exit__(self, *_fault: object) -> None:
        try:
            if not self._by_default and self.connection.is_valid:
                self.connection.driver_connection.autocommit = False
        finally:
            self.connection.close()

    def invalidate(self, error: BaseException) -> None:
        """Let go of a connection that is gone."""
        self.connection.invalidate(error)


Reach: TypeAlias = Connection | Line


class Prepared:
    """A statement with named parameters (`bindparam`); `write` gives it for a dialect, where they differ."""

    def __init__(self, statement: Executable | None = None, *, write: Callable[[str], Executable] | None = None):
        self._statement = statement
        self._write = write
        self._written: dict[str, _Written] = {}

    def first(self, connection: Reach, **values: Any) -> tuple[Any, ...] | None:
        """The first row that a query finds, as the columns' types give it; None where there is none."""
        written = self._for(connection.dialect)
        cursor = written.run(connection, values)
        try:
            row = cursor.fetchone()
        finally:
            cursor.close()
        return None if row is None else written.read(row)

    def all(self, connection: Reach, **values: Any) -> list[tuple[Any, ...]]:
        """The rows that a statement gives, as the driver has them."""
        cursor = self._for(connection.dialect).run(connection, values)
        try:
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def changed(self, connection: Reach, **values: Any) -> int:
        """How many rows a writing statement wrote."""
        cursor = self._for(connection.dialect).run(connection, values)
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def _for(self, dialect: Dialect) -> _Written:
        written = self._written.get(dialect.name)
        if written is None:
            written = self._written[dialect.name] = _Written(
                self._write(dialect.name) if self._write else self._statement, dialect
            )
        return written


class _Written:
    """A statement in the words of one database, with what each value goes through on its way in and out."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = compiled.string
        self._positions: list[str] | None = compiled.positiontup
        self._fixed: dict[str, Any] = {**compiled.params, **_defaults(compiled)}
        self._on_way_in: dict[str, Processor] = {}
        for bind, name in compiled.bind_names.items():
            processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if processor:
                self._on_way_in[name] = processor
        for name in self._on_way_in.keys() & self._fixed.keys():
            if self._fixed[name] is not None:  # of those that are given each time there is none
                self._fixed[name] = self._on_way_in.pop(name)(self._fixed[name])
        columns = statement.selected_columns if isinstance(statement, Select) else ()
        processors = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._on_way_out = [(at, each) for at, each in enumerate(processors) if each]

    def run(self, connection: Reach, values: dict[str, Any]) -> Any:
        """The driver's cursor after the statement. Raises DBAPIError."""
        parameters = self._parameters(values)
        cursor = connection.connection.cursor()
        listeners = connection.dispatch
        try:
            if listeners.before_cursor_execute:
                listeners.before_cursor_execute(connection, cursor, self.text, parameters, None, False)
            cursor.execute(self.text, parameters)
            if listeners.after_cursor_execute:
                listeners.after_cursor_execute(connection, cursor, self.text, parameters, None, False)
        except Exception as error:
            cursor.close()
            self._raise(connection, error)
            raise
        return cursor

    def read(self, row: Any) -> tuple[Any, ...]:
        """A row with each value as its column's type gives it."""
        if not self._on_way_out:
            return tuple(row)
        found = list(row)
        for at, processor in self._on_way_out:
            found[at] = processor(found[at])
        return tuple(found)

    def _parameters(self, values: dict[str, Any]) -> Any:
        given = {**self._fixed, **values}
        for name, processor in self._on_way_in.items():
            given[name] = processor(given[name])
        return given if self._positions is None else [given[name] for name in self._positions]

    def _raise(self, connection: Reach, error: Exception) -> None:
        """Raise a fault of the driver as SQLAlchemy's, without the values; a connection that is gone is let go."""
        dialect = connection.dialect
        driver: Any = dialect.loaded_dbapi
        if not isinstance(error, driver.Error):
            return
        gone = dialect.is_disconnect(error, connection.connection.driver_connection, None)
        if gone:
            connection.invalidate(error)
        raise DBAPIError.instance(
            self.text, {}, error, driver.Error, hide_parameters=True, connection_invalidated=gone, dialect=dialect
        ) from error


def _defaults(compiled: Any) -> dict[str, Any]:
    """What columns that an insert leaves out are given."""
    return {column.key: column.default.arg for column in compiled.insert_prefetch or ()}
