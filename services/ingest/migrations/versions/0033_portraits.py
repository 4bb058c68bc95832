"""Portraits of authors.

Revision ID: ingest_0033
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0033"
down_revision = "ingest_0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portraits",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("portraits", sa.Text, nullable=False),
    )
