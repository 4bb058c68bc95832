"""Sums of 32 days, so that questions about a year read a tenth of the rows.

Revision ID: counter_0003
"""

import sqlalchemy as sa
from alembic import op

revision = "counter_0003"
down_revision = "counter_0002"
branch_labels = None
depends_on = None

DAYS = 32


def upgrade() -> None:
    op.create_table(
        "spans",
        sa.Column("span", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("views", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    first, last = connection.execute(sa.text("SELECT min(day), max(day) FROM daily")).one()
    if first is None:
        return
    # One after another: each is quick, and a server's limit for one statement is never met.
    for span in range(first // DAYS, last // DAYS + 1):
        connection.execute(
            sa.text(
                "INSERT INTO spans (span, article_id, views) SELECT :span, article_id, sum(views) FROM daily "
                "WHERE day BETWEEN :first AND :last AND article_id <> 0 GROUP BY article_id"
            ),
            {"span": span, "first": span * DAYS, "last": span * DAYS + DAYS - 1},
        )
