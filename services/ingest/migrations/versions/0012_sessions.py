"""Of a session is known by which browser, when it was last used, and when its owner last proved to be it.

Revision ID: ingest_0012
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0012"
down_revision = "ingest_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("agent", sa.String(80), nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("seen_at", sa.DateTime(timezone=True)))
    op.add_column("sessions", sa.Column("proven_at", sa.DateTime(timezone=True)))
