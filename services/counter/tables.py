"""What the counter keeps for good. Article 0 in the buckets is the whole paper."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

from shared.database import Json, UtcDateTime

metadata = MetaData()

SITE = 0
"""The article id under which the sums of all articles stand."""

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("section_slug", Text, nullable=False),
    Column("section_name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("published_at", UtcDateTime),
)
article_authors = Table(
    "article_authors",
    metadata,
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    Column("slug", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Index("article_authors_by_slug", "slug"),
)
totals = Table(
    "totals",
    metadata,
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    Column("views", BigInteger, nullable=False),
    Column("epoch", Integer, nullable=False, default=0),  # number of corrections by hand
)
openings = Table(
    "openings",  # views counted elsewhere before the article came here: added once
    metadata,
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    Column("views", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
corrections = Table(
    "corrections",  # by hand; they change a total and nothing else
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", Integer, nullable=False, index=True),
    Column("delta", BigInteger, nullable=False),
    Column("views_before", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)


def _bucket(name: str, unit: str, *more: Column[int]) -> Table:
    """Views by (article, time). The second key finds the most viewed of one bucket without reading the others."""
    return Table(
        name,
        metadata,
        Column("article_id", Integer, primary_key=True, autoincrement=False),
        Column(unit, Integer, primary_key=True, autoincrement=False),
        Column("views", BigInteger, nullable=False),
        *more,
        Index(f"{name}_most_viewed", unit, "views", "article_id"),
        sqlite_with_rowid=False,
    )


slots = _bucket("slots", "slot")  # five minutes, kept for two hours
hourly = _bucket("hourly", "hour")  # kept for 48 hours
daily = _bucket("daily", "day", Column("readers", Integer))  # +07:00, kept for ever; readers: an estimate, or NULL

SPAN_DAYS = 32
spans = Table(
    "spans",  # sums of `daily`, without the whole paper's: questions about a year read them instead
    metadata,
    Column("span", Integer, primary_key=True, autoincrement=False),  # day // SPAN_DAYS
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    Column("views", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

referrers = Table(
    "referrers",
    metadata,
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("domain", String(64), primary_key=True),
    Column("views", BigInteger, nullable=False),
    Index("referrers_by_day", "day", "domain"),
    sqlite_with_rowid=False,
)
tallies = Table(
    "tallies",  # beacons that did not count, by reason
    metadata,
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("reason", String(32), primary_key=True),
    Column("number", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
searches = Table(
    "searches",  # what enough different readers of a day searched for; kept as long as the desk shows it
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("query", Text, primary_key=True),  # folded
    Column("spelling", Text, nullable=False),  # as most wrote it
    Column("readers", BigInteger, nullable=False),
    Column("unfound", BigInteger, nullable=False),
    Column("clicked", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
drains = Table(
    "drains",  # what was added to the tables above, and which totals web has to be told
    metadata,
    Column("id", String(64), primary_key=True),
    Column("at", Float, nullable=False),
    Column("oldest", Float, nullable=False),
    Column("articles", Json, nullable=False),
    Column("announced", Boolean, nullable=False),
    Index("drains_to_announce", "announced", "at"),
)
producers = Table(
    "producers",  # which batches of views are in the tables above: a bitmap for each of those who name them
    metadata,
    Column("producer", String(32), primary_key=True),
    Column("batches", LargeBinary, nullable=False),
    Column("at", Float, nullable=False),
)
rules = Table(
    "rules",  # of the release before: now ingest tells all of them together
    metadata,
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    Column("rule", String(8), nullable=False),
    Column("position", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
trending_rules = Table(
    "trending_rules",  # one row: editors' hand in the trending list
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("rules", Json, nullable=False),  # [{"article_id", "rule", "position"}, …], what was said last first
)
