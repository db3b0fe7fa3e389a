"""the presentation that is on belongs to the running order: PostgreSQL left this key out when it made the table"""

from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key("fk_event_day_pitch", "event_day", "pitch", ["pitch_id"], ["id"])


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_event_day_pitch", "event_day", type_="foreignkey")
