"""What leads the front page, and when."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime

front_page = Table(
    "front_page",  # one row
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("pinned", Json, nullable=False),
)
front_page_slots = Table(
    "front_page_slots",  # what is to be pinned when; `front_page` holds what is pinned now
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("starts_at", UtcDateTime),  # NULL: at once
    Column("ends_at", UtcDateTime),  # NULL: until somebody takes it away
    Column("added_by", String(200), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)
