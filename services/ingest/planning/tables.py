"""Stories to come."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text

from services.ingest.kit.tables import metadata
from shared.database import UtcDateTime

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
    Column("assignee", String(200), nullable=False),  # as the calendar names them
    Column("assignee_id", Integer, index=True),  # their account; NULL: somebody without one, or nobody
    Column("note", Text, nullable=False),
    Column("state", String(16), nullable=False),  # planned, doing, done, dropped
    Column("article_id", Integer, ForeignKey("articles.id")),
    Column("created_by", String(200), nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("plans_by_day", "day"),
)
