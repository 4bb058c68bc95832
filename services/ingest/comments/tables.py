"""What readers wrote, and what became of it."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false, text

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
    Column("visitor", String(64), nullable=False, server_default=""),  # who wrote it; forgotten after some weeks
    Column("original", Text),  # what the reader wrote, where the paper changed it
    Column("by_paper", Boolean, nullable=False, server_default=false()),
    Column("reports", Integer, nullable=False, server_default="0"),  # of readers, since somebody last decided
    Index("comments_by_status", "status", "at"),
    Index("comments_by_parent", "parent_id"),
    Index("comments_reported", "reports", sqlite_where=text("reports > 0"), postgresql_where=text("reports > 0")),
    sqlite_autoincrement=True,
)
reports = Table(
    "comment_reports",  # who has reported what: once each
    metadata,
    Column("comment_id", Integer, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True),
    Column("visitor", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
)
bans = Table(
    "comment_bans",  # whose comments nobody wants to read for a time
    metadata,
    Column("visitor", String(64), primary_key=True),
    Column("name", String(200), nullable=False),  # as they last signed
    Column("until", UtcDateTime, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
