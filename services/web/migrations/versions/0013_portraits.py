"""Portraits of authors.

Revision ID: web_0013
"""

import sqlalchemy as sa
from alembic import op

revision = "web_0013"
down_revision = "web_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portraits",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("portraits", sa.Text, nullable=False),
    )
