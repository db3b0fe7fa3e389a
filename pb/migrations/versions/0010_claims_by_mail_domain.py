"""the mail domain of a contact as a tag, and decisions of the desk that settle several claims at once"""

from alembic import op
import sqlalchemy as sa


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

THERE = "domain_tag IS NOT NULL"


def upgrade():
    op.add_column("roll_entry", sa.Column("domain_tag", sa.LargeBinary(length=32), nullable=True))
    op.create_index(
        "ix_roll_entry_domain_tag",
        "roll_entry",
        ["round_id", "domain_tag"],
        sqlite_where=sa.text(THERE),
        postgresql_where=sa.text(THERE),
    )
    with op.batch_alter_table("desk_decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claims", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("desk_decision", schema=None) as batch_op:
        batch_op.alter_column("claims", server_default=None)


def downgrade():
    with op.batch_alter_table("desk_decision", schema=None) as batch_op:
        batch_op.drop_column("claims")
    op.drop_index("ix_roll_entry_domain_tag", "roll_entry")
    op.drop_column("roll_entry", "domain_tag")  # made anew, the table would be missed by what refers to it
