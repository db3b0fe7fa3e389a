"""The only place that commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy.orm import Session

from pb.extensions import db
from pb.services.database import writers_gate

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
    if session.in_transaction():
        session.rollback()  # ends a read snapshot; services never leave changes pending
    mark = _inside.set(True)
    try:
        with writers_gate(db.engine):
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise
    finally:
        _inside.reset(mark)
