"""Remote feeds."""

from datetime import datetime

from sqlalchemy import Boolean, Column, Index, Integer, Named, String, Table, Text, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import UtcDateTime


class FeedColumns(TypedColumns):  # remote feeds that become drafts
    id: Named[int] = Column(Integer, primary_key=True)
    name: Named[str] = Column(String(200))
    url: Named[str] = Column(Text)
    section: Named[str] = Column(String(120))
    minutes: Named[int] = Column(Integer)
    enabled: Named[bool] = Column(Boolean)
    etag: Named[str] = Column(Text)
    last_modified: Named[str] = Column(Text)
    next_at: Named[datetime] = Column(UtcDateTime)
    polled_at: Named[datetime | None] = Column(UtcDateTime)
    ok_at: Named[datetime | None] = Column(UtcDateTime)
    failures: Named[int] = Column(Integer)  # one after another, up to now
    error: Named[str] = Column(Text)
    drafts: Named[int] = Column(Integer)  # made since the beginning
    created_by: Named[str] = Column(String(200))
    created_at: Named[datetime] = Column(UtcDateTime)
    tries: Named[int] = Column(Integer, server_default="0")  # polls begun since one came to an end
    cause: Named[str] = Column(Text, server_default="")  # what ended the last one


feeds = Table("feeds", metadata, FeedColumns, Index("feeds_by_next", "enabled", "next_at"))
