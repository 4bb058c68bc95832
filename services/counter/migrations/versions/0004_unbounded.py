"""No bound of its own for what ingest has bounded: a text that one store took and another refused was a dead letter.

Revision ID: counter_0004
"""

import sqlalchemy as sa
from alembic import op

revision = "counter_0004"
down_revision = "counter_0003"
branch_labels = None
depends_on = None

COLUMNS = (
    ("articles", "section_slug"),
    ("articles", "section_name"),
    ("article_authors", "slug"),
    ("article_authors", "name"),
    ("corrections", "by"),
    ("rules", "by"),
)


def upgrade() -> None:
    # SQLite never bounded them. PostgreSQL changes its catalogue alone.
    if op.get_bind().dialect.name == "postgresql":
        for table, column in COLUMNS:
            op.alter_column(table, column, type_=sa.Text)
