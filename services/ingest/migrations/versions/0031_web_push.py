"""Notices in browsers: which browsers, which kinds each person wants there, since when something is to be on its way.

Revision ID: ingest_0031
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0031"
down_revision = "ingest_0030"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "inbox_browsers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("endpoint", sa.String(1000), nullable=False),
        sa.Column("browser_key", sa.String(100), nullable=False),
        sa.Column("auth", sa.String(40), nullable=False),
        sa.Column("house_key", sa.String(100), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("heard_at", _TIME, nullable=False),
        sa.UniqueConstraint("endpoint", name="inbox_browsers_once"),
    )
    op.create_index("inbox_browsers_by_user", "inbox_browsers", ["user_id"])
    chosen = '["assigned", "correction", "late", "mentioned", "sent_back"]'
    op.add_column("inbox_choices", sa.Column("push", sa.Text, nullable=False, server_default=chosen))
    op.add_column("inbox_deliveries", sa.Column("due_at", _TIME))
    # SQLite does not look at the length of a text.
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("inbox_deliveries", "channel", type_=sa.String(16))
