"""Readers like comments, and send tips with photos.

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
    op.create_table(
        "tips",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("contact", sa.String(300), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("photos", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("article_id", sa.Integer, sa.ForeignKey("articles.id")),
        sa.Column("plan_id", sa.Integer),
        sqlite_autoincrement=True,
    )
    op.create_index("tips_by_status", "tips", ["status", "id"])
    op.create_index("ix_tips_at", "tips", ["at"])
    op.create_table(
        "tip_photos",
        sa.Column("tip_id", sa.Integer, sa.ForeignKey("tips.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.add_column("inbox_entries", sa.Column("tip_id", sa.Integer))
