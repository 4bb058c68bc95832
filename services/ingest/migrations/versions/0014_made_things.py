"""Forms that make something have a key: sent twice they make it once.

Revision ID: ingest_0014
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0014"
down_revision = "ingest_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "made_things",
        sa.Column("key", sa.String(40), primary_key=True),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("made_id", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_made_things_at", "made_things", ["at"])
