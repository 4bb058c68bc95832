"""Lists are searched by Vietnamese rules: titles, pictures and comments have their words beside them.

What the release before writes meanwhile is found by these words once it is saved again.

Revision ID: ingest_0017
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.vietnamese.matching import written

revision = "ingest_0017"
down_revision = "ingest_0016"
branch_labels = None
depends_on = None

_ROWS = 1_000


def upgrade() -> None:
    op.add_column("articles", sa.Column("title_words", sa.Text, nullable=False, server_default=""))
    op.add_column("comments", sa.Column("words", sa.Text, nullable=False, server_default=""))
    connection = op.get_bind()
    _fill(connection, "articles", "title_words", "title", lambda row: written(row.title))
    _fill(connection, "comments", "words", "name, text", lambda row: written(f"{row.name} {row.text}"))
    media = "name, caption, credit, alt"
    _fill(connection, "media", "words", media, lambda row: written(" ".join(row[1:])))


def _fill(connection: sa.Connection, table: str, column: str, texts: str, made: Callable[[sa.Row[Any]], str]) -> None:
    after = 0
    read = sa.text(f"SELECT id, {texts} FROM {table} WHERE id > :after ORDER BY id LIMIT {_ROWS}")  # noqa: S608
    keep = sa.text(f"UPDATE {table} SET {column} = :words WHERE id = :id")  # noqa: S608
    while rows := connection.execute(read, {"after": after}).all():
        connection.execute(keep, [{"id": row.id, "words": made(row)} for row in rows])
        after = rows[-1].id
