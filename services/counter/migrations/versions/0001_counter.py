"""Totals, buckets by time, referrers, tallies, corrections, articles, rules.

Revision ID: counter_0001
"""

import sqlalchemy as sa
from alembic import op

revision = "counter_0001"
down_revision = None
branch_labels = ("counter",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("section_slug", sa.String(200), nullable=False),
        sa.Column("section_name", sa.String(300), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "article_authors",
        sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("slug", sa.String(200), primary_key=True),
        sa.Column("name", sa.String(300), nullable=False),
    )
    op.create_index("article_authors_by_slug", "article_authors", ["slug"])
    op.create_table(
        "totals",
        sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("views", sa.BigInteger, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
    )
    op.create_table(
        "openings",
        sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("views", sa.BigInteger, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.Integer, nullable=False),
        sa.Column("delta", sa.BigInteger, nullable=False),
        sa.Column("views_before", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_corrections_article_id", "corrections", ["article_id"])
    _bucket("slots", "slot")
    _bucket("hourly", "hour")
    _bucket("daily", "day", sa.Column("readers", sa.Integer))
    op.create_table(
        "referrers",
        sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("domain", sa.String(64), primary_key=True),
        sa.Column("views", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("referrers_by_day", "referrers", ["day", "domain"])
    op.create_table(
        "tallies",
        sa.Column("hour", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("reason", sa.String(32), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "drains",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("oldest", sa.Float, nullable=False),
        sa.Column("articles", sa.Text, nullable=False),
        sa.Column("announced", sa.Boolean, nullable=False),
    )
    op.create_index("drains_to_announce", "drains", ["announced", "at"])
    op.create_table(
        "rules",
        sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("rule", sa.String(8), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def _bucket(name: str, unit: str, *more: "sa.Column[int]") -> None:
    op.create_table(
        name,
        sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column(unit, sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("views", sa.BigInteger, nullable=False),
        *more,
        sqlite_with_rowid=False,
    )
    op.create_index(f"{name}_most_viewed", name, [unit, "views", "article_id"])
