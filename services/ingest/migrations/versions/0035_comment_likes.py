"""Readers like comments.

Revision ID: ingest_0035
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0035"
down_revision = "ingest_0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comments", sa.Column("likes", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "comment_likes",
        sa.Column("comment_id", sa.Integer, sa.ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("visitor", sa.String(64), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_comment_likes_at", "comment_likes", ["at"])
