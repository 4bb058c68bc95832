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
    Named,
    String,
    Table,
    Text,
    TypedColumns,
)

from shared.database import Json, UtcDateTime

metadata = MetaData()

SITE = 0
"""The article id under which the sums of all articles stand."""


class ArticleColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    public: Named[bool] = Column(Boolean)
    section_slug: Named[str] = Column(Text)
    section_name: Named[str] = Column(Text)
    title: Named[str] = Column(Text)
    path: Named[str] = Column(Text)
    published_at: Named[datetime | None] = Column(UtcDateTime)


class ArticleAuthorColumns(TypedColumns):
    article_id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    slug: Named[str] = Column(Text, primary_key=True)
    name: Named[str] = Column(Text)


class TotalColumns(TypedColumns):
    article_id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    views: Named[int] = Column(BigInteger)
    epoch: Named[int] = Column(Integer, default=0)  # number of corrections by hand


class OpeningColumns(TypedColumns):  # views counted elsewhere before the article came here: added once
    article_id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    views: Named[int] = Column(BigInteger)
    at: Named[datetime] = Column(UtcDateTime)


class CorrectionColumns(TypedColumns):  # by hand; they change a total and nothing else
    id: Named[int] = Column(Integer, primary_key=True)
    article_id: Named[int] = Column(Integer, index=True)
    delta: Named[int] = Column(BigInteger)
    views_before: Named[int] = Column(BigInteger)
    reason: Named[str] = Column(Text)
    by: Named[str] = Column(Text)
    at: Named[datetime] = Column(UtcDateTime)


articles = Table("articles", metadata, ArticleColumns)
article_authors = Table("article_authors", metadata, ArticleAuthorColumns, Index("article_authors_by_slug", "slug"))
totals = Table("totals", metadata, TotalColumns)
openings = Table("openings", metadata, OpeningColumns)
corrections = Table("corrections", metadata, CorrectionColumns)


# Views by (article, time).
class SlotColumns(TypedColumns):
    article_id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    slot: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    views: Named[int] = Column(BigInteger)


class HourColumns(TypedColumns):
    article_id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    hour: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    views: Named[int] = Column(BigInteger)


class DayColumns(TypedColumns):
    article_id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    day: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    views: Named[int] = Column(BigInteger)
    readers: Named[int | None] = Column(Integer)  # an estimate


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
    span: Named[int] = Column(Integer, primary_key=True, autoincrement=False)  # day // SPAN_DAYS
    article_id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    views: Named[int] = Column(BigInteger)


class ReferrerColumns(TypedColumns):
    article_id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    day: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    domain: Named[str] = Column(String(64), primary_key=True)
    views: Named[int] = Column(BigInteger)


class TallyColumns(TypedColumns):  # beacons that did not count, by reason
    hour: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    reason: Named[str] = Column(String(32), primary_key=True)
    number: Named[int] = Column(BigInteger)


class SearchColumns(TypedColumns):
    # what enough different readers of a day searched for; kept as long as the desk shows it
    day: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    query: Named[str] = Column(Text, primary_key=True)  # folded
    spelling: Named[str] = Column(Text)  # as most wrote it
    readers: Named[int] = Column(BigInteger)
    unfound: Named[int] = Column(BigInteger)
    clicked: Named[int] = Column(BigInteger)


class DrainColumns(TypedColumns):  # what was added to the tables above, and which totals web has to be told
    id: Named[str] = Column(String(64), primary_key=True)
    at: Named[float] = Column(Float)
    oldest: Named[float] = Column(Float)
    articles: Named[list[int]] = Column(Json)
    announced: Named[bool] = Column(Boolean)


class ProducerColumns(TypedColumns):
    # which batches of views are in the tables above: a bitmap for each of those who name them
    producer: Named[str] = Column(String(32), primary_key=True)
    batches: Named[bytes] = Column(LargeBinary)
    at: Named[float] = Column(Float)


class RuleColumns(TypedColumns):  # editors' hand in the trending list
    article_id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    rule: Named[str] = Column(String(8))
    position: Named[int] = Column(Integer)
    by: Named[str] = Column(Text)
    at: Named[datetime] = Column(UtcDateTime)


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
