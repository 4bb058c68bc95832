"""What the newsroom says of readers' words.

Revision ID: ingest_0016
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0016"
down_revision = "ingest_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_words",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("lines", sa.Text, nullable=False),
    )
