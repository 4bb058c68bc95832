"""What readers search for, by day.

Revision ID: counter_0005
"""

import sqlalchemy as sa
from alembic import op

revision = "counter_0005"
down_revision = "counter_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "searches",
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("query", sa.Text, primary_key=True),
        sa.Column("spelling", sa.Text, nullable=False),
        sa.Column("readers", sa.BigInteger, nullable=False),
        sa.Column("unfound", sa.BigInteger, nullable=False),
        sa.Column("clicked", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
