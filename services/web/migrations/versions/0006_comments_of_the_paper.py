"""Comments that the paper wrote, or changed, say so.

Revision ID: web_0006
"""

import sqlalchemy as sa
from alembic import op

revision = "web_0006"
down_revision = "web_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("edited", "by_paper"):
        op.add_column("comments", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
