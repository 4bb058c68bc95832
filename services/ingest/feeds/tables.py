"""Remote feeds."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from services.ingest.kit.tables import metadata
from shared.database import UtcDateTime

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
    Column("tries", Integer, nullable=False, server_default="0"),  # polls begun since one came to an end
    Column("cause", Text, nullable=False, server_default=""),  # what ended the last one
    Index("feeds_by_next", "enabled", "next_at"),
)
