"""The newsroom's rules about addresses of its former site.

Revision ID: ingest_0011
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0011"
down_revision = "ingest_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_rules",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("last_rule", sa.Integer, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
    )
