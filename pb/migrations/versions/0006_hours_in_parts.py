"""how many envelopes came in within an hour and channel, in parts that do not wait for each other"""

from alembic import op
import sqlalchemy as sa


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

hours = sa.table(
    "cast_hour", sa.column("round_id"), sa.column("hour", sa.DateTime()), sa.column("channel"), sa.column("count")
)


def upgrade():
    with op.batch_alter_table("cast_hour", schema=None) as batch_op:
        batch_op.add_column(sa.Column("part", sa.Integer(), nullable=False, server_default="0"))
        batch_op.drop_constraint("pk_cast_hour", type_="primary")
        batch_op.create_primary_key("pk_cast_hour", ["round_id", "hour", "channel", "part"])
    with op.batch_alter_table("cast_hour", schema=None) as batch_op:
        batch_op.alter_column("part", server_default=None)


def downgrade():
    same = (hours.c.round_id, hours.c.hour, hours.c.channel)
    whole = op.get_bind().execute(sa.select(*same, sa.func.sum(hours.c["count"]).label("count")).group_by(*same))
    rows = [dict(row) for row in whole.mappings()]
    op.execute(sa.delete(hours))
    with op.batch_alter_table("cast_hour", schema=None) as batch_op:
        batch_op.drop_constraint("pk_cast_hour", type_="primary")
        batch_op.create_primary_key("pk_cast_hour", ["round_id", "hour", "channel"])
        batch_op.drop_column("part")
    if rows:
        op.bulk_insert(hours, rows)
