"""What the newsroom has chosen of the site's look.

Revision ID: web_0008
"""

import sqlalchemy as sa
from alembic import op

revision = "web_0008"
down_revision = "web_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appearance",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("chosen", sa.Text, nullable=False),
    )
    op.create_table(
        "appearance_files",
        sa.Column("name", sa.String(30), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
