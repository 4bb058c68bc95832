"""A live article's prepared next version; the release before knows of none and publishes what is saved.

Revision ID: ingest_0021
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0021"
down_revision = "ingest_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("prepared_version", sa.BigInteger))
    is_there = sa.text("prepared_version IS NOT NULL")
    op.create_index(
        "articles_prepared", "articles", ["prepared_version"], sqlite_where=is_there, postgresql_where=is_there
    )
