"""a line of the ballot account is named after a batch or a pot, whose own name may be as long as the column was"""

from alembic import op
import sqlalchemy as sa


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("imbalance_explanation", schema=None) as batch_op:
        batch_op.alter_column("equation", existing_type=sa.String(80), type_=sa.String(160), existing_nullable=False)


def downgrade():
    with op.batch_alter_table("imbalance_explanation", schema=None) as batch_op:
        batch_op.alter_column("equation", existing_type=sa.String(160), type_=sa.String(80), existing_nullable=False)
