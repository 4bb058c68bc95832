"""What the newsroom has chosen of its site's look.

Revision ID: ingest_0026
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0026"
down_revision = "ingest_0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appearances",
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("chosen", sa.Text, nullable=False),
        sa.Column("saved_by", sa.String(200), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
    )
