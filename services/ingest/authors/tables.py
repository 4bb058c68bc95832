"""People, the names they sign with, and the names in the bylines of articles."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String, Table, TypedColumns, false

from services.ingest.kit.tables import metadata
from shared.database import UtcDateTime
from shared.records import Record, Stored, column


class AuthorRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    name: Stored[str] = column(String(200))
    # NULL: a contributor from outside
    account_id: Stored[int | None] = column(Integer, ForeignKey("users.id"), unique=True)
    by: Stored[str] = column(String(200))
    at: Stored[datetime] = column(UtcDateTime)


class _AuthorColumns(AuthorRow, TypedColumns): ...


class _PenNameColumns(TypedColumns):
    key: Stored[str] = column(String(400), primary_key=True)  # shared.vietnamese.matching.name_key
    name: Stored[str] = column(String(200))  # as it is printed
    author_id: Stored[int] = column(Integer, ForeignKey("authors.id"), index=True)
    by: Stored[str] = column(String(200))
    at: Stored[datetime] = column(UtcDateTime)
    # Readers may know whose it is. Somebody may sign with another name so that they do not.
    told: Stored[bool] = column(Boolean, server_default=false())


class _ToldColumns(TypedColumns):  # one row: which version of all that the site was told
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)


class _BylineColumns(TypedColumns):  # which article is signed with which name, in the version it stands at
    key: Stored[str] = column(String(400), primary_key=True)
    article_id: Stored[int] = column(Integer, ForeignKey("articles.id"), primary_key=True, index=True)
    name: Stored[str] = column(String(200))


authors = Table(
    "authors",
    metadata,
    _AuthorColumns,
    sqlite_autoincrement=True,  # an id is never given twice: sheets of royalties are read by it
)
pen_names = Table("pen_names", metadata, _PenNameColumns)
authors_told = Table("authors_told", metadata, _ToldColumns)
bylines = Table("bylines", metadata, _BylineColumns)
