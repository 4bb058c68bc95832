"""Web's read model: made only from events, and rebuildable from ingest at any time.

An article stands in several lists ("all", "s:thoi-su", "t:tet", "a:quang-long", "k:photo", "corrected"); `entries` is
all of them in one table, so that every list of the site is one range of one index.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Named,
    String,
    Table,
    Text,
    TypedColumns,
    false,
    text,
)

from shared.database import Json

metadata = MetaData()


class ArticleColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    public: Named[bool] = Column(Boolean)  # False: a tombstone
    reason_kind: Named[str] = Column(String(16))  # of a tombstone: "withdrawn" or "unpublished"
    published_at: Named[int] = Column(BigInteger)  # unix seconds
    lists: Named[list[str]] = Column(Json)  # names of the lists it stands in
    # Both NULL in a tombstone, and in nothing else.
    card: Named[dict[str, Any]] = Column(Json, nullable=True)  # what lists show of it
    # the whole ArticleState; last, so that reading cards does not read it
    state: Named[dict[str, Any]] = Column(Json, nullable=True)


class EntryColumns(TypedColumns):
    list: Named[str] = Column(Text, primary_key=True)
    published_at: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    article_id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)


class NameColumns(TypedColumns):  # how a tag or an author is written, by list ("t:…", "a:…")
    list: Named[str] = Column(Text, primary_key=True)
    name: Named[str] = Column(Text)


class OldPathColumns(TypedColumns):  # addresses that imported articles had elsewhere, as they were and in one spelling
    path: Named[str] = Column(Text, primary_key=True)
    article_id: Named[int] = Column(Integer)


class AddressRuleColumns(TypedColumns):  # one row: where other addresses of a former site lead
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    rules: Named[list[dict[str, Any]]] = Column(Json)


class TagMergeColumns(TypedColumns):  # one row: tags that are others now
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    merges: Named[list[dict[str, str]]] = Column(Json)


class AddressUseColumns(TypedColumns):  # how often addresses of a former site led somewhere, or nowhere
    kind: Named[str] = Column(Text, primary_key=True)  # "led" or "lost"
    what: Named[str] = Column(Text, primary_key=True)  # a rule's id, "articles" or "forms"; an address
    times: Named[int] = Column(BigInteger)
    last_at: Named[int] = Column(BigInteger)  # unix seconds


class MediaUseColumns(TypedColumns):  # files that public articles show, by the name that all sizes share
    name: Named[str] = Column(Text, primary_key=True)
    article_id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)


class SectionColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    slug: Named[str] = Column(Text)
    name: Named[str] = Column(Text)
    parent_slug: Named[str] = Column(Text)
    position: Named[int] = Column(Integer)


class FrontPageColumns(TypedColumns):  # one row
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    pinned: Named[list[int]] = Column(Json)


class AppearanceColumns(TypedColumns):  # one row: what the newsroom has chosen of the site's look
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    chosen: Named[dict[str, Any]] = Column(Json)


class AppearanceFileColumns(TypedColumns):  # the pictures of that look
    name: Named[str] = Column(String(30), primary_key=True)
    data: Named[bytes] = Column(LargeBinary)


class CommentColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    public: Named[bool] = Column(Boolean)
    article_id: Named[int] = Column(Integer)
    parent_id: Named[int | None] = Column(Integer)
    name: Named[str] = Column(Text)
    text: Named[str] = Column(Text)
    at: Named[int] = Column(BigInteger)  # when it was written; of a tombstone, when it came
    edited: Named[bool] = Column(Boolean, server_default=false())
    by_paper: Named[bool] = Column(Boolean, server_default=false())


class LiveEntryColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    public: Named[bool] = Column(Boolean)  # False: a tombstone, which stays
    article_id: Named[int] = Column(Integer)
    at: Named[int] = Column(BigInteger)  # since when it is public, unix seconds
    pinned: Named[bool] = Column(Boolean)
    key_event: Named[bool] = Column(Boolean)
    state: Named[dict[str, Any]] = Column(Json, nullable=True)  # the whole event; NULL in a tombstone


class TotalColumns(TypedColumns):
    article_id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    epoch: Named[int] = Column(Integer)
    views: Named[int] = Column(BigInteger)


class RankingColumns(TypedColumns):
    name: Named[str] = Column(Text, primary_key=True)  # "24h:thoi-su"
    version: Named[int] = Column(BigInteger)
    entries: Named[list[list[int]]] = Column(Json)  # [[article id, views], …]


class RelatedColumns(TypedColumns):
    article_id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigInteger)
    ids: Named[list[int]] = Column(Json)


class ChangeColumns(TypedColumns):  # what HTTP processes must hear of, in the order of commits; old rows are deleted
    id: Named[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Named[float] = Column(Float)  # unix seconds of the commit here
    occurred_at: Named[float] = Column(Float)  # of the oldest fact behind it
    kind: Named[str] = Column(String(16))  # "pages" or "totals"
    what: Named[list[Any]] = Column(Json)  # keys of what changed, or [[article id, views], …]


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
