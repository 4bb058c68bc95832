"""The names that articles are signed with, kept beside them as they are saved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, func, select

from services.ingest.authors.tables import authors, bylines, pen_names
from shared.contracts.articles import Author
from shared.database import read, upsert
from shared.vietnamese.matching import name_key

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Signed:
    """The names under an article, before a version and after it."""

    article_id: int
    before: Sequence[Author]
    now: Sequence[Author]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name in bylines of which nobody has said whose it is."""

    key: str
    name: str
    articles: int


def note(connection: Connection, signed: Iterable[Signed]) -> None:
    """Keep `bylines` as new versions have it."""
    rows = []
    for one in signed:
        old, new = _keys(one.before), _keys(one.now)
        if gone := old.keys() - new.keys():
            mine = (bylines.c.article_id == one.article_id) & bylines.c.key.in_(gone)
            connection.execute(delete(bylines).where(mine))
        rows += [{"key": key, "article_id": one.article_id, "name": new[key]} for key in new.keys() - old.keys()]
    if rows:
        connection.execute(upsert(connection, bylines).on_conflict_do_nothing(), rows)


def accounts_of(connection: Connection, article_ids: Iterable[int]) -> dict[int, set[int]]:
    """The accounts of those who signed each of these articles."""
    query = (
        select(bylines.c.article_id, authors.c.account_id)
        .join(pen_names, pen_names.c.key == bylines.c.key)
        .join(authors, authors.c.id == pen_names.c.author_id)
        .where(bylines.c.article_id.in_(list(article_ids)), authors.c.account_id.is_not(None))
    )
    found: dict[int, set[int]] = {}
    for row in connection.execute(query):
        found.setdefault(row.article_id, set()).add(row.account_id)
    return found


def unknown(engine: Engine) -> list[Unknown]:
    """The names that belong to nobody yet, the most frequent first."""
    number = func.count().label("articles")
    query = (
        select(bylines.c.key, func.max(bylines.c.name).label("name"), number)
        .outerjoin(pen_names, pen_names.c.key == bylines.c.key)
        .where(pen_names.c.key.is_(None))
        .group_by(bylines.c.key)
        .order_by(number.desc(), bylines.c.key)
        .limit(_SHOWN)
    )
    with read(engine) as connection:
        return [Unknown(*row) for row in connection.execute(query)]


def counts(engine: Engine) -> dict[int, int]:
    """Author's id -> number of articles."""
    query = (
        select(authors.c.id, func.count(bylines.c.article_id.distinct()).label("articles"))
        .join(pen_names, pen_names.c.author_id == authors.c.id)
        .join(bylines, bylines.c.key == pen_names.c.key)
        .group_by(authors.c.id)
    )
    with read(engine) as connection:
        return dict(connection.execute(query).all())


def _keys(signed: Sequence[Author]) -> dict[str, str]:
    found = {name_key(one.name)[:400]: one.name[:200] for one in signed}
    return {key: name for key, name in found.items() if key}
