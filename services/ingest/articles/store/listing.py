"""Lists of articles for the newsroom: by where they stand, whose they are and which desk's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Engine, Select, exists, func, select

from services.ingest.articles.tables import IS_PREPARED, ArticleRow, articles, revisions
from services.ingest.authors.tables import bylines, pen_names
from services.ingest.kit.finding import fits
from services.ingest.kit.visibility import Seen
from services.ingest.sections.tables import sections
from shared.database import read
from shared.records import records
from shared.vietnamese.matching import name_key
from shared.vietnamese.text import sort_key

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Which articles: empty fields do not narrow."""

    statuses: Sequence[str] = ()
    section_ids: Sequence[int] = ()
    owner: str = ""
    held_by: str = ""
    title: str = ""
    ids: Sequence[int] = field(default=())
    is_prepared: bool = False
    urgent: bool = False
    dateline: str = ""
    author: str = ""
    """A name in the byline, in any of its spellings; with it the other names that the same person signs with."""
    by_change: bool = False
    """Whether `since` and `before` are of the last change, else of the publication, also of one that is to come."""
    since: datetime | None = None
    before: datetime | None = None


class ListedRow(ArticleRow):
    section: str
    section_slug: str
    last_actor: str
    last_action: str
    last_note: str
    is_prepared: bool


def page(engine: Engine, seen: Seen, wanted: ListFilter, *, limit: int = 50, offset: int = 0) -> list[ListedRow]:
    """The last changed first."""
    query = (
        narrowed(
            select(
                articles,
                sections.c.name.label("section"),
                sections.c.slug.label("section_slug"),
                revisions.c.actor.label("last_actor"),
                revisions.c.action.label("last_action"),
                revisions.c.reason.label("last_note"),
                IS_PREPARED.label("is_prepared"),
            ),
            seen,
            wanted,
        )
        .join(sections, sections.c.id == articles.c.section_id)
        .join(revisions, (revisions.c.article_id == articles.c.id) & (revisions.c.version == articles.c.version))
        .order_by(articles.c.updated_at.desc(), articles.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    with read(engine) as connection:
        return records(connection.execute(query), ListedRow)


def counts(engine: Engine, seen: Seen, wanted: ListFilter) -> dict[str, int]:
    """Status -> number of articles."""
    query = narrowed(select(articles.c.status, func.count().label("number")), seen, wanted).group_by(articles.c.status)
    with read(engine) as connection:
        return dict(connection.execute(query).all())


def visible(engine: Engine, seen: Seen, ids: Iterable[int]) -> set[int]:
    """Which of these articles somebody may see by their title: those of theirs, and those that readers see."""
    if seen.is_all:
        return set(ids)
    public = articles.c.status == "published"
    mine = seen.where(articles.c.section_id, articles.c.created_by, public)
    with read(engine) as connection:
        return set(connection.execute(select(articles.c.id).where(articles.c.id.in_(list(ids)), mine)).scalars())


def titles(engine: Engine, ids: Iterable[int]) -> dict[int, ArticleRow]:
    """Rows of articles by id."""
    with read(engine) as connection:
        rows = records(connection.execute(select(articles).where(articles.c.id.in_(list(ids)))), ArticleRow)
    return {row.id: row for row in rows}


def titled(engine: Engine, words: str, limit: int) -> list[int]:
    """The ids of the last articles with these words in their title, in any spelling."""
    query = narrowed(select(articles.c.id), None, ListFilter(title=words)).order_by(articles.c.id.desc()).limit(limit)
    with read(engine) as connection:
        return list(connection.execute(query).scalars())


def public_pen_names(engine: Engine) -> list[str]:
    """The pen names that readers have seen, in the alphabet's order: others are nobody's business."""
    seen = (
        exists()
        .where(bylines.c.key == pen_names.c.key, articles.c.id == bylines.c.article_id)
        .where(articles.c.status == "published")
    )
    with read(engine) as connection:
        return sorted(connection.execute(select(pen_names.c.name).where(seen)).scalars(), key=sort_key)


def datelines(engine: Engine, seen: Seen) -> list[str]:
    """The places that articles somebody may see come from, in the alphabet's order."""
    mine = seen.where(articles.c.section_id, articles.c.created_by)
    query = select(articles.c.dateline).where(articles.c.dateline != "", mine).distinct()
    with read(engine) as connection:
        return sorted(connection.execute(query).scalars(), key=sort_key)


def narrowed(query: Select[*Columns], seen: Seen | None, wanted: ListFilter) -> Select[*Columns]:
    """A query of articles narrowed to what is wanted and, where it is said whose, to what they may see."""
    if seen is not None:
        query = query.where(seen.where(articles.c.section_id, articles.c.created_by))
    if wanted.statuses:
        query = query.where(articles.c.status.in_(wanted.statuses))
    if wanted.section_ids:
        query = query.where(articles.c.section_id.in_(wanted.section_ids))
    if wanted.owner:
        query = query.where(articles.c.created_by == wanted.owner)
    if wanted.held_by:
        query = query.where(articles.c.held_by == wanted.held_by)
    if wanted.title:
        query = query.where(fits(articles.c.title_words, wanted.title))
    if wanted.urgent:
        query = query.where(articles.c.urgent)
    if wanted.dateline:
        query = query.where(articles.c.dateline == wanted.dateline)
    if wanted.is_prepared:
        query = query.where(IS_PREPARED)
    if wanted.author:
        query = query.where(_signed(wanted.author))
    at = articles.c.updated_at if wanted.by_change else articles.c.published_at
    if wanted.since:
        query = query.where(at >= wanted.since)
    if wanted.before:
        query = query.where(at < wanted.before)
    if wanted.ids:
        query = query.where(articles.c.id.in_(wanted.ids))
    return query


def _signed(name: str) -> ColumnElement[bool]:
    """Whether an article has this name in its byline, or another one of whoever signs with it."""
    key = name_key(name)[:400]
    same = pen_names.alias()
    others = select(same.c.key).join(pen_names, pen_names.c.author_id == same.c.author_id).where(pen_names.c.key == key)
    ids = select(bylines.c.article_id).where((bylines.c.key == key) | bylines.c.key.in_(others))
    return articles.c.id.in_(ids)
