"""Readers like comments.

Revision ID: web_0015
"""

import sqlalchemy as sa
from alembic import op

revision = "web_0015"
down_revision = "web_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comments", sa.Column("likes", sa.Integer, nullable=False, server_default="0"))
