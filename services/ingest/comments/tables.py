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
from shared.records import Field, Record, column


class CommentRow(Record):
    id: Field[int] = column(Integer, primary_key=True)
    version: Field[int] = column(BigInteger)
    token: Field[str] = column(String(64), unique=True)
    article_id: Field[int] = column(Integer, ForeignKey("articles.id"), index=True)
    parent_id: Field[int | None] = column(Integer, ForeignKey("comments.id"))
    name: Field[str] = column(String(200))
    email: Field[str] = column(String(254))
    text: Field[str] = column(Text)
    at: Field[datetime] = column(UtcDateTime)
    status: Field[str] = column(String(16))  # held, approved, rejected, removed
    spam_score: Field[int] = column(Integer)
    spam_reasons: Field[list[str]] = column(Json)
    decided_by: Field[str] = column(String(200))
    decided_at: Field[datetime | None] = column(UtcDateTime)
    words: Field[str] = column(Text, server_default="")  # name and text as lists are searched
    visitor: Field[str] = column(String(64), server_default="")  # who wrote it; forgotten after some weeks
    original: Field[str | None] = column(Text)  # what the reader wrote, where the paper changed it
    by_paper: Field[bool] = column(Boolean, server_default=false())
    reports: Field[int] = column(Integer, server_default="0")  # of readers, since somebody last decided


class CommentColumns(CommentRow, TypedColumns): ...


class ReportColumns(TypedColumns):  # who has reported what: once each
    comment_id: Field[int] = column(Integer, ForeignKey("comments.id", ondelete="CASCADE"), primary_key=True)
    visitor: Field[str] = column(String(64), primary_key=True)
    at: Field[datetime] = column(UtcDateTime, index=True)


class BanRow(Record):  # whose comments nobody wants to read for a time
    visitor: Field[str] = column(String(64), primary_key=True)
    name: Field[str] = column(String(200))  # as they last signed
    until: Field[datetime] = column(UtcDateTime)
    by: Field[str] = column(String(200))
    at: Field[datetime] = column(UtcDateTime)


class BanColumns(BanRow, TypedColumns): ...


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
