"""Breaking news: what is told above every page, until when.

Revision ID: ingest_0030
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0030"
down_revision = "ingest_0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("front_page", sa.Column("breaking", sa.Text, nullable=False, server_default="[]"))
    op.add_column("front_page_slots", sa.Column("breaking_until", sa.DateTime(timezone=True)))
