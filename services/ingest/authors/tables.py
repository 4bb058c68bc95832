"""People, the names they sign with, and the names in the bylines of articles."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from services.ingest.kit.tables import metadata
from shared.database import UtcDateTime

authors = Table(
    "authors",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("account_id", Integer, ForeignKey("users.id"), unique=True),  # NULL: a contributor from outside
    Column("by", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,  # an id is never given twice: sheets of royalties are read by it
)
pen_names = Table(
    "pen_names",
    metadata,
    Column("key", String(400), primary_key=True),  # shared.vietnamese.matching.name_key
    Column("name", String(200), nullable=False),  # as it is printed
    Column("author_id", Integer, ForeignKey("authors.id"), nullable=False, index=True),
    Column("by", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
bylines = Table(
    "bylines",  # which article is signed with which name, in the version it stands at
    metadata,
    Column("key", String(400), primary_key=True),
    Column("article_id", Integer, ForeignKey("articles.id"), primary_key=True, index=True),
    Column("name", String(200), nullable=False),
)
