"""Which pen names readers may know to be one author's, and what is told of that.

An author's only name says nothing of another; of several none is told until somebody says so.

Revision ID: ingest_0036
"""

import sqlalchemy as sa
from alembic import op

revision = "ingest_0036"
down_revision = "ingest_0035"
branch_labels = None
depends_on = None

_ONLY = sa.text(
    "UPDATE pen_names SET told = :yes WHERE author_id IN"
    " (SELECT author_id FROM pen_names GROUP BY author_id HAVING count(*) = 1)"
)
_TELL = sa.text("INSERT INTO authors_told (id, version) SELECT 1, 1 WHERE EXISTS (SELECT 1 FROM pen_names)")


def upgrade() -> None:
    op.create_table(
        "authors_told",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.add_column("pen_names", sa.Column("told", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(_ONLY.bindparams(yes=True))
    op.execute(_TELL)
