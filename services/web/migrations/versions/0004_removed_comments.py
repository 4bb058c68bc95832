"""Tombstones of comments are deleted some time after they came.

Revision ID: web_0004
"""

import time

import sqlalchemy as sa
from alembic import op

revision = "web_0004"
down_revision = "web_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    removed = sa.text("NOT public")
    op.create_index("comments_removed", "comments", ["at"], sqlite_where=removed, postgresql_where=removed)
    # Those of before do not say when they came: from now on.
    op.execute(sa.text("UPDATE comments SET at = :now WHERE NOT public").bindparams(now=int(time.time())))
