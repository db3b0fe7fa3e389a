"""A ledger whose lock is off, as somebody who owns the database could take it off; and writers in other processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

from pb.extensions import db
from pb.services.transactions import transaction


@contextmanager
def an_unlocked_ledger() -> Iterator[Session]:
    """A transaction in which events can be changed and taken out; the lock is on again afterwards."""
    with transaction() as session:
        if db.engine.dialect.name == "postgresql":
            session.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
            yield session
            session.execute(text("ALTER TABLE event ENABLE TRIGGER USER"))
            return
        query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'")
        locks = list(session.execute(query))
        for name, _sql in locks:
            session.execute(text(f"DROP TRIGGER {name}"))
        yield session
        for _name, sql in locks:
            session.connection().exec_driver_sql(sql)
