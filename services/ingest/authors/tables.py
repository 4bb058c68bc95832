"""People, the names they sign with, and the names in the bylines of articles."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer, Named, String, Table, TypedColumns

from services.ingest.kit.tables import metadata
from shared.database import UtcDateTime


class AuthorColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    name: Named[str] = Column(String(200))
    # NULL: a contributor from outside
    account_id: Named[int | None] = Column(Integer, ForeignKey("users.id"), unique=True)
    by: Named[str] = Column(String(200))
    at: Named[datetime] = Column(UtcDateTime)


class PenNameColumns(TypedColumns):
    key: Named[str] = Column(String(400), primary_key=True)  # shared.vietnamese.matching.name_key
    name: Named[str] = Column(String(200))  # as it is printed
    author_id: Named[int] = Column(Integer, ForeignKey("authors.id"), index=True)
    by: Named[str] = Column(String(200))
    at: Named[datetime] = Column(UtcDateTime)


class BylineColumns(TypedColumns):  # which article is signed with which name, in the version it stands at
    key: Named[str] = Column(String(400), primary_key=True)
    article_id: Named[int] = Column(Integer, ForeignKey("articles.id"), primary_key=True, index=True)
    name: Named[str] = Column(String(200))


authors = Table(
    "authors",
    metadata,
    AuthorColumns,
    sqlite_autoincrement=True,  # an id is never given twice: sheets of royalties are read by it
)
pen_names = Table("pen_names", metadata, PenNameColumns)
bylines = Table("bylines", metadata, BylineColumns)
