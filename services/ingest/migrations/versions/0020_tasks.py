"""Whoever is to write a planned story is an account, where they have one. Names that stand there stay names.

Revision ID: ingest_0020
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0020"
down_revision = "ingest_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plans", sa.Column("assignee_id", sa.Integer))
    op.create_index("ix_plans_assignee_id", "plans", ["assignee_id"])
