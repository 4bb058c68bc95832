"""Which files public articles show, filled from the articles that are here.

Revision ID: web_0003
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "web_0003"
down_revision = "web_0002"
branch_labels = None
depends_on = None

_NAMES = re.compile(r"/media/([0-9a-f]{2}/[0-9a-f]{32})")
_MANY = 500


def upgrade() -> None:
    op.create_table(
        "media_uses",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    uses = sa.table("media_uses", sa.column("name"), sa.column("article_id"))
    part = sa.text("SELECT id, state FROM articles WHERE public AND id > :last ORDER BY id LIMIT :many")
    last = 0
    while rows := connection.execute(part, {"last": last, "many": _MANY}).all():
        found = [(name, row.id) for row in rows for name in sorted(set(_NAMES.findall(row.state)))]
        if found:
            op.bulk_insert(uses, [{"name": name, "article_id": article_id} for name, article_id in found])
        last = rows[-1].id
    op.create_index("media_uses_by_article", "media_uses", ["article_id"])
