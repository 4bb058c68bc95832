"""Entries of live coverages.

Revision ID: web_0007
"""

import sqlalchemy as sa
from alembic import op

revision = "web_0007"
down_revision = "web_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "live_entries",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("article_id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("pinned", sa.Boolean, nullable=False),
        sa.Column("key_event", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text),
    )
    op.create_index("live_entries_by_article", "live_entries", ["article_id"])
