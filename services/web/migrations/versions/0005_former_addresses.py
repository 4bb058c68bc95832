"""Addresses of a former site in one spelling, the newsroom's rules about them, and what became of those who asked.

Revision ID: web_0005
"""

import sqlalchemy as sa
from alembic import op

from shared.contracts.former_addresses import former

revision = "web_0005"
down_revision = "web_0004"
branch_labels = None
depends_on = None

_MANY = 1_000


def upgrade() -> None:
    op.create_table(
        "address_rules",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
    )
    op.create_table(
        "address_uses",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("what", sa.Text, primary_key=True),
        sa.Column("times", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
    )
    op.create_index("address_uses_by_last", "address_uses", ["last_at"])
    connection = op.get_bind()
    part = sa.text("SELECT path, article_id FROM old_paths WHERE path > :last ORDER BY path LIMIT :many")
    add = sa.text("INSERT INTO old_paths (path, article_id) VALUES (:path, :id) ON CONFLICT (path) DO NOTHING")
    last = ""
    while rows := connection.execute(part, {"last": last, "many": _MANY}).all():
        taken = [(former(row.path), row.article_id) for row in rows]
        keys = [{"path": one.key, "id": article_id} for one, article_id in taken if one and one.key]
        if keys:
            connection.execute(add, keys)
        last = rows[-1].path
