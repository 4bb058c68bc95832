"""Whether something of one article waits in the outbox is asked every few seconds, beside whatever a rebuild put there.

Revision ID: ingest_0009
"""

from alembic import op

revision = "ingest_0009"
down_revision = "ingest_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("outbox_by_key", "outbox", ["queue", "key"])
