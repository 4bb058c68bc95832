"""Who signs with which names.

Revision ID: web_0016
"""

import sqlalchemy as sa
from alembic import op

revision = "web_0016"
down_revision = "web_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authors",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("authors", sa.Text, nullable=False),
    )
