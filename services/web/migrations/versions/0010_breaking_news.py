"""Breaking news, which stands above every page until its time is over.

Revision ID: web_0010
"""

import sqlalchemy as sa
from alembic import op

revision = "web_0010"
down_revision = "web_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("front_page", sa.Column("breaking", sa.Text, nullable=False, server_default="[]"))
