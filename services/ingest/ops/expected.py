"""What stores must hold, out of ingest's own tables: ids, versions and the events that bring them there."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, and_, case, select

from services.ingest.articles.store.revisions import EVENTS
from services.ingest.articles.tables import articles, revisions
from services.ingest.comments.tables import comments
from services.ingest.kit import generation
from services.ingest.live_coverage.tables import live_entries
from shared.contracts.commands import ListWebComments, ListWebLiveEntries, ListWebVersions
from shared.contracts.envelope import stamped
from shared.contracts.events import (
    CommentPublished,
    CommentRemoved,
    Event,
    LiveEntryPublished,
    LiveEntryWithdrawn,
)
from shared.database import read

PAGE = 5_000


@dataclass(frozen=True, slots=True)
class ExpectedVersion:
    """The version that a store must hold, and the event that brings it there. `stamp`: what the store knows it by."""

    id: int
    version: int
    event: type[Event]
    stamp: int


@dataclass(frozen=True, slots=True)
class PartsOfArticles:
    """Things of articles that come and go by themselves: how web is asked for them, where they are, which events tell
    of them, and by which statuses."""

    question: type[ListWebVersions]
    table: Table
    shown: type[Event]
    gone: type[Event]
    statuses: tuple[str, str]
    """Of what is shown and of what is gone."""

    @property
    def by_status(self) -> dict[str, type[Event]]:
        return dict(zip(self.statuses, (self.shown, self.gone), strict=True))


COMMENTS = PartsOfArticles(
    ListWebComments,
    comments,
    CommentPublished,
    CommentRemoved,
    ("approved", "rejected"),
)
LIVE_ENTRIES = PartsOfArticles(
    ListWebLiveEntries,
    live_entries,
    LiveEntryPublished,
    LiveEntryWithdrawn,
    ("published", "withdrawn"),
)
PARTS = (COMMENTS, LIVE_ENTRIES)
_FAMILIES = (EVENTS, *(parts.by_status for parts in PARTS))
_BY_EFFECT = {effect: event for family in _FAMILIES for effect, event in family.items()}


def pages_of_articles(source: Engine, drafts: bool, newest_first: bool = False) -> Iterator[list[ExpectedVersion]]:
    """What a store must hold, by id, PAGE at a time; each page in a read of its own."""
    # Of a live article every store holds what readers see, whatever is prepared.
    newest = case((articles.c.status == "published", articles.c.public_version), else_=articles.c.version)
    version = newest if drafts else articles.c.public_version
    query = (
        select(articles.c.id, version.label("version"), revisions.c.effect)
        .join(revisions, and_(revisions.c.article_id == articles.c.id, revisions.c.version == version))
        .order_by(articles.c.id.desc() if newest_first else articles.c.id)
        .limit(PAGE)
    )
    return _paged(source, query, articles.c.id, newest_first)


def pages_of_parts(source: Engine, parts: PartsOfArticles) -> Iterator[list[ExpectedVersion]]:
    """All of these that readers see or may have seen, by id, PAGE at a time."""
    row = parts.table.c
    columns = (row.id, row.version, row.status.label("effect"))
    query = select(*columns).where(row.status.in_(parts.statuses)).order_by(row.id).limit(PAGE)
    return _paged(source, query, row.id)


def _paged(
    source: Engine, query: Select[int, int, str], by: ColumnElement[int], falling: bool = False
) -> Iterator[list[ExpectedVersion]]:
    """Each page of a query that is in the order of `by`, in a read of its own."""
    last: int | None = None
    while True:
        part = query
        if last is not None:
            part = query.where(by < last if falling else by > last)
        with read(source) as connection:
            page = expected(connection, part)
        if not page:
            return
        yield page
        last = page[-1].id


def same_thing(event: type[Event]) -> set[str]:
    """The kinds of events that speak of what `event` speaks of."""
    family = next(family.values() for family in _FAMILIES if event in family.values())
    return {one.kind for one in family}


def expected(connection: Connection, query: Select[int, int, str]) -> list[ExpectedVersion]:
    """Of (id, version, effect) rows; the effect of a part of an article is its status."""
    number = generation.current(connection)
    return [
        ExpectedVersion(one, version, _BY_EFFECT[effect], stamped(number, version))
        for one, version, effect in connection.execute(query)
    ]
