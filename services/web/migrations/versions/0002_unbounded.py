"""No bound of its own for what ingest has bounded: a text that one store took and another refused was a dead letter.

Revision ID: web_0002
"""

import sqlalchemy as sa
from alembic import op

revision = "web_0002"
down_revision = "web_0001"
branch_labels = None
depends_on = None

COLUMNS = (
    ("entries", "list"),
    ("names", "list"),
    ("old_paths", "path"),
    ("sections", "slug"),
    ("sections", "parent_slug"),
    ("rankings", "name"),
)


def upgrade() -> None:
    # SQLite never bounded them. PostgreSQL changes its catalogue alone.
    if op.get_bind().dialect.name == "postgresql":
        for table, column in COLUMNS:
            op.alter_column(table, column, type_=sa.Text)
