"""Authors are people with pen names and accounts; the names in bylines stand beside their articles.

Whose account a name is was kept by a form without marks, which Hoa, Hòa and Hóa share: it goes on for names that are
alone with it, the others have to be said again. `royalty_payees` stays for the release before.

Revision ID: ingest_0018
"""

from collections.abc import Iterator

import orjson
import sqlalchemy as sa
from alembic import op

from shared.vietnamese.matching import name_key
from shared.vietnamese.text import slug

revision = "ingest_0018"
down_revision = "ingest_0017"
branch_labels = None
depends_on = None

_STATES = sa.text(
    "SELECT articles.id, revisions.state FROM articles JOIN revisions ON revisions.article_id = articles.id"
    " AND revisions.version = articles.version WHERE articles.id > :after ORDER BY articles.id"
    " LIMIT 500"
)
_NOTE = sa.text("INSERT INTO bylines (key, article_id, name) VALUES (:key, :article_id, :name)")
_AUTHOR = sa.text('INSERT INTO authors (name, account_id, "by", at) VALUES (:name, :account_id, :by, :at) RETURNING id')
_PEN_NAME = sa.text('INSERT INTO pen_names (key, name, author_id, "by", at) VALUES (:key, :name, :author_id, :by, :at)')


def upgrade() -> None:
    op.create_table(
        "authors",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("users.id"), unique=True),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pen_names",
        sa.Column("key", sa.String(400), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("author_id", sa.Integer, sa.ForeignKey("authors.id"), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_pen_names_author_id", "pen_names", ["author_id"])
    op.create_table(
        "bylines",
        sa.Column("key", sa.String(400), primary_key=True),
        sa.Column("article_id", sa.Integer, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
    )
    op.create_index("ix_bylines_article_id", "bylines", ["article_id"])
    connection = op.get_bind()
    names: dict[str, str] = {}
    for article_id, signed in _signed(connection):
        names |= signed
        connection.execute(_NOTE, [{"key": key, "article_id": article_id, "name": signed[key]} for key in signed])
    _link(connection, names)


def _signed(connection: sa.Connection) -> Iterator[tuple[int, dict[str, str]]]:
    """(article's id, key -> name) of the articles that name anybody."""
    after = 0
    while rows := connection.execute(_STATES, {"after": after}).all():
        after = rows[-1].id
        for row in rows:
            names = [one["name"][:200] for one in orjson.loads(row.state).get("authors", ())]
            if signed := {key: name for name in names if (key := name_key(name)[:400])}:
                yield row.id, signed


def _link(connection: sa.Connection, names: dict[str, str]) -> None:
    by_slug: dict[str, list[str]] = {}
    for key, name in names.items():
        by_slug.setdefault(slug(name), []).append(key)
    made: dict[int, int] = {}
    for payee in connection.execute(sa.text("SELECT * FROM royalty_payees ORDER BY author_slug")).all():
        keys = by_slug.get(payee.author_slug, [])
        if len(keys) != 1:
            continue
        who = {"by": payee.by, "at": payee.at}
        if payee.account_id not in made:
            row = {"name": names[keys[0]], "account_id": payee.account_id, **who}
            made[payee.account_id] = connection.execute(_AUTHOR, row).scalar_one()
        row = {"key": keys[0], "name": names[keys[0]], "author_id": made[payee.account_id], **who}
        connection.execute(_PEN_NAME, row)
