"""Entries of live coverages, and all that they ever said.

`live_revisions` is append-only, as the revisions of articles are."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime

live_entries = Table(
    "live_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),  # draft, published, withdrawn
    Column("external_id", String(200)),  # the sender's own; sent again it is the same entry
    Column("input_hash", String(64), nullable=False),  # of what was sent last with it
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),  # clean HTML
    Column("byline", Text, nullable=False),
    Column("images", Json, nullable=False),  # [Image, …] of the body
    Column("pinned", Boolean, nullable=False),
    Column("key_event", Boolean, nullable=False),
    Column("correction", Text, nullable=False),
    Column("published_at", UtcDateTime),  # since when readers see it, NULL: never
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("live_entries_by_article", "article_id", "id"),
    Index("live_entries_by_external_id", "article_id", "external_id", unique=True),
    Index("live_entries_by_update", "updated_at"),
    sqlite_autoincrement=True,  # an id is never given twice
)
live_revisions = Table(
    "live_revisions",
    metadata,
    Column("entry_id", Integer, ForeignKey("live_entries.id"), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(32), nullable=False),
    Column("reason", Text, nullable=False),  # of a withdrawal
    Column("state", Json, nullable=False),  # the entry as it then was
)
