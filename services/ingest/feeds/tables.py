"""Remote feeds."""

from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import UtcDateTime
from shared.records import Field, Record, column


class FeedRow(Record):  # remote feeds that become drafts
    id: Field[int] = column(Integer, primary_key=True)
    name: Field[str] = column(String(200))
    url: Field[str] = column(Text)
    section: Field[str] = column(String(120))
    minutes: Field[int] = column(Integer)
    enabled: Field[bool] = column(Boolean)
    etag: Field[str] = column(Text)
    last_modified: Field[str] = column(Text)
    next_at: Field[datetime] = column(UtcDateTime)
    polled_at: Field[datetime | None] = column(UtcDateTime)
    ok_at: Field[datetime | None] = column(UtcDateTime)
    failures: Field[int] = column(Integer)  # one after another, up to now
    error: Field[str] = column(Text)
    drafts: Field[int] = column(Integer)  # made since the beginning
    created_by: Field[str] = column(String(200))
    created_at: Field[datetime] = column(UtcDateTime)
    tries: Field[int] = column(Integer, server_default="0")  # polls begun since one came to an end
    cause: Field[str] = column(Text, server_default="")  # what ended the last one


class FeedColumns(FeedRow, TypedColumns): ...


feeds = Table("feeds", metadata, FeedColumns, Index("feeds_by_next", "enabled", "next_at"))
