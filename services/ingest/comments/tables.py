"""What readers wrote, and what became of it."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime

comments = Table(
    "comments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("token", String(64), nullable=False, unique=True),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False, index=True),
    Column("parent_id", Integer, ForeignKey("comments.id")),
    Column("name", String(200), nullable=False),
    Column("email", String(254), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("status", String(16), nullable=False),  # held, approved, rejected, removed
    Column("spam_score", Integer, nullable=False),
    Column("spam_reasons", Json, nullable=False),
    Column("decided_by", String(200), nullable=False),
    Column("decided_at", UtcDateTime),
    Column("words", Text, nullable=False, server_default=""),  # name and text as lists are searched
    Index("comments_by_status", "status", "at"),
    Index("comments_by_parent", "parent_id"),
    sqlite_autoincrement=True,
)
