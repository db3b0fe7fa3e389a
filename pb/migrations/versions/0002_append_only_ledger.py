"""append-only ledger: triggers refuse to change, delete or replace an event, or to let the chain fork

A change of the table `event` in batch mode on SQLite makes the table anew and loses its triggers: such a migration
calls `upgrade()` of this one again at its end (a test looks for the triggers).
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GENESIS = "0" * 64

SQLITE = (
    """
    CREATE TRIGGER event_never_changed BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
    """,
    """
    CREATE TRIGGER event_never_deleted BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
    """,
    # INSERT OR REPLACE deletes without firing the trigger above, so what would replace is refused here.
    f"""
    CREATE TRIGGER event_follows_last BEFORE INSERT ON event
    WHEN NEW.previous IS NOT COALESCE((SELECT hash FROM event ORDER BY id DESC LIMIT 1), '{GENESIS}')
      OR EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
      OR EXISTS (SELECT 1 FROM event WHERE hash = NEW.hash)
      OR EXISTS (SELECT 1 FROM event WHERE previous = NEW.previous)
    BEGIN SELECT RAISE(ABORT, 'an event follows the last one'); END
    """,
)  # fmt: skip

POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    f"""
    CREATE OR REPLACE FUNCTION event_after_last() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.previous IS DISTINCT FROM COALESCE((SELECT hash FROM event ORDER BY id DESC LIMIT 1), '{GENESIS}') THEN
        RAISE EXCEPTION 'an event follows the last one' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER event_never_changed BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION event_append_only()
    """,
    """
    CREATE TRIGGER event_never_emptied BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()
    """,
    """
    CREATE TRIGGER event_follows_last BEFORE INSERT ON event
    FOR EACH ROW EXECUTE FUNCTION event_after_last()
    """,
)  # fmt: skip


def upgrade():
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade():
    on_table = "" if op.get_bind().dialect.name == "sqlite" else " ON event"
    for name in ("event_never_changed", "event_never_deleted", "event_never_emptied", "event_follows_last"):
        op.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")
    if on_table:
        op.execute("DROP FUNCTION IF EXISTS event_append_only()")
        op.execute("DROP FUNCTION IF EXISTS event_after_last()")
