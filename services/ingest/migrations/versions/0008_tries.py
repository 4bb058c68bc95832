"""How often imports and feeds have been begun, and what ended them.

Revision ID: ingest_0008
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0008"
down_revision = "ingest_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Defaults: processes of the release before insert rows without them while a house is updated.
    for table in ("import_jobs", "feeds"):
        op.add_column(table, sa.Column("tries", sa.Integer, nullable=False, server_default="0"))
        op.add_column(table, sa.Column("cause", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    for table in ("import_jobs", "feeds"):
        op.drop_column(table, "cause")
        op.drop_column(table, "tries")
