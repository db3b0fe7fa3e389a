"""papers that were given to nobody and are not there: how many of a batch"""

from alembic import op
import sqlalchemy as sa


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("paper_batch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("missing", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("paper_batch", schema=None) as batch_op:
        batch_op.alter_column("missing", server_default=None)


def downgrade():
    with op.batch_alter_table("paper_batch", schema=None) as batch_op:
        batch_op.drop_column("missing")
