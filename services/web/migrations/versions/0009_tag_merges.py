"""Tags that were merged into others.

Revision ID: web_0009
"""

import sqlalchemy as sa
from alembic import op

revision = "web_0009"
down_revision = "web_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tag_merges",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("merges", sa.Text, nullable=False),
    )
