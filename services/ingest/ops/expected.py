"""What stores must hold, out of ingest's own tables: ids, versions and the events that bring them there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, and_, case, select

from services.ingest.appearance import store as appearance
from services.ingest.articles.store.revisions import EVENTS
from services.ingest.articles.tables import articles, revisions
from services.ingest.authors.store import authors
from services.ingest.comments.tables import comments
from services.ingest.figures import store as figures
from services.ingest.former_addresses import store as former_addresses
from services.ingest.front_page import store as front_page
from services.ingest.kit import generation
from services.ingest.kit.only_one import ONLY
from services.ingest.live_coverage.tables import live_entries
from services.ingest.portraits import store as portraits
from services.ingest.search_words import store as search_words
from services.ingest.sections.tables import sections
from services.ingest.statistics import store as statistics
from services.ingest.tags import store as tags
from shared.contracts.commands import ListWebComments, ListWebLiveEntries, ListWebVersions
from shared.contracts.envelope import stamped
from shared.contracts.events import (
    SUBSCRIBERS,
    AddressRulesChanged,
    AppearanceChanged,
    AuthorsChanged,
    CommentPublished,
    CommentRemoved,
    Event,
    FiguresChanged,
    FrontPageChanged,
    LiveEntryPublished,
    LiveEntryWithdrawn,
    PortraitsChanged,
    SearchRulesChanged,
    SectionSaved,
    TagsMerged,
    TrendingRulesChanged,
)
from shared.contracts.queues import Queue
from shared.database import read

PAGE = 5_000
NO_VERSION = 0
"""Of what stores are told about a thing that there is not; ingest gives none so low."""
ONLY_ONES: dict[type[Event], Callable[[Connection], Any]] = {
    FrontPageChanged: front_page.payload,
    FiguresChanged: figures.payload,
    PortraitsChanged: portraits.payload,
    AppearanceChanged: appearance.payload,
    AddressRulesChanged: former_addresses.payload,
    TagsMerged: tags.payload,
    AuthorsChanged: authors.payload,
    SearchRulesChanged: search_words.payload,
    TrendingRulesChanged: statistics.payload,
}
"""Things of which the paper has one, by their events, with what tells of it; that returns None while nobody has said
anything."""


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


def small_things(source: Engine, queue: Queue) -> list[ExpectedVersion]:
    """Sections and what there is one of, as far as readers of the queue want to know. A store may know one that ingest
    does not: it was put back to a state before that."""
    with read(source) as connection:
        number = generation.current(connection)
        found: list[tuple[int, int, type[Event]]] = []
        if queue in SUBSCRIBERS[SectionSaved]:
            rows = connection.execute(select(sections.c.id, sections.c.version).order_by(sections.c.id))
            found += [(row.id, row.version, SectionSaved) for row in rows]
        for event, payload in ONLY_ONES.items():
            if queue in SUBSCRIBERS[event]:
                said = payload(connection)
                if said is not None or number:
                    found.append((ONLY, said.version if said else NO_VERSION, event))
    return [ExpectedVersion(id_, version, event, stamped(number, version)) for id_, version, event in found]


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
