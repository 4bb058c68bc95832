"""What readers wrote, and what became of it."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    TypedColumns,
    false,
    text,
)

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Record, Stored, column


class CommentRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    version: Stored[int] = column(BigInteger)
    token: Stored[str] = column(String(64), unique=True)
    article_id: Stored[int] = column(Integer, ForeignKey("articles.id"), index=True)
    parent_id: Stored[int | None] = column(Integer, ForeignKey("comments.id"))
    name: Stored[str] = column(String(200))
    email: Stored[str] = column(String(254))
    text: Stored[str] = column(Text)
    at: Stored[datetime] = column(UtcDateTime)
    status: Stored[str] = column(String(16))  # held, approved, rejected, removed
    spam_score: Stored[int] = column(Integer)
    spam_reasons: Stored[list[str]] = column(Json)
    decided_by: Stored[str] = column(String(200))
    decided_at: Stored[datetime | None] = column(UtcDateTime)
    words: Stored[str] = column(Text, server_default="")  # name and text as lists are searched
    visitor: Stored[str] = column(String(64), server_default="")  # who wrote it; forgotten after some weeks
    original: Stored[str | None] = column(Text)  # what the reader wrote, where the paper changed it
    by_paper: Stored[bool] = column(Boolean, server_default=false())
    reports: Stored[int] = column(Integer, server_default="0")  # of readers, since somebody last decided
    likes: Stored[int] = column(Integer, server_default="0")  # each has raised the version by one


class _CommentColumns(CommentRow, TypedColumns): ...


class _ReportColumns(TypedColumns):  # who has reported what: once each
    comment_id: Stored[int] = column(Integer, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    visitor: Stored[str] = column(String(64), primary_key=True)
    at: Stored[datetime] = column(UtcDateTime, index=True)


class _LikeColumns(TypedColumns):  # who likes what: once each
    comment_id: Stored[int] = column(Integer, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    visitor: Stored[str] = column(String(64), primary_key=True)
    at: Stored[datetime] = column(UtcDateTime, index=True)


class BanRow(Record):  # whose comments nobody wants to read for a time
    visitor: Stored[str] = column(String(64), primary_key=True)
    name: Stored[str] = column(String(200))  # as they last signed
    until: Stored[datetime] = column(UtcDateTime)
    by: Stored[str] = column(String(200))
    at: Stored[datetime] = column(UtcDateTime)


class _BanColumns(BanRow, TypedColumns): ...


comments = Table(
    "comments",
    metadata,
    _CommentColumns,
    Index("comments_by_status", "status", "at"),
    Index("comments_by_parent", "parent_id"),
    Index("comments_reported", "reports", sqlite_where=text("reports > 0"), postgresql_where=text("reports > 0")),
    sqlite_autoincrement=True,
)
reports = Table("comment_reports", metadata, _ReportColumns)
likes = Table("comment_likes", metadata, _LikeColumns)
bans = Table("comment_bans", metadata, _BanColumns)
