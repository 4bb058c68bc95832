"""Entries of live coverages, and all that they ever said.

`live_revisions` is append-only, as the revisions of articles are."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Record, Stored, column


class LiveEntryRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    article_id: Stored[int] = column(Integer, ForeignKey("articles.id"))
    version: Stored[int] = column(BigInteger)
    status: Stored[str] = column(String(16))  # draft, published, withdrawn
    external_id: Stored[str | None] = column(String(200))  # the sender's own; sent again it is the same entry
    input_hash: Stored[str] = column(String(64))  # of what was sent last with it
    title: Stored[str] = column(Text)
    body: Stored[str] = column(Text)  # clean HTML
    byline: Stored[str] = column(Text)
    images: Stored[list[dict[str, Any]]] = column(Json)  # [Image, …] of the body
    pinned: Stored[bool] = column(Boolean)
    key_event: Stored[bool] = column(Boolean)
    correction: Stored[str] = column(Text)
    published_at: Stored[datetime | None] = column(UtcDateTime)  # since when readers see it, NULL: never
    created_by: Stored[str] = column(String(200))
    created_at: Stored[datetime] = column(UtcDateTime)
    updated_at: Stored[datetime] = column(UtcDateTime)


class _LiveEntryColumns(LiveEntryRow, TypedColumns): ...


class _LiveRevisionColumns(TypedColumns):
    entry_id: Stored[int] = column(Integer, ForeignKey("live_entries.id"), primary_key=True)
    version: Stored[int] = column(BigInteger, primary_key=True)
    at: Stored[datetime] = column(UtcDateTime)
    actor: Stored[str] = column(String(200))
    action: Stored[str] = column(String(32))
    reason: Stored[str] = column(Text)  # of a withdrawal
    state: Stored[dict[str, Any]] = column(Json)  # the entry as it then was


live_entries = Table(
    "live_entries",
    metadata,
    _LiveEntryColumns,
    Index("live_entries_by_article", "article_id", "id"),
    Index("live_entries_by_external_id", "article_id", "external_id", unique=True),
    Index("live_entries_by_update", "updated_at"),
    sqlite_autoincrement=True,  # an id is never given twice
)
live_revisions = Table("live_revisions", metadata, _LiveRevisionColumns)
