"""Looking at what is kept, without changing it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from services.ingest.articles.store.revisions import SHOWN, shown, with_state
from services.ingest.articles.tables import ArticleRow, RevisionRow, articles, revisions
from services.ingest.kit.errors import NotFound
from services.ingest.sections.tables import sections
from shared.database import UtcDateTime, read
from shared.records import Record, as_dict, record, records


class ArticleLine(Record):
    id: int
    version: int
    status: str
    external_id: str | None
    title: str
    section: str
    section_name: str
    words: int
    published_at: datetime | None
    updated_at: datetime
    created_by: str


class HistoryLine(Record):
    """A revision without what the article said."""

    version: int
    at: datetime
    actor: str
    action: str
    effect: str
    reason: str


def article(engine: Engine, article_id: int) -> dict[str, Any]:
    """An article as it stands, without what is prepared. Raises NotFound."""
    with read(engine) as connection:
        return shown(with_state(connection, row_in(connection, article_id)))


def version_now(connection: Connection, article_id: int) -> int:
    """The version an article stands at. Raises NotFound."""
    found = connection.execute(select(articles.c.version).where(articles.c.id == article_id)).scalar()
    if found is None:
        raise NotFound("Không có bài này.")
    return int(found)


def listed(
    engine: Engine, *, status: str = "", section: str = "", before: int | None = None, limit: int = 50
) -> list[ArticleLine]:
    """Articles, newest first; `before` is the last id of the page above."""
    of = articles.c
    query = (
        select(of.id, of.version, of.status, of.external_id, of.title, of.words, of.published_at)
        .add_columns(of.updated_at, of.created_by, sections.c.slug.label("section"))
        .add_columns(sections.c.name.label("section_name"))
        .join(sections, sections.c.id == articles.c.section_id)
        .order_by(articles.c.id.desc())
        .limit(limit)
    )
    if status:
        query = query.where(articles.c.status == status)
    if section:
        query = query.where(sections.c.slug == section)
    if before is not None:
        query = query.where(articles.c.id < before)
    with read(engine) as connection:
        return records(connection.execute(query), ArticleLine)


def history(engine: Engine, article_id: int) -> list[HistoryLine]:
    """Every revision of an article, the newest first. Raises NotFound."""
    of = revisions.c
    query = select(of.version, of.at, of.actor, of.action, of.effect, of.reason).where(of.article_id == article_id)
    with read(engine) as connection:
        rows = records(connection.execute(query.order_by(of.version.desc())), HistoryLine)
    if not rows:
        raise NotFound("Không có bài này.")
    return rows


def revision(engine: Engine, article_id: int, version: int) -> dict[str, Any]:
    """One revision, whole. Raises NotFound."""
    at = (revisions.c.article_id == article_id) & (revisions.c.version == version)
    with read(engine) as connection:
        row = record(connection.execute(select(revisions).where(at)), RevisionRow)
    if row is None:
        raise NotFound("Không có phiên bản này.")
    return as_dict(row)


def public_copies(engine: Engine, article_id: int) -> list[dict[str, Any]]:
    """All that readers could ever see of an article: {"version", "from", "to", "state"}, the oldest first;
    "to" is None while it can still be seen. Made from the revisions, which nobody can change."""
    until = func.lead(revisions.c.at, type_=UtcDateTime).over(order_by=revisions.c.version).label("until")
    effective = (
        select(revisions.c.version, revisions.c.at, revisions.c.effect, revisions.c.state, until)
        .where(revisions.c.article_id == article_id, revisions.c.effect != "")
        .subquery()
    )
    with read(engine) as connection:
        rows = connection.execute(
            select(effective).where(effective.c.effect == SHOWN).order_by(effective.c.version)
        ).all()
    return [{"version": row.version, "from": row.at, "to": row.until, "state": row.state} for row in rows]


def due(engine: Engine, now: datetime, limit: int = 100) -> list[tuple[int, int]]:
    """(id, version) of the scheduled articles whose time has come, the earliest first."""
    query = (
        select(articles.c.id, articles.c.version)
        .where(articles.c.status == "scheduled", articles.c.published_at <= now)
        .order_by(articles.c.published_at)
        .limit(limit)
    )
    with read(engine) as connection:
        return [(id_, version) for id_, version in connection.execute(query)]


def next_due(engine: Engine) -> datetime | None:
    """When the next scheduled article is to appear."""
    query = select(func.min(articles.c.published_at)).where(articles.c.status == "scheduled")
    with read(engine) as connection:
        found: datetime | None = connection.execute(query).scalar_one()
    return found


def by_external_id(engine: Engine, external_id: str) -> ArticleRow | None:
    """The row of the article that came under this id, None without one."""
    with read(engine) as connection:
        return record(connection.execute(select(articles).where(articles.c.external_id == external_id)), ArticleRow)


def row_of(engine: Engine, article_id: int) -> ArticleRow:
    """Where an article stands, without what it says. Raises NotFound."""
    with read(engine) as connection:
        return row_in(connection, article_id)


def row_in(connection: Connection, article_id: int) -> ArticleRow:
    """The same inside a transaction."""
    row = record(connection.execute(select(articles).where(articles.c.id == article_id)), ArticleRow)
    if row is None:
        raise NotFound("Không có bài này.")
    return row
