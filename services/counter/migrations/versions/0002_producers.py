"""Which batches of views SQL holds.

Revision ID: counter_0002
"""

import sqlalchemy as sa
from alembic import op

revision = "counter_0002"
down_revision = "counter_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "producers",
        sa.Column("producer", sa.String(32), primary_key=True),
        sa.Column("batches", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
