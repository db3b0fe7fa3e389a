"""The ground that the demonstration is built on: an empty database, or one that it made itself."""

from __future__ import annotations

from flask_migrate import upgrade
from sqlalchemy import func, inspect, select, text

from pb.core.actors import SYSTEM
from pb.extensions import Base, db
from pb.models.events import Event
from pb.services.ledger import record

MARK = "demo_begun"


class Occupied(Exception):
    """The database belongs to somebody."""


def clear(stage: str, seed: int) -> None:
    """Leave an up-to-date database with nothing in it but the mark of the demonstration.

    What an earlier demonstration made is taken away. Raises Occupied where anything else has been written.
    """
    db.session.remove()
    if _tables() and not _made_by_demo():
        raise Occupied(
            "this database is in use and is left as it is. Give the demonstration another folder "
            "(PB_INSTANCE_PATH) or an empty database (PB_DATABASE_URL)."
        )
    _empty()
    upgrade()
    record(MARK, SYSTEM, stage=stage, seed=seed)


def _tables() -> list[str]:
    """The tables that hold something; none where there are none yet."""
    names = set(inspect(db.engine).get_table_names()) & set(Base.metadata.tables)
    with db.engine.connect() as connection:
        return [
            name
            for name in sorted(names)
            if connection.execute(select(func.count()).select_from(Base.metadata.tables[name])).scalar_one()
        ]


def _made_by_demo() -> bool:
    first = db.session.scalar(select(Event.kind).order_by(Event.id).limit(1))
    db.session.remove()
    return first == MARK


def _empty() -> None:
    with db.engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
