"""Which version of a wire's item came last, and what imports told beside their counts.

Revision ID: ingest_0013
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0013"
down_revision = "ingest_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wire_versions",
        sa.Column("external_id", sa.String(200), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    # A default: processes of the release before insert rows without it while a house is updated.
    op.add_column("import_jobs", sa.Column("told", sa.Text, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("import_jobs", "told")
    op.drop_table("wire_versions")
