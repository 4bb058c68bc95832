"""Entries of live coverages, and all that they ever said.

`live_revisions` is append-only, as the revisions of articles are."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Named, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime


class LiveEntryColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    article_id: Named[int] = Column(Integer, ForeignKey("articles.id"))
    version: Named[int] = Column(BigInteger)
    status: Named[str] = Column(String(16))  # draft, published, withdrawn
    external_id: Named[str | None] = Column(String(200))  # the sender's own; sent again it is the same entry
    input_hash: Named[str] = Column(String(64))  # of what was sent last with it
    title: Named[str] = Column(Text)
    body: Named[str] = Column(Text)  # clean HTML
    byline: Named[str] = Column(Text)
    images: Named[list[dict[str, Any]]] = Column(Json)  # [Image, …] of the body
    pinned: Named[bool] = Column(Boolean)
    key_event: Named[bool] = Column(Boolean)
    correction: Named[str] = Column(Text)
    published_at: Named[datetime | None] = Column(UtcDateTime)  # since when readers see it, NULL: never
    created_by: Named[str] = Column(String(200))
    created_at: Named[datetime] = Column(UtcDateTime)
    updated_at: Named[datetime] = Column(UtcDateTime)


class LiveRevisionColumns(TypedColumns):
    entry_id: Named[int] = Column(Integer, ForeignKey("live_entries.id"), primary_key=True)
    version: Named[int] = Column(BigInteger, primary_key=True)
    at: Named[datetime] = Column(UtcDateTime)
    actor: Named[str] = Column(String(200))
    action: Named[str] = Column(String(32))
    reason: Named[str] = Column(Text)  # of a withdrawal
    state: Named[dict[str, Any]] = Column(Json)  # the entry as it then was


live_entries = Table(
    "live_entries",
    metadata,
    LiveEntryColumns,
    Index("live_entries_by_article", "article_id", "id"),
    Index("live_entries_by_external_id", "article_id", "external_id", unique=True),
    Index("live_entries_by_update", "updated_at"),
    sqlite_autoincrement=True,  # an id is never given twice
)
live_revisions = Table("live_revisions", metadata, LiveRevisionColumns)
