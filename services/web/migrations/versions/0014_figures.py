"""Weather and prices on the front page.

Revision ID: web_0014
"""

import sqlalchemy as sa
from alembic import op

revision = "web_0014"
down_revision = "web_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figures",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("figures", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
