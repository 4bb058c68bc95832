"""What the counter keeps for good. Article 0 in the buckets is the whole paper."""

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypedColumns,
)

from shared.database import Json, UtcDateTime
from shared.records import Stored, column

metadata = MetaData()

SITE = 0
"""The article id under which the sums of all articles stand."""


class _ArticleColumns(TypedColumns):
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    public: Stored[bool] = column(Boolean)
    section_slug: Stored[str] = column(Text)
    section_name: Stored[str] = column(Text)
    title: Stored[str] = column(Text)
    path: Stored[str] = column(Text)
    published_at: Stored[datetime | None] = column(UtcDateTime)


class _ArticleAuthorColumns(TypedColumns):
    article_id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    slug: Stored[str] = column(Text, primary_key=True)
    name: Stored[str] = column(Text)


class _TotalColumns(TypedColumns):
    article_id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    views: Stored[int] = column(BigInteger)
    epoch: Stored[int] = column(Integer, default=0)  # number of corrections by hand


class _OpeningColumns(TypedColumns):  # views counted elsewhere before the article came here: added once
    article_id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    views: Stored[int] = column(BigInteger)
    at: Stored[datetime] = column(UtcDateTime)


class _CorrectionColumns(TypedColumns):  # by hand; they change a total and nothing else
    id: Stored[int] = column(Integer, primary_key=True)
    article_id: Stored[int] = column(Integer, index=True)
    delta: Stored[int] = column(BigInteger)
    views_before: Stored[int] = column(BigInteger)
    reason: Stored[str] = column(Text)
    by: Stored[str] = column(Text)
    at: Stored[datetime] = column(UtcDateTime)


articles = Table("articles", metadata, _ArticleColumns)
article_authors = Table("article_authors", metadata, _ArticleAuthorColumns, Index("article_authors_by_slug", "slug"))
totals = Table("totals", metadata, _TotalColumns)
openings = Table("openings", metadata, _OpeningColumns)
corrections = Table("corrections", metadata, _CorrectionColumns)


# Views by (article, time).
class _SlotColumns(TypedColumns):
    article_id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    slot: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    views: Stored[int] = column(BigInteger)


class _HourColumns(TypedColumns):
    article_id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    hour: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    views: Stored[int] = column(BigInteger)


class _DayColumns(TypedColumns):
    article_id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    day: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    views: Stored[int] = column(BigInteger)
    readers: Stored[int | None] = column(Integer)  # an estimate


Columns = TypeVar("Columns", bound=TypedColumns)


def _buckets(name: str, unit: str, columns: type[Columns]) -> Table[Columns]:
    """The second key finds the most viewed of one bucket without reading the others."""
    most_viewed = Index(f"{name}_most_viewed", unit, "views", "article_id")
    return Table(name, metadata, columns, most_viewed, sqlite_with_rowid=False)


slots = _buckets("slots", "slot", _SlotColumns)  # five minutes, kept for two hours
hourly = _buckets("hourly", "hour", _HourColumns)  # kept for 48 hours
daily = _buckets("daily", "day", _DayColumns)  # +07:00, kept for ever

SPAN_DAYS = 32


class _SpanColumns(
    TypedColumns
):  # sums of `daily`, without the whole paper's: questions about a year read them instead
    span: Stored[int] = column(Integer, primary_key=True, autoincrement=False)  # day // SPAN_DAYS
    article_id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    views: Stored[int] = column(BigInteger)


class _ReferrerColumns(TypedColumns):
    article_id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    day: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    domain: Stored[str] = column(String(64), primary_key=True)
    views: Stored[int] = column(BigInteger)


class _TallyColumns(TypedColumns):  # beacons that did not count, by reason
    hour: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    reason: Stored[str] = column(String(32), primary_key=True)
    number: Stored[int] = column(BigInteger)


class _SearchColumns(TypedColumns):
    # what enough different readers of a day searched for; kept as long as the desk shows it
    day: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    query: Stored[str] = column(Text, primary_key=True)  # folded
    spelling: Stored[str] = column(Text)  # as most wrote it
    readers: Stored[int] = column(BigInteger)
    unfound: Stored[int] = column(BigInteger)
    clicked: Stored[int] = column(BigInteger)


class _DrainColumns(TypedColumns):  # what was added to the tables above, and which totals web has to be told
    id: Stored[str] = column(String(64), primary_key=True)
    at: Stored[float] = column(Float)
    oldest: Stored[float] = column(Float)
    articles: Stored[list[int]] = column(Json)
    announced: Stored[bool] = column(Boolean)


class _ProducerColumns(TypedColumns):
    # which batches of views are in the tables above: a bitmap for each of those who name them
    producer: Stored[str] = column(String(32), primary_key=True)
    batches: Stored[bytes] = column(LargeBinary)
    at: Stored[float] = column(Float)


class _RuleColumns(TypedColumns):  # of the release before: now ingest tells all of them together
    article_id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    rule: Stored[str] = column(String(8))
    position: Stored[int] = column(Integer)
    by: Stored[str] = column(Text)
    at: Stored[datetime] = column(UtcDateTime)


class _TrendingRulesColumns(TypedColumns):  # one row: editors' hand in the trending list
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    rules: Stored[list[dict[str, Any]]] = column(Json)  # [{"article_id", "rule", "position"}, …], the last said first


spans = Table("spans", metadata, _SpanColumns, sqlite_with_rowid=False)
referrers = Table(
    "referrers",
    metadata,
    _ReferrerColumns,
    Index("referrers_by_day", "day", "domain"),
    sqlite_with_rowid=False,
)
tallies = Table("tallies", metadata, _TallyColumns, sqlite_with_rowid=False)
searches = Table("searches", metadata, _SearchColumns, sqlite_with_rowid=False)
drains = Table("drains", metadata, _DrainColumns, Index("drains_to_announce", "announced", "at"))
producers = Table("producers", metadata, _ProducerColumns)
rules = Table("rules", metadata, _RuleColumns)
trending_rules = Table("trending_rules", metadata, _TrendingRulesColumns)

Buckets = Table[_SlotColumns] | Table[_HourColumns] | Table[_DayColumns] | Table[_SpanColumns]


def unit_of(buckets: Buckets) -> Column[int]:
    """The column that says which bucket a row is of."""
    unit: Column[int] = list(buckets.primary_key.columns)[0 if buckets is spans else 1]
    return unit
