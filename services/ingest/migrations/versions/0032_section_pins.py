"""What editors pin to the fronts of sections.

Revision ID: ingest_0032
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0032"
down_revision = "ingest_0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("front_page", sa.Column("sections", sa.Text, nullable=False, server_default="{}"))
    op.add_column("front_page_slots", sa.Column("section", sa.String(120), nullable=False, server_default=""))
