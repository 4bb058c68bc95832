"""People, the names they sign with, and the names in the bylines of articles."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import UtcDateTime
from shared.records import Field, Record, column


class AuthorRow(Record):
    id: Field[int] = column(Integer, primary_key=True)
    name: Field[str] = column(String(200))
    # NULL: a contributor from outside
    account_id: Field[int | None] = column(Integer, ForeignKey("users.id"), unique=True)
    by: Field[str] = column(String(200))
    at: Field[datetime] = column(UtcDateTime)


class AuthorColumns(AuthorRow, TypedColumns): ...


class PenNameColumns(TypedColumns):
    key: Field[str] = column(String(400), primary_key=True)  # shared.vietnamese.matching.name_key
    name: Field[str] = column(String(200))  # as it is printed
    author_id: Field[int] = column(Integer, ForeignKey("authors.id"), index=True)
    by: Field[str] = column(String(200))
    at: Field[datetime] = column(UtcDateTime)


class BylineColumns(TypedColumns):  # which article is signed with which name, in the version it stands at
    key: Field[str] = column(String(400), primary_key=True)
    article_id: Field[int] = column(Integer, ForeignKey("articles.id"), primary_key=True, index=True)
    name: Field[str] = column(String(200))


authors = Table(
    "authors",
    metadata,
    AuthorColumns,
    sqlite_autoincrement=True,  # an id is never given twice: sheets of royalties are read by it
)
pen_names = Table("pen_names", metadata, PenNameColumns)
bylines = Table("bylines", metadata, BylineColumns)
