"""What the newsroom keeps besides articles: planned stories, royalties, feeds, webhooks, imports.

Loops in the relay process work from these rows, so that no restart forgets what was due.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from services.ingest.tables import metadata
from shared.database import Json, UtcDateTime

_BIG_ID = BigInteger().with_variant(Integer, "sqlite")

media_sources = Table(
    "media_sources",  # which of our pictures a foreign address became
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the address
    Column("url", Text, nullable=False),
    Column("path", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
import_jobs = Table(
    "import_jobs",  # files handed in at the desk
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("file", String(200), nullable=False),  # in the data dir's `imports`
    Column("format", String(16), nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("fetch_media", Boolean, nullable=False),
    Column("as_status", String(16), nullable=False),
    Column("state", String(16), nullable=False),  # waiting, running, done, failed
    Column("done", Integer, nullable=False),  # results so far: a restart goes on behind them
    Column("counts", Json, nullable=False),  # {status: number}
    Column("problems", Json, nullable=False),  # the first ones, [[where, what], …]
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Index("import_jobs_by_state", "state", "id"),
)
feeds = Table(
    "feeds",  # remote feeds that become drafts
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("url", Text, nullable=False),
    Column("section", String(120), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("polled_at", UtcDateTime),
    Column("ok_at", UtcDateTime),
    Column("failures", Integer, nullable=False),  # one after another, up to now
    Column("error", Text, nullable=False),
    Column("drafts", Integer, nullable=False),  # made since the beginning
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("feeds_by_next", "enabled", "next_at"),
)
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", String(100), nullable=False),
    Column("kinds", Json, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("disabled_reason", Text, nullable=False),
    Column("failures", Integer, nullable=False),  # tries one after another, up to now
    Column("tried_at", UtcDateTime),
    Column("ok_at", UtcDateTime),
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", _BIG_ID, primary_key=True),
    Column("webhook_id", Integer, ForeignKey("webhooks.id"), nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("article_id", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),  # waiting, sent, given_up
    Column("tries", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("answer", Integer),  # HTTP status of the last try
    Column("error", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    UniqueConstraint("webhook_id", "event_id", name="webhook_deliveries_once"),
    Index("webhook_deliveries_due", "state", "next_at"),
)
webhook_cursor = Table(
    "webhook_cursor",  # one row: how far the audit log has been turned into deliveries
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("audit_id", BigInteger, nullable=False),
)
plans = Table(
    "plans",  # stories that are planned
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("hour", String(5), nullable=False),  # "17:30", or "" for any time of the day
    Column("title", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("section_id", Integer, ForeignKey("sections.id")),
    Column("assignee", String(200), nullable=False),
    Column("note", Text, nullable=False),
    Column("state", String(16), nullable=False),  # planned, doing, done, dropped
    Column("article_id", Integer, ForeignKey("articles.id")),
    Column("created_by", String(200), nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("plans_by_day", "day"),
)
royalty_rates = Table(
    "royalty_rates",  # what a work of this kind pays for this role, from a month on
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("role", String(50), nullable=False),  # folded, "" for the text itself
    Column("from_month", String(7), nullable=False),  # "2026-11"
    Column("amount", BigInteger, nullable=False),  # đồng
    Column("per_picture", Boolean, nullable=False),  # that much for each picture of the work
    UniqueConstraint("kind", "role", "from_month", name="royalty_rates_once"),
)
royalty_adjustments = Table(
    "royalty_adjustments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("month", String(7), nullable=False, index=True),
    Column("author_slug", String(200), nullable=False),
    Column("author_name", String(200), nullable=False),
    Column("article_id", Integer),
    Column("amount", BigInteger, nullable=False),  # đồng, may be negative
    Column("reason", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
royalty_sheets = Table(
    "royalty_sheets",  # approved months, as they were approved
    metadata,
    Column("month", String(7), primary_key=True),
    Column("lines", Json, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("approved_by", String(200), nullable=False),
    Column("approved_at", UtcDateTime, nullable=False),
)
