"""Ways of narrowing the list of articles that people keep.

Revision ID: ingest_0023
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0023"
down_revision = "ingest_0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("saved_filters_by_user", "saved_filters", ["user_id", "name"], unique=True)
