"""Entries of live coverages, and all that they ever said.

`live_revisions` is append-only, as the revisions of articles are."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Field, Record, column


class LiveEntryRow(Record):
    id: Field[int] = column(Integer, primary_key=True)
    article_id: Field[int] = column(Integer, ForeignKey("articles.id"))
    version: Field[int] = column(BigInteger)
    status: Field[str] = column(String(16))  # draft, published, withdrawn
    external_id: Field[str | None] = column(String(200))  # the sender's own; sent again it is the same entry
    input_hash: Field[str] = column(String(64))  # of what was sent last with it
    title: Field[str] = column(Text)
    body: Field[str] = column(Text)  # clean HTML
    byline: Field[str] = column(Text)
    images: Field[list[dict[str, Any]]] = column(Json)  # [Image, …] of the body
    pinned: Field[bool] = column(Boolean)
    key_event: Field[bool] = column(Boolean)
    correction: Field[str] = column(Text)
    published_at: Field[datetime | None] = column(UtcDateTime)  # since when readers see it, NULL: never
    created_by: Field[str] = column(String(200))
    created_at: Field[datetime] = column(UtcDateTime)
    updated_at: Field[datetime] = column(UtcDateTime)


class LiveEntryColumns(LiveEntryRow, TypedColumns): ...


class LiveRevisionColumns(TypedColumns):
    entry_id: Field[int] = column(Integer, ForeignKey("live_entries.id"), primary_key=True)
    version: Field[int] = column(BigInteger, primary_key=True)
    at: Field[datetime] = column(UtcDateTime)
    actor: Field[str] = column(String(200))
    action: Field[str] = column(String(32))
    reason: Field[str] = column(Text)  # of a withdrawal
    state: Field[dict[str, Any]] = column(Json)  # the entry as it then was


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
