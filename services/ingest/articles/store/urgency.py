"""Which articles are in haste ("TIN KHẨN"). No version comes of it and no approval ends; the audit log tells of it."""

from sqlalchemy import Connection, Engine, update

from services.ingest.articles import rules
from services.ingest.articles.store.revisions import current
from services.ingest.articles.tables import ArticleRow, articles
from services.ingest.kit import audit
from services.ingest.kit.actors import Actor
from shared.database import write


def mark(engine: Engine, article_id: int, actor: Actor, *, urgent: bool) -> None:
    """Say that an article is urgent, or that it is not. Raises NotFound, Forbidden."""
    with write(engine) as connection:
        found = current(connection, article_id)
        rules.require_write(actor, rules.stands(found))
        put(connection, found.row, actor, urgent=urgent)


def put(connection: Connection, row: ArticleRow, actor: Actor, *, urgent: bool) -> None:
    """The same in the running transaction, by one who may write."""
    if row.urgent == urgent:
        return
    connection.execute(update(articles).where(articles.c.id == row.id).values(urgent=urgent))
    audit.append(connection, actor.name, "article.urgent" if urgent else "article.not_urgent", f"article:{row.id}", {})
