"""What the counter keeps for good. Article 0 in the buckets is the whole paper."""

from datetime import datetime
from typing import TypeVar

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
from shared.records import Field, column

metadata = MetaData()

SITE = 0
"""The article id under which the sums of all articles stand."""


class ArticleColumns(TypedColumns):
    id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Field[int] = column(BigInteger)
    public: Field[bool] = column(Boolean)
    section_slug: Field[str] = column(Text)
    section_name: Field[str] = column(Text)
    title: Field[str] = column(Text)
    path: Field[str] = column(Text)
    published_at: Field[datetime | None] = column(UtcDateTime)


class ArticleAuthorColumns(TypedColumns):
    article_id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    slug: Field[str] = column(Text, primary_key=True)
    name: Field[str] = column(Text)


class TotalColumns(TypedColumns):
    article_id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    views: Field[int] = column(BigInteger)
    epoch: Field[int] = column(Integer, default=0)  # number of corrections by hand


class OpeningColumns(TypedColumns):  # views counted elsewhere before the article came here: added once
    article_id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    views: Field[int] = column(BigInteger)
    at: Field[datetime] = column(UtcDateTime)


class CorrectionColumns(TypedColumns):  # by hand; they change a total and nothing else
    id: Field[int] = column(Integer, primary_key=True)
    article_id: Field[int] = column(Integer, index=True)
    delta: Field[int] = column(BigInteger)
    views_before: Field[int] = column(BigInteger)
    reason: Field[str] = column(Text)
    by: Field[str] = column(Text)
    at: Field[datetime] = column(UtcDateTime)


articles = Table("articles", metadata, ArticleColumns)
article_authors = Table("article_authors", metadata, ArticleAuthorColumns, Index("article_authors_by_slug", "slug"))
totals = Table("totals", metadata, TotalColumns)
openings = Table("openings", metadata, OpeningColumns)
corrections = Table("corrections", metadata, CorrectionColumns)


# Views by (article, time).
class SlotColumns(TypedColumns):
    article_id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    slot: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    views: Field[int] = column(BigInteger)


class HourColumns(TypedColumns):
    article_id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    hour: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    views: Field[int] = column(BigInteger)


class DayColumns(TypedColumns):
    article_id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    day: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    views: Field[int] = column(BigInteger)
    readers: Field[int | None] = column(Integer)  # an estimate


Columns = TypeVar("Columns", bound=TypedColumns)


def _buckets(name: str, unit: str, columns: type[Columns]) -> Table[Columns]:
    """The second key finds the most viewed of one bucket without reading the others."""
    most_viewed = Index(f"{name}_most_viewed", unit, "views", "article_id")
    return Table(name, metadata, columns, most_viewed, sqlite_with_rowid=False)


slots = _buckets("slots", "slot", SlotColumns)  # five minutes, kept for two hours
hourly = _buckets("hourly", "hour", HourColumns)  # kept for 48 hours
daily = _buckets("daily", "day", DayColumns)  # +07:00, kept for ever

SPAN_DAYS = 32


class SpanColumns(TypedColumns):  # sums of `daily`, without the whole paper's: questions about a year read them instead
    span: Field[int] = column(Integer, primary_key=True, autoincrement=False)  # day // SPAN_DAYS
    article_id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    views: Field[int] = column(BigInteger)


class ReferrerColumns(TypedColumns):
    article_id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    day: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    domain: Field[str] = column(String(64), primary_key=True)
    views: Field[int] = column(BigInteger)


class TallyColumns(TypedColumns):  # beacons that did not count, by reason
    hour: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    reason: Field[str] = column(String(32), primary_key=True)
    number: Field[int] = column(BigInteger)


class SearchColumns(TypedColumns):
    # what enough different readers of a day searched for; kept as long as the desk shows it
    day: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    query: Field[str] = column(Text, primary_key=True)  # folded
    spelling: Field[str] = column(Text)  # as most wrote it
    readers: Field[int] = column(BigInteger)
    unfound: Field[int] = column(BigInteger)
    clicked: Field[int] = column(BigInteger)


class DrainColumns(TypedColumns):  # what was added to the tables above, and which totals web has to be told
    id: Field[str] = column(String(64), primary_key=True)
    at: Field[float] = column(Float)
    oldest: Field[float] = column(Float)
    articles: Field[list[int]] = column(Json)
    announced: Field[bool] = column(Boolean)


class ProducerColumns(TypedColumns):
    # which batches of views are in the tables above: a bitmap for each of those who name them
    producer: Field[str] = column(String(32), primary_key=True)
    batches: Field[bytes] = column(LargeBinary)
    at: Field[float] = column(Float)


class RuleColumns(TypedColumns):  # editors' hand in the trending list
    article_id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    rule: Field[str] = column(String(8))
    position: Field[int] = column(Integer)
    by: Field[str] = column(Text)
    at: Field[datetime] = column(UtcDateTime)


spans = Table("spans", metadata, SpanColumns, sqlite_with_rowid=False)
referrers = Table(
    "referrers",
    metadata,
    ReferrerColumns,
    Index("referrers_by_day", "day", "domain"),
    sqlite_with_rowid=False,
)
tallies = Table("tallies", metadata, TallyColumns, sqlite_with_rowid=False)
searches = Table("searches", metadata, SearchColumns, sqlite_with_rowid=False)
drains = Table("drains", metadata, DrainColumns, Index("drains_to_announce", "announced", "at"))
producers = Table("producers", metadata, ProducerColumns)
rules = Table("rules", metadata, RuleColumns)

Buckets = Table[SlotColumns] | Table[HourColumns] | Table[DayColumns] | Table[SpanColumns]


def unit_of(buckets: Buckets) -> Column[int]:
    """The column that says which bucket a row is of."""
    unit: Column[int] = list(buckets.primary_key.columns)[0 if buckets is spans else 1]
    return unit
