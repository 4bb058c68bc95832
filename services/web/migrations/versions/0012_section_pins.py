"""What editors pin to the fronts of sections.

Revision ID: web_0012
"""

import sqlalchemy as sa
from alembic import op

revision = "web_0012"
down_revision = "web_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("front_page", sa.Column("sections", sa.Text, nullable=False, server_default="{}"))
