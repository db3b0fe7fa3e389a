"""Alembic runs on the application's own engine, so migrations see the same durability."""

from __future__ import annotations

from alembic import context
from flask import current_app

from pb.extensions import Base
from pb.models import __all__ as _tables  # noqa: F401 - makes every table known
from pb.models.types import UtcDateTime
from pb.services.database import writers_gate

config = context.config
target_metadata = Base.metadata


def render_item(kind, item, _context):
    """Write our own types as what the database sees, so that old migrations never need our code."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


def run_migrations() -> None:
    """Bring the schema to the asked revision inside the writers' gate."""
    engine = current_app.extensions["sqlalchemy"].engine
    with writers_gate(engine), engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            compare_type=True,
            render_item=render_item,
            render_as_batch=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
