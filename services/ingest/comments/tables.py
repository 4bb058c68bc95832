"""What readers wrote, and what became of it."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Named,
    String,
    Table,
    Text,
    TypedColumns,
    false,
    text,
)

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime


class CommentColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    version: Named[int] = Column(BigInteger)
    token: Named[str] = Column(String(64), unique=True)
    article_id: Named[int] = Column(Integer, ForeignKey("articles.id"), index=True)
    parent_id: Named[int | None] = Column(Integer, ForeignKey("comments.id"))
    name: Named[str] = Column(String(200))
    email: Named[str] = Column(String(254))
    text: Named[str] = Column(Text)
    at: Named[datetime] = Column(UtcDateTime)
    status: Named[str] = Column(String(16))  # held, approved, rejected, removed
    spam_score: Named[int] = Column(Integer)
    spam_reasons: Named[list[str]] = Column(Json)
    decided_by: Named[str] = Column(String(200))
    decided_at: Named[datetime | None] = Column(UtcDateTime)
    words: Named[str] = Column(Text, server_default="")  # name and text as lists are searched
    visitor: Named[str] = Column(String(64), server_default="")  # who wrote it; forgotten after some weeks
    original: Named[str | None] = Column(Text)  # what the reader wrote, where the paper changed it
    by_paper: Named[bool] = Column(Boolean, server_default=false())
    reports: Named[int] = Column(Integer, server_default="0")  # of readers, since somebody last decided


class ReportColumns(TypedColumns):  # who has reported what: once each
    comment_id: Named[int] = Column(Integer, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    visitor: Named[str] = Column(String(64), primary_key=True)
    at: Named[datetime] = Column(UtcDateTime, index=True)


class BanColumns(TypedColumns):  # whose comments nobody wants to read for a time
    visitor: Named[str] = Column(String(64), primary_key=True)
    name: Named[str] = Column(String(200))  # as they last signed
    until: Named[datetime] = Column(UtcDateTime)
    by: Named[str] = Column(String(200))
    at: Named[datetime] = Column(UtcDateTime)


comments = Table(
    "comments",
    metadata,
    CommentColumns,
    Index("comments_by_status", "status", "at"),
    Index("comments_by_parent", "parent_id"),
    Index("comments_reported", "reports", sqlite_where=text("reports > 0"), postgresql_where=text("reports > 0")),
    sqlite_autoincrement=True,
)
reports = Table("comment_reports", metadata, ReportColumns)
bans = Table("comment_bans", metadata, BanColumns)
