"""The counter's SQL: adding what was counted, knowing the articles."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, Table, delete, event, func, literal, select, update

from services.counter.hot import SLOT_SECONDS, Delta
from services.counter.tables import (
    SITE,
    SPAN_DAYS,
    article_authors,
    articles,
    daily,
    drains,
    hourly,
    openings,
    producers,
    referrers,
    slots,
    spans,
    tallies,
    totals,
)
from shared.contracts.addresses import article_path
from shared.contracts.articles import ArticleState
from shared.contracts.events import ArticleWithdrawn
from shared.database import engine as shared_engine
from shared.database import insert_newer, read, upsert, write
from shared.telemetry import log
from shared.versions import newest
from shared.vietnamese.dates import day_number
from shared.views.batches import proper

Totals = dict[int, tuple[int, int]]
"""article id -> (views, epoch)"""
_TOTALS = select(totals.c.article_id, totals.c.views, totals.c.epoch)


@lru_cache(maxsize=2)
def _durable(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _sync(connection: Any, _record: Any) -> None:
            # A drain is forgotten in Redis as soon as it is committed here: the commit must outlive a power cut.
            connection.execute("PRAGMA synchronous=FULL")

        engine.dispose()
    return engine


def engine() -> Engine:
    """The counter's database."""
    return _durable(shared_engine("counter"))


# -------------------------------------------------------------------- counts


def add_delta(source: Engine, delta: Delta) -> bool:
    """Add a delta to everything, in one transaction, once: False when it had been added before.

    Where more was taken back than was counted a number falls, and the total's epoch rises.
    """
    touched = sorted({article for article, _slot in delta.views})
    with write(source) as connection:
        if not note_drain(connection, delta.id, delta.oldest, touched):
            return False
        _note_batches(connection, delta.batches)
        by_article: Counter[int] = Counter()
        by_slot: Counter[tuple[int, int]] = Counter()
        by_hour: Counter[tuple[int, int]] = Counter()
        by_day: Counter[tuple[int, int]] = Counter()
        by_span: Counter[tuple[int, int]] = Counter()
        for (article, slot), number in delta.views.items():
            by_article[article] += number
            at = slot * SLOT_SECONDS
            for counter, unit in ((by_slot, slot), (by_hour, at // 3600), (by_day, day_number(at))):
                counter[article, unit] += number
                counter[SITE, unit] += number
            by_span[day_number(at) // SPAN_DAYS, article] += number
        _add(connection, totals, ("article_id",), [(key, views, 0) for key, views in by_article.items()])
        fallen = sorted(article for article, views in by_article.items() if views < 0)
        for first in range(0, len(fallen), 500):
            some = totals.c.article_id.in_(fallen[first : first + 500])
            connection.execute(update(totals).where(some).values(epoch=totals.c.epoch + 1))
        for table, sums in ((slots, by_slot), (hourly, by_hour), (daily, by_day)):
            keys = ("article_id", str(table.columns.keys()[1]))
            _add(connection, table, keys, [(*key, views) for key, views in sums.items()])
        _add(connection, spans, ("span", "article_id"), [(*key, views) for key, views in by_span.items()])
        sources: Counter[tuple[int, int, str]] = Counter()
        for (article, day, domain), number in delta.referrers.items():
            sources[article, day, domain] += number
            sources[SITE, day, domain] += number
        _add(connection, referrers, ("article_id", "day", "domain"), [(*k, views) for k, views in sources.items()])
        _add(connection, tallies, ("hour", "reason"), [(*key, number) for key, number in delta.tallies.items()])
    return True


def _add(connection: Connection, table: Table, keys: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Insert rows (columns in the table's order), adding to the number of those that are there."""
    # What was taken back before it came here leaves nothing.
    rows = [row for row in rows if row[len(keys)]]
    if not rows:
        return
    # In the order of the keys: two writers in PostgreSQL then never wait for each other in a circle.
    connection.exec_driver_sql(_adding(connection.dialect.name, table, keys, len(rows[0])), sorted(rows))


@lru_cache(maxsize=32)
def _adding(dialect: str, table: Table, keys: tuple[str, ...], width: int) -> str:
    """The statement as text: thousands of rows go to the driver as they are, in half the time."""
    names = table.columns.keys()[:width]
    number = table.columns.keys()[len(keys)]
    marks = ", ".join(["?" if dialect == "sqlite" else "%s"] * width)
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks}) "  # noqa: S608 - names of our own tables
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {number} = {table.name}.{number} + excluded.{number}"
    )


def note_drain(connection: Connection, name: str, oldest: float, touched: Sequence[int]) -> bool:
    row = {"id": name, "at": time.time(), "oldest": oldest, "articles": list(touched), "announced": not touched}
    statement = upsert(connection, drains).values(row).on_conflict_do_nothing(index_elements=["id"])
    return connection.execute(statement.returning(drains.c.id)).first() is not None


def _note_batches(connection: Connection, names: Sequence[str]) -> None:
    numbers: dict[str, list[int]] = {}
    for _name, producer, number in proper(names):
        numbers.setdefault(producer, []).append(number)
    for producer in sorted(numbers):
        # Written first, so that PostgreSQL holds the row for this transaction alone.
        row = {"producer": producer, "batches": b"", "at": time.time()}
        statement = upsert(connection, producers).values(row)
        statement = statement.on_conflict_do_update(index_elements=["producer"], set_={"at": row["at"]})
        bits = bytearray(connection.execute(statement.returning(producers.c.batches)).scalar_one())
        bits.extend(bytes(max(0, max(numbers[producer]) // 8 + 1 - len(bits))))
        for number in numbers[producer]:
            if bits[number >> 3] & 0x80 >> (number & 7):
                log.error("a batch of views stands in two deltas", producer=producer, batch=number)
            bits[number >> 3] |= 0x80 >> (number & 7)
        connection.execute(update(producers).where(producers.c.producer == producer).values(batches=bytes(bits)))


def stored_batches(source: Engine, among: Iterable[str] | None = None) -> dict[str, bytes]:
    """Which batches SQL holds, as bitmaps by producer: of all remembered producers, or of these."""
    asked = select(producers.c.producer, producers.c.batches)
    with read(source) as connection:
        rows = connection.execute(asked if among is None else asked.where(producers.c.producer.in_(sorted(among))))
        return {producer: bytes(bits) for producer, bits in rows}


def stored(source: Engine, names: Sequence[str]) -> list[str]:
    """Those of these batches that SQL holds."""
    wanted = list(proper(names))
    bitmaps = stored_batches(source, {producer for _name, producer, _number in wanted})

    def is_set(bits: bytes, number: int) -> bool:
        return number >> 3 < len(bits) and bool(bits[number >> 3] & 0x80 >> (number & 7))

    return [name for name, producer, number in wanted if is_set(bitmaps.get(producer, b""), number)]


def totals_of(source: Engine, ids: Iterable[int]) -> Totals:
    found: Totals = {}
    wanted = sorted(ids)
    with read(source) as connection:
        for first in range(0, len(wanted), 1000):
            some = totals.c.article_id.in_(wanted[first : first + 1000])
            rows = connection.execute(_TOTALS.where(some))
            found.update({article: (views, epoch) for article, views, epoch in rows})
    return found


def totals_after(source: Engine, after: int, limit: int) -> Totals:
    """The next totals in the order of ids."""
    with read(source) as connection:
        rows = connection.execute(_TOTALS.where(totals.c.article_id > after).order_by(totals.c.article_id).limit(limit))
        return {article: (views, epoch) for article, views, epoch in rows}


def unannounced(source: Engine, limit: int = 100) -> tuple[list[str], set[int], float]:
    """(drains web has not been told of, the articles in them, the time of their oldest view)."""
    with read(source) as connection:
        rows = connection.execute(
            select(drains.c.id, drains.c.oldest, drains.c.articles)
            .where(drains.c.announced.is_(False))
            .order_by(drains.c.at)
            .limit(limit)
        ).all()
    names = [name for name, _, _ in rows]
    touched = {article for _, _, articles_ in rows for article in articles_}
    return names, touched, min((oldest for _, oldest, _ in rows), default=0.0)


def mark_announced(source: Engine, names: Sequence[str]) -> None:
    with write(source) as connection:
        connection.execute(update(drains).where(drains.c.id.in_(names)).values(announced=True, articles=[]))


def resum_spans(source: Engine, day: int) -> None:
    """Make the sums of the span of `day` what its days say: an older version beside this one adds to the days alone."""
    first = day // SPAN_DAYS * SPAN_DAYS
    days = daily.c.day.between(first, first + SPAN_DAYS - 1)
    said = (
        select(literal(day // SPAN_DAYS), daily.c.article_id, func.sum(daily.c.views))
        .where(days, daily.c.article_id != SITE)
        .group_by(daily.c.article_id)
    )
    with write(source) as connection:
        statement = upsert(connection, spans).from_select(["span", "article_id", "views"], said)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["span", "article_id"],
                set_={"views": statement.excluded.views},
                where=spans.c.views != statement.excluded.views,
            )
        )


def set_readers(source: Engine, day: int, readers: dict[int, int]) -> None:
    """Keep estimates of a day's different readers. They only grow: a lower one comes from a Redis that lost some."""
    with write(source) as connection:
        for article, number in sorted(readers.items()):
            row = (daily.c.article_id == article) & (daily.c.day == day)
            row &= func.coalesce(daily.c.readers, 0) < number
            connection.execute(update(daily).where(row).values(readers=number))


# -------------------------------------------------------------------- articles


def keep_articles(source: Engine, states: Sequence[ArticleState]) -> bool:
    """Know these versions of articles, and take over their opening balances once. Their versions are the events'.

    True when an article that was known left its section or came back: rankings must be made anew.
    """
    rows = [
        {
            "id": state.id,
            "version": state.version,
            "public": state.status == "published",
            "section_slug": state.section_slug,
            "section_name": state.section_name,
            "title": state.title,
            "path": article_path(state.section_slug, state.slug, state.id),
            "published_at": state.published_at,
        }
        for state in states
    ]
    with write(source) as connection:
        before = _places(connection, [state.id for state in states])
        applied = insert_newer(connection, articles, rows)
        latest = newest(states, attrgetter("id"), attrgetter("version"), last=True)
        current = sorted((state for state in latest if state.id in applied), key=attrgetter("id"))
        _keep_authors(connection, current)
        _open_balances(connection, states)
    return any(
        state.id in before and before[state.id] != (state.section_slug, state.status == "published")
        for state in current
    )


def withdraw(source: Engine, gone: Sequence[ArticleWithdrawn]) -> bool:
    """Take articles out of the rankings; the counts stay. True when one of them was public."""
    with write(source) as connection:
        before = _places(connection, [one.article_id for one in gone])
        rows = [
            {
                "id": one.article_id,
                "version": one.version,
                "public": False,
                "section_slug": one.section_slug,
                "section_name": "",
                "title": "",
                "path": "",
                "published_at": None,
            }
            for one in newest(gone, attrgetter("article_id"), attrgetter("version"), last=True)
        ]
        statement = upsert(connection, articles).values(rows)
        statement = statement.on_conflict_do_update(
            # The title stays for the editors' statistics.
            index_elements=["id"],
            set_={"version": statement.excluded.version, "public": False},
            where=articles.c.version < statement.excluded.version,
        ).returning(articles.c.id)
        applied = set(connection.execute(statement).scalars())
    return any(before.get(article, ("", False))[1] for article in applied)


def _places(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[str, bool]]:
    """article id -> (section, public)"""
    wanted = select(articles.c.id, articles.c.section_slug, articles.c.public).where(articles.c.id.in_(ids))
    return {article: (section, public) for article, section, public in connection.execute(wanted)}


def _keep_authors(connection: Connection, states: Sequence[ArticleState]) -> None:
    if not states:
        return
    ids = [state.id for state in states]
    connection.execute(delete(article_authors).where(article_authors.c.article_id.in_(ids)))
    rows = {
        (state.id, author.slug): {"article_id": state.id, "slug": author.slug, "name": author.name}
        for state in states
        for author in state.authors
    }
    if rows:
        connection.execute(article_authors.insert(), list(rows.values()))


def _open_balances(connection: Connection, states: Sequence[ArticleState]) -> None:
    wanted = {state.id: state.opening_views for state in states if state.opening_views > 0}
    if not wanted:
        return
    now = datetime.now(UTC)
    rows = [{"article_id": article, "views": views, "at": now} for article, views in sorted(wanted.items())]
    statement = upsert(connection, openings).values(rows).on_conflict_do_nothing(index_elements=["article_id"])
    fresh = set(connection.execute(statement.returning(openings.c.article_id)).scalars())
    if fresh:
        _add(connection, totals, ("article_id",), [(article, wanted[article], 0) for article in fresh])
        note_drain(connection, f"opening-{uuid4().hex}", now.timestamp(), sorted(fresh))


def versions_after(source: Engine, after: int, limit: int) -> list[tuple[int, int]]:
    with read(source) as connection:
        rows = connection.execute(
            select(articles.c.id, articles.c.version).where(articles.c.id > after).order_by(articles.c.id).limit(limit)
        )
        return [(article, version) for article, version in rows]
