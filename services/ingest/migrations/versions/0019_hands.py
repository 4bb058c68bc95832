"""Who has an article in hand; the release before knows nothing of it.

Revision ID: ingest_0019
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0019"
down_revision = "ingest_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("held_by", sa.String(200)))
    op.add_column("articles", sa.Column("held_at", sa.DateTime(timezone=True)))
