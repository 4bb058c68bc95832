"""Remote feeds."""

from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import UtcDateTime
from shared.records import Record, Stored, column


class FeedRow(Record):  # remote feeds that become drafts
    id: Stored[int] = column(Integer, primary_key=True)
    name: Stored[str] = column(String(200))
    url: Stored[str] = column(Text)
    section: Stored[str] = column(String(120))
    minutes: Stored[int] = column(Integer)
    enabled: Stored[bool] = column(Boolean)
    etag: Stored[str] = column(Text)
    last_modified: Stored[str] = column(Text)
    next_at: Stored[datetime] = column(UtcDateTime)
    polled_at: Stored[datetime | None] = column(UtcDateTime)
    ok_at: Stored[datetime | None] = column(UtcDateTime)
    failures: Stored[int] = column(Integer)  # one after another, up to now
    error: Stored[str] = column(Text)
    drafts: Stored[int] = column(Integer)  # made since the beginning
    created_by: Stored[str] = column(String(200))
    created_at: Stored[datetime] = column(UtcDateTime)
    tries: Stored[int] = column(Integer, server_default="0")  # polls begun since one came to an end
    cause: Stored[str] = column(Text, server_default="")  # what ended the last one


class _FeedColumns(FeedRow, TypedColumns): ...


feeds = Table("feeds", metadata, _FeedColumns, Index("feeds_by_next", "enabled", "next_at"))
