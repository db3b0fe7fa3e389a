"""who asked that a round in which people vote is cancelled, and why, until a second person confirms it"""

from alembic import op
import sqlalchemy as sa


revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cancel_asked_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("cancel_asked_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            batch_op.f("fk_round_cancel_asked_by_account"), "account", ["cancel_asked_by"], ["id"]
        )
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.alter_column("cancel_asked_reason", server_default=None)


def downgrade():
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_round_cancel_asked_by_account"), type_="foreignkey")
        batch_op.drop_column("cancel_asked_reason")
        batch_op.drop_column("cancel_asked_by")
