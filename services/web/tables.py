"""Web's read model: made only from events, and rebuildable from ingest at any time.

An article stands in several lists ("all", "s:thoi-su", "t:tet", "a:quang-long", "k:photo", "corrected"); `entries` is
all of them in one table, so that every list of the site is one range of one index.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypedColumns,
    false,
    text,
)

from shared.database import Json
from shared.records import Field, column

metadata = MetaData()


class ArticleColumns(TypedColumns):
    id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Field[int] = column(BigInteger)
    public: Field[bool] = column(Boolean)  # False: a tombstone
    reason_kind: Field[str] = column(String(16))  # of a tombstone: "withdrawn" or "unpublished"
    published_at: Field[int] = column(BigInteger)  # unix seconds
    lists: Field[list[str]] = column(Json)  # names of the lists it stands in
    # Both NULL in a tombstone, and in nothing else.
    card: Field[dict[str, Any]] = column(Json, nullable=True)  # what lists show of it
    # the whole ArticleState; last, so that reading cards does not read it
    state: Field[dict[str, Any]] = column(Json, nullable=True)


class EntryColumns(TypedColumns):
    list: Field[str] = column(Text, primary_key=True)
    published_at: Field[int] = column(BigInteger, primary_key=True, autoincrement=False)
    article_id: Field[int] = column(Integer, primary_key=True, autoincrement=False)


class NameColumns(TypedColumns):  # how a tag or an author is written, by list ("t:…", "a:…")
    list: Field[str] = column(Text, primary_key=True)
    name: Field[str] = column(Text)


class OldPathColumns(TypedColumns):  # addresses that imported articles had elsewhere, as they were and in one spelling
    path: Field[str] = column(Text, primary_key=True)
    article_id: Field[int] = column(Integer)


class AddressRuleColumns(TypedColumns):  # one row: where other addresses of a former site lead
    id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Field[int] = column(BigInteger)
    rules: Field[list[dict[str, Any]]] = column(Json)


class TagMergeColumns(TypedColumns):  # one row: tags that are others now
    id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Field[int] = column(BigInteger)
    merges: Field[list[dict[str, str]]] = column(Json)


class AddressUseColumns(TypedColumns):  # how often addresses of a former site led somewhere, or nowhere
    kind: Field[str] = column(Text, primary_key=True)  # "led" or "lost"
    what: Field[str] = column(Text, primary_key=True)  # a rule's id, "articles" or "forms"; an address
    times: Field[int] = column(BigInteger)
    last_at: Field[int] = column(BigInteger)  # unix seconds


class MediaUseColumns(TypedColumns):  # files that public articles show, by the name that all sizes share
    name: Field[str] = column(Text, primary_key=True)
    article_id: Field[int] = column(Integer, primary_key=True, autoincrement=False)


class SectionColumns(TypedColumns):
    id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Field[int] = column(BigInteger)
    slug: Field[str] = column(Text)
    name: Field[str] = column(Text)
    parent_slug: Field[str] = column(Text)
    position: Field[int] = column(Integer)


class FrontPageColumns(TypedColumns):  # one row
    id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Field[int] = column(BigInteger)
    pinned: Field[list[int]] = column(Json)


class AppearanceColumns(TypedColumns):  # one row: what the newsroom has chosen of the site's look
    id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Field[int] = column(BigInteger)
    chosen: Field[dict[str, Any]] = column(Json)


class AppearanceFileColumns(TypedColumns):  # the pictures of that look
    name: Field[str] = column(String(30), primary_key=True)
    data: Field[bytes] = column(LargeBinary)


class CommentColumns(TypedColumns):
    id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Field[int] = column(BigInteger)
    public: Field[bool] = column(Boolean)
    article_id: Field[int] = column(Integer)
    parent_id: Field[int | None] = column(Integer)
    name: Field[str] = column(Text)
    text: Field[str] = column(Text)
    at: Field[int] = column(BigInteger)  # when it was written; of a tombstone, when it came
    edited: Field[bool] = column(Boolean, server_default=false())
    by_paper: Field[bool] = column(Boolean, server_default=false())


class LiveEntryColumns(TypedColumns):
    id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Field[int] = column(BigInteger)
    public: Field[bool] = column(Boolean)  # False: a tombstone, which stays
    article_id: Field[int] = column(Integer)
    at: Field[int] = column(BigInteger)  # since when it is public, unix seconds
    pinned: Field[bool] = column(Boolean)
    key_event: Field[bool] = column(Boolean)
    state: Field[dict[str, Any]] = column(Json, nullable=True)  # the whole event; NULL in a tombstone


class TotalColumns(TypedColumns):
    article_id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    epoch: Field[int] = column(Integer)
    views: Field[int] = column(BigInteger)


class RankingColumns(TypedColumns):
    name: Field[str] = column(Text, primary_key=True)  # "24h:thoi-su"
    version: Field[int] = column(BigInteger)
    entries: Field[list[list[int]]] = column(Json)  # [[article id, views], …]


class RelatedColumns(TypedColumns):
    article_id: Field[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Field[int] = column(BigInteger)
    ids: Field[list[int]] = column(Json)


class ChangeColumns(TypedColumns):  # what HTTP processes must hear of, in the order of commits; old rows are deleted
    id: Field[int] = column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Field[float] = column(Float)  # unix seconds of the commit here
    occurred_at: Field[float] = column(Float)  # of the oldest fact behind it
    kind: Field[str] = column(String(16))  # "pages" or "totals"
    what: Field[list[Any]] = column(Json)  # keys of what changed, or [[article id, views], …]


articles = Table("articles", metadata, ArticleColumns)
entries = Table("entries", metadata, EntryColumns, sqlite_with_rowid=False)
names = Table("names", metadata, NameColumns)
old_paths = Table("old_paths", metadata, OldPathColumns)
address_rules = Table("address_rules", metadata, AddressRuleColumns)
tag_merges = Table("tag_merges", metadata, TagMergeColumns)
address_uses = Table("address_uses", metadata, AddressUseColumns, Index("address_uses_by_last", "last_at"))
media_uses = Table(
    "media_uses",
    metadata,
    MediaUseColumns,
    Index("media_uses_by_article", "article_id"),
    sqlite_with_rowid=False,
)
sections = Table("sections", metadata, SectionColumns)
front_page = Table("front_page", metadata, FrontPageColumns)
appearance = Table("appearance", metadata, AppearanceColumns)
appearance_files = Table("appearance_files", metadata, AppearanceFileColumns)
comments = Table(
    "comments",
    metadata,
    CommentColumns,
    Index("comments_by_article", "article_id", "at"),
    Index("comments_removed", "at", sqlite_where=text("NOT public"), postgresql_where=text("NOT public")),
)
live_entries = Table("live_entries", metadata, LiveEntryColumns, Index("live_entries_by_article", "article_id"))
totals = Table("totals", metadata, TotalColumns)
rankings = Table("rankings", metadata, RankingColumns)
related = Table("related", metadata, RelatedColumns)
changes = Table("changes", metadata, ChangeColumns, sqlite_autoincrement=True)
