"""What the board shows of an article without reading its text: since when it waits at its step, its place, how many
pictures it has; and whether it is urgent.

What the release before writes meanwhile is right about place and pictures once it is saved again.

Revision ID: ingest_0025
"""

import orjson
import sqlalchemy as sa
from alembic import op

revision = "ingest_0025"
down_revision = "ingest_0024"
branch_labels = None
depends_on = None

_ROWS = 500


def upgrade() -> None:
    op.add_column("articles", sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("articles", sa.Column("step_at", sa.DateTime(timezone=True)))
    op.add_column("articles", sa.Column("dateline", sa.String(50), nullable=False, server_default=""))
    op.add_column("articles", sa.Column("pictures", sa.Integer, nullable=False, server_default="0"))
    op.create_index("articles_by_status_change", "articles", ["status", "updated_at"])
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE articles SET step_at = updated_at"))
    after = 0
    # A live article with a prepared version is listed as readers see it.
    read = sa.text(
        "SELECT a.id, r.state FROM articles a JOIN revisions r ON r.article_id = a.id AND r.version ="
        " CASE WHEN a.prepared_version = a.version THEN a.public_version ELSE a.version END"
        " WHERE a.id > :after ORDER BY a.id LIMIT :rows"
    )
    keep = sa.text("UPDATE articles SET dateline = :dateline, pictures = :pictures WHERE id = :id")
    while rows := connection.execute(read, {"after": after, "rows": _ROWS}).all():
        connection.execute(keep, [{"id": row.id, **_seen(orjson.loads(row.state))} for row in rows])
        after = rows[-1].id


def _seen(state: dict[str, object]) -> dict[str, object]:
    images = state.get("images")
    shown = [one for one in images if isinstance(one, dict) and one.get("url")] if isinstance(images, list) else []
    return {"dateline": str(state.get("dateline") or "")[:50], "pictures": len(shown)}
