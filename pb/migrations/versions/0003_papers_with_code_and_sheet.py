"""papers with a card's code and a sheet: how many of a batch count so"""

from alembic import op
import sqlalchemy as sa


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("paper_batch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_sheet", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("paper_batch", schema=None) as batch_op:
        batch_op.alter_column("by_sheet", server_default=None)


def downgrade():
    with op.batch_alter_table("paper_batch", schema=None) as batch_op:
        batch_op.drop_column("by_sheet")
