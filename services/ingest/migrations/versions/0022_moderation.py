"""Comments are reported by readers, mended and answered by the paper; who wrote one can be banned for a time.

Revision ID: ingest_0022
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0022"
down_revision = "ingest_0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("visitor", sa.String(64), nullable=False, server_default=""),
        sa.Column("original", sa.Text),
        sa.Column("by_paper", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("reports", sa.Integer, nullable=False, server_default="0"),
    ):
        op.add_column("comments", column)
    some = sa.text("reports > 0")
    op.create_index("comments_reported", "comments", ["reports"], sqlite_where=some, postgresql_where=some)
    op.create_table(
        "comment_reports",
        sa.Column("comment_id", sa.Integer, sa.ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("visitor", sa.String(64), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_comment_reports_at", "comment_reports", ["at"])
    op.create_table(
        "comment_bans",
        sa.Column("visitor", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
