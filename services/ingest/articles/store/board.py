"""The board: what is on its way to readers and what has just reached them, a column a step."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Engine, Select, case, func, or_, select

from services.ingest.articles.store.listing import ListFilter, narrowed
from services.ingest.articles.tables import IS_PREPARED, ArticleRow, articles
from services.ingest.kit.visibility import Seen
from services.ingest.sections.tables import sections
from shared.database import read
from shared.records import records

COLUMNS = ("draft", "submitted", "edited", "approved", "scheduled", "published")
MOST = 30
"""Articles of a column; the list has the others."""
_FRESH = timedelta(hours=24)
_WAITING = ("submitted", "edited", "approved")
_STEP_AT = func.coalesce(articles.c.step_at, articles.c.updated_at)


@dataclass(slots=True)
class Counts:
    """How many articles there are in each column, and how many urgent ones nobody has finished yet."""

    columns: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))
    urgent: int = 0


class CardRow(ArticleRow):
    section: str
    is_prepared: bool


class Group(NamedTuple):
    """How many articles of a status, section and maker there are, and how many of them are urgent."""

    status: str
    section_id: int
    created_by: str
    number: int
    urgent: int


def columns(engine: Engine, seen: Seen, wanted: ListFilter, now: datetime) -> dict[str, list[CardRow]]:
    """The first rows of each column: urgent ones, then whoever waits longest, is due next, was changed last."""
    found = {}
    with read(engine) as connection:
        for status in COLUMNS:
            # Ids alone are put in order: a column may have thousands of rows, and a row is long.
            query = narrowed(select(articles.c.id), seen, wanted).where(_in(status, wanted, now))
            query = query.order_by(articles.c.urgent.desc(), *_order(status)).limit(MOST)
            found[status] = list(connection.execute(query).scalars())
    rows = cards(engine, seen, wanted, now, [id_ for ids_ in found.values() for id_ in ids_])
    return {status: [rows[id_] for id_ in ids_ if id_ in rows] for status, ids_ in found.items()}


def cards(engine: Engine, seen: Seen, wanted: ListFilter, now: datetime, ids: Collection[int]) -> dict[int, CardRow]:
    """The rows of these articles, where they are on the board."""
    query = _cards(seen, wanted, now).where(articles.c.id.in_(ids))
    with read(engine) as connection:
        return {row.id: row for row in records(connection.execute(query), CardRow)}


def ids(engine: Engine, seen: Seen, wanted: ListFilter, now: datetime, limit: int) -> set[int]:
    """The articles on the board, also those that are not shown of a long column."""
    query = narrowed(select(articles.c.id), seen, wanted).where(_on_board(wanted, now))
    with read(engine) as connection:
        return set(connection.execute(query.order_by(articles.c.updated_at.desc()).limit(limit)).scalars())


def groups(engine: Engine, wanted: ListFilter, now: datetime) -> list[Group]:
    """The numbers that `counted` adds up for somebody: of each status, section and maker."""
    by = (articles.c.status, articles.c.section_id, articles.c.created_by)
    urgent = func.sum(case((articles.c.urgent, 1), else_=0)).label("urgent")
    query = narrowed(select(*by, func.count().label("number"), urgent), None, wanted).where(_on_board(wanted, now))
    with read(engine) as connection:
        return [Group(*row) for row in connection.execute(query.group_by(*by))]


def counted(found: Iterable[Group], seen: Seen) -> Counts:
    """What somebody may see of `groups`."""
    counts = Counts()
    for row in found:
        if seen.shows(row.section_id, row.created_by):
            counts.columns[row.status] += row.number
            counts.urgent += row.urgent if row.status not in ("scheduled", "published") else 0
    return counts


def place_of(row: ArticleRow) -> int:
    """Where an article stands in its column, the lowest first; urgent ones stand before all others."""
    at, sign = {
        "draft": (row.updated_at, -1),
        "scheduled": (row.published_at, 1),
        "published": (row.published_at, -1),
    }.get(row.status, (row.step_at or row.updated_at, 1))
    return sign * int((at or row.updated_at).timestamp() * 1000)


def _order(status: str) -> tuple[ColumnElement[Any], ...]:
    if status in _WAITING:
        return (_STEP_AT, articles.c.id)
    if status == "scheduled":
        return (articles.c.published_at, articles.c.id)
    at = articles.c.published_at if status == "published" else articles.c.updated_at
    return (at.desc(), articles.c.id.desc())


def _cards(seen: Seen, wanted: ListFilter, now: datetime) -> Select[*tuple[Any, ...]]:
    query = select(articles, sections.c.name.label("section"), IS_PREPARED.label("is_prepared"))
    query = query.join(sections, sections.c.id == articles.c.section_id)
    return narrowed(query, seen, wanted).where(_on_board(wanted, now))


def _in(status: str, wanted: ListFilter, now: datetime) -> ColumnElement[bool]:
    """Whether an article stands in a column."""
    stands = articles.c.status == status
    if status == "published" and not (wanted.since or wanted.before):
        stands &= articles.c.published_at >= now - _FRESH
    return stands


def _on_board(wanted: ListFilter, now: datetime) -> ColumnElement[bool]:
    return or_(*(_in(status, wanted, now) for status in COLUMNS))
