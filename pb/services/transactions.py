"""The only place that commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from pb.extensions import db
from pb.services.database import BEGIN_WRITING, writers_gate
from pb.services.prepared import Line, Prepared, Reach

_inside: ContextVar[bool] = ContextVar("inside_transaction", default=False)


def in_transaction() -> bool:
    """Whether the caller is inside a transaction already."""
    return _inside.get()


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction: all of it is kept, durably, or none of it.

    Inside another transaction it joins that one. Rows loaded before it began are read again, since they may
    have changed while waiting at the writers' gate. Prepare what is slow before entering.
    """
    session: Session = db.session()
    if _inside.get():
        yield session
        return
    with _alone():
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


@contextmanager
def writing() -> Iterator[Connection]:
    """One transaction like any other, on a connection without a session: for deeds of prepared statements alone."""
    if _inside.get():
        yield db.session.connection()
        return
    with _alone(), db.engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing_line() -> Iterator[Line]:
    """What `writing` is, on a line: for SQLite, and for callers who are in no transaction."""
    with _alone(), Line(db.engine) as line:
        _BEGIN.changed(line)
        yield line
        if line.dispatch.commit:
            line.dispatch.commit(line)
        _COMMIT.changed(line)


_BEGIN, _COMMIT = Prepared(text(BEGIN_WRITING)), Prepared(text("COMMIT"))


@contextmanager
def _alone() -> Iterator[None]:
    """A transaction of its own: it waits at the writers' gate, and those that are entered inside it join it."""
    end_snapshot()
    mark = _inside.set(True)
    try:
        with writers_gate(db.engine):
            yield
    finally:
        _inside.reset(mark)


@contextmanager
def reading() -> Iterator[Reach]:
    """A connection for prepared queries, each of which sees what has been kept by then; in a transaction, its own."""
    if _inside.get():
        yield db.session.connection()
        return
    with Line(db.engine) as line:
        yield line


def end_snapshot() -> None:
    """End what the session has read, so that it sees what is kept next; services never leave changes pending."""
    if db.session.registry.has() and db.session().in_transaction():
        db.session.rollback()
