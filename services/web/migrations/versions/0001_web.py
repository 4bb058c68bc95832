"""The read model: articles, lists, comments, totals, rankings, and the log of changes.

Revision ID: web_0001
"""

import sqlalchemy as sa
from alembic import op

revision = "web_0001"
down_revision = None
branch_labels = ("web",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("reason_kind", sa.String(16), nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("lists", sa.Text, nullable=False),
        sa.Column("card", sa.Text),
        sa.Column("state", sa.Text),
    )
    op.create_table(
        "entries",
        sa.Column("list", sa.String(200), primary_key=True),
        sa.Column("published_at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "names",
        sa.Column("list", sa.String(200), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
    )
    op.create_table(
        "old_paths",
        sa.Column("path", sa.String(500), primary_key=True),
        sa.Column("article_id", sa.Integer, nullable=False),
    )
    op.create_table(
        "sections",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("slug", sa.String(200), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("parent_slug", sa.String(200), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_table(
        "front_page",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("pinned", sa.Text, nullable=False),
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("article_id", sa.Integer, nullable=False),
        sa.Column("parent_id", sa.Integer),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("comments_by_article", "comments", ["article_id", "at"])
    op.create_table(
        "totals",
        sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("views", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "rankings",
        sa.Column("name", sa.String(240), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("entries", sa.Text, nullable=False),
    )
    op.create_table(
        "related",
        sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("ids", sa.Text, nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("occurred_at", sa.Float, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
