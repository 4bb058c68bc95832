"""Tags that were merged, and whether places are found by their former names.

Revision ID: ingest_0027
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0027"
down_revision = "ingest_0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("search_words", sa.Column("places", sa.Boolean, nullable=False, server_default=sa.true()))
    op.create_table(
        "tag_merges",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("merges", sa.Text, nullable=False),
    )
