"""until when the cards of an event worked before its hand-in was closed, so that two people can open it again"""

from alembic import op
import sqlalchemy as sa


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("event_day", schema=None) as batch_op:
        batch_op.add_column(sa.Column("windows", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("event_day", schema=None) as batch_op:
        batch_op.alter_column("windows", server_default=None)


def downgrade():
    with op.batch_alter_table("event_day", schema=None) as batch_op:
        batch_op.drop_column("windows")
