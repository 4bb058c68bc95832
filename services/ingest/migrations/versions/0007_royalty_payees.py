"""Whose account a name in bylines is: a new table, of which the release before knows nothing.

It starts empty: that two names are alike does not say that they are one person.

Revision ID: ingest_0007
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0007"
down_revision = "ingest_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "royalty_payees",
        sa.Column("author_slug", sa.String(200), primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_royalty_payees_account_id", "royalty_payees", ["account_id"])
