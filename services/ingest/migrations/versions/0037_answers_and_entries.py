"""Answers to answers hang on what readers see, one level; the files of entries of live coverages are kept by entry.

Revision ID: ingest_0037
"""

import re

import orjson
import sqlalchemy as sa
from alembic import op

revision = "ingest_0037"
down_revision = "ingest_0036"
branch_labels = None
depends_on = None

_LINKED = re.compile(r' href="/media/([^"/]+)"')
_STEP = 500


def upgrade() -> None:
    _hang_answers()
    _widen_media_uses()
    _note_entries()


def _hang_answers() -> None:
    """Approved ones have a new version: the comparison of stores tells web of them."""
    # Each round takes one level away; none is left where no answer hangs on an answer.
    deeper = (
        "UPDATE comments SET version = version + 1, parent_id ="
        " (SELECT above.parent_id FROM comments AS above WHERE above.id = comments.parent_id)"
        " WHERE parent_id IN (SELECT answer.id FROM comments AS answer WHERE answer.parent_id IS NOT NULL)"
    )
    while op.get_bind().execute(sa.text(deeper)).rowcount:
        pass


def _widen_media_uses() -> None:
    """`entry_id` becomes a part of the key: 0 for what the article itself shows."""
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("media_uses", sa.Column("entry_id", sa.Integer, nullable=False, server_default="0"))
        op.drop_constraint("media_uses_pkey", "media_uses")
        op.create_primary_key("media_uses_pkey", "media_uses", ["path", "article_id", "entry_id"])
        return
    op.rename_table("media_uses", "media_uses_before")
    op.drop_index("ix_media_uses_article_id", "media_uses_before")
    op.create_table(
        "media_uses",
        sa.Column("path", sa.String(200), primary_key=True),
        sa.Column("article_id", sa.Integer, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("entry_id", sa.Integer, primary_key=True, server_default="0"),
    )
    op.execute("INSERT INTO media_uses (path, article_id) SELECT path, article_id FROM media_uses_before")
    op.drop_table("media_uses_before")
    op.create_index("ix_media_uses_article_id", "media_uses", ["article_id"])


def _note_entries() -> None:
    connection = op.get_bind()
    rows = sa.text(
        "SELECT id, article_id, status, body, images FROM live_entries WHERE id > :after ORDER BY id LIMIT :step"
    )
    uses = sa.table("media_uses", *map(sa.column, ("path", "article_id", "entry_id")))
    after, of_article = 0, dict[int, set[str]]()
    while found := connection.execute(rows, {"after": after, "step": _STEP}).all():
        after = found[-1].id
        added = []
        for row in found:
            images = orjson.loads(row.images) if isinstance(row.images, str) else row.images
            files = {*_LINKED.findall(row.body), *(one["url"].removeprefix("/media/") for one in images)}
            of_article.setdefault(row.article_id, set()).update(files)
            if row.status != "withdrawn":
                added += [{"path": path, "article_id": row.article_id, "entry_id": row.id} for path in sorted(files)]
        if added:
            connection.execute(uses.insert(), added)
    _forget_what_only_entries_show(connection, of_article)


def _forget_what_only_entries_show(connection: sa.Connection, of_article: dict[int, set[str]]) -> None:
    """Those rows said until now that the article itself shows what its entries do."""
    standing = sa.text(
        "SELECT r.state FROM articles a JOIN revisions r ON r.article_id = a.id"
        " AND r.version IN (a.version, a.public_version) WHERE a.id = :id"
    )
    gone = sa.text("DELETE FROM media_uses WHERE article_id = :id AND path = :path AND entry_id = 0")
    for article_id, paths in of_article.items():
        states = [str(state) for (state,) in connection.execute(standing, {"id": article_id})]
        unshown = [path for path in sorted(paths) if not any(path in state for state in states)]
        if unshown:
            connection.execute(gone, [{"id": article_id, "path": path} for path in unshown])
