"""Weather and prices on the front page.

Revision ID: ingest_0034
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0034"
down_revision = "ingest_0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figures",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("figures", sa.Text, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True)),
        sa.Column("ok_at", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text, nullable=False),
    )
