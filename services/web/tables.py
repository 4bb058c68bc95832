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
from shared.records import Stored, column

metadata = MetaData()


class _ArticleColumns(TypedColumns):
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    public: Stored[bool] = column(Boolean)  # False: a tombstone
    reason_kind: Stored[str] = column(String(16))  # of a tombstone: "withdrawn" or "unpublished"
    published_at: Stored[int] = column(BigInteger)  # unix seconds
    lists: Stored[list[str]] = column(Json)  # names of the lists it stands in
    # Both NULL in a tombstone, and in nothing else.
    card: Stored[dict[str, Any]] = column(Json, nullable=True)  # what lists show of it
    # the whole ArticleState; last, so that reading cards does not read it
    state: Stored[dict[str, Any]] = column(Json, nullable=True)


class _EntryColumns(TypedColumns):
    list: Stored[str] = column(Text, primary_key=True)
    published_at: Stored[int] = column(BigInteger, primary_key=True, autoincrement=False)
    article_id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)


class _NameColumns(TypedColumns):  # how a tag or an author is written, by list ("t:…", "a:…")
    list: Stored[str] = column(Text, primary_key=True)
    name: Stored[str] = column(Text)


class _OldPathColumns(TypedColumns):  # addresses that imported articles had elsewhere, as they were and in one spelling
    path: Stored[str] = column(Text, primary_key=True)
    article_id: Stored[int] = column(Integer)


class _AddressRuleColumns(TypedColumns):  # one row: where other addresses of a former site lead
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    rules: Stored[list[dict[str, Any]]] = column(Json)


class _TagMergeColumns(TypedColumns):  # one row: tags that are others now
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    merges: Stored[list[dict[str, str]]] = column(Json)


class _AddressUseColumns(TypedColumns):  # how often addresses of a former site led somewhere, or nowhere
    kind: Stored[str] = column(Text, primary_key=True)  # "led" or "lost"
    what: Stored[str] = column(Text, primary_key=True)  # a rule's id, "articles" or "forms"; an address
    times: Stored[int] = column(BigInteger)
    last_at: Stored[int] = column(BigInteger)  # unix seconds


class _MediaUseColumns(TypedColumns):  # files that public articles show, by the name that all sizes share
    name: Stored[str] = column(Text, primary_key=True)
    article_id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)


class _SectionColumns(TypedColumns):
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    slug: Stored[str] = column(Text)
    name: Stored[str] = column(Text)
    parent_slug: Stored[str] = column(Text)
    position: Stored[int] = column(Integer)


class _FrontPageColumns(TypedColumns):  # one row
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    pinned: Stored[list[int]] = column(Json)
    # [[article id, until in unix seconds], …]
    breaking: Stored[list[list[int]]] = column(Json, server_default="[]")
    # What leads the fronts of sections: slug -> article ids.
    sections: Stored[dict[str, list[int]]] = column(Json, server_default="{}")


class _FiguresColumns(TypedColumns):  # one row
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    figures: Stored[list[dict[str, str]]] = column(Json)
    until: Stored[int] = column(BigInteger)  # unix seconds


class _PortraitColumns(TypedColumns):  # one row
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    portraits: Stored[dict[str, Any]] = column(Json)  # slug of an author -> picture


class _AuthorColumns(TypedColumns):  # one row: who signs with which names
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    authors: Stored[list[dict[str, Any]]] = column(Json)


class _AppearanceColumns(TypedColumns):  # one row: what the newsroom has chosen of the site's look
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    chosen: Stored[dict[str, Any]] = column(Json)


class _AppearanceFileColumns(TypedColumns):  # the pictures of that look
    name: Stored[str] = column(String(30), primary_key=True)
    data: Stored[bytes] = column(LargeBinary)


class _CommentColumns(TypedColumns):
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    public: Stored[bool] = column(Boolean)
    article_id: Stored[int] = column(Integer)
    parent_id: Stored[int | None] = column(Integer)
    name: Stored[str] = column(Text)
    text: Stored[str] = column(Text)
    at: Stored[int] = column(BigInteger)  # when it was written; of a tombstone, when it came
    edited: Stored[bool] = column(Boolean, server_default=false())
    by_paper: Stored[bool] = column(Boolean, server_default=false())
    likes: Stored[int] = column(Integer, server_default="0")


class _LiveEntryColumns(TypedColumns):
    id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    public: Stored[bool] = column(Boolean)  # False: a tombstone, which stays
    article_id: Stored[int] = column(Integer)
    at: Stored[int] = column(BigInteger)  # since when it is public, unix seconds
    pinned: Stored[bool] = column(Boolean)
    key_event: Stored[bool] = column(Boolean)
    state: Stored[dict[str, Any]] = column(Json, nullable=True)  # the whole event; NULL in a tombstone


class _TotalColumns(TypedColumns):
    article_id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    epoch: Stored[int] = column(Integer)
    views: Stored[int] = column(BigInteger)


class _RankingColumns(TypedColumns):
    name: Stored[str] = column(Text, primary_key=True)  # "24h:thoi-su"
    version: Stored[int] = column(BigInteger)
    entries: Stored[list[list[int]]] = column(Json)  # [[article id, views], …]


class _RelatedColumns(TypedColumns):
    article_id: Stored[int] = column(Integer, primary_key=True, autoincrement=False)
    version: Stored[int] = column(BigInteger)
    ids: Stored[list[int]] = column(Json)


class _ChangeColumns(TypedColumns):  # what HTTP processes must hear of, in the order of commits; old rows are deleted
    id: Stored[int] = column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Stored[float] = column(Float)  # unix seconds of the commit here
    occurred_at: Stored[float] = column(Float)  # of the oldest fact behind it
    kind: Stored[str] = column(String(16))  # "pages" or "totals"
    what: Stored[list[Any]] = column(Json)  # keys of what changed, or [[article id, views], …]


articles = Table("articles", metadata, _ArticleColumns)
entries = Table("entries", metadata, _EntryColumns, sqlite_with_rowid=False)
names = Table("names", metadata, _NameColumns)
old_paths = Table("old_paths", metadata, _OldPathColumns)
address_rules = Table("address_rules", metadata, _AddressRuleColumns)
tag_merges = Table("tag_merges", metadata, _TagMergeColumns)
address_uses = Table("address_uses", metadata, _AddressUseColumns, Index("address_uses_by_last", "last_at"))
media_uses = Table(
    "media_uses",
    metadata,
    _MediaUseColumns,
    Index("media_uses_by_article", "article_id"),
    sqlite_with_rowid=False,
)
sections = Table("sections", metadata, _SectionColumns)
front_page = Table("front_page", metadata, _FrontPageColumns)
figures = Table("figures", metadata, _FiguresColumns)
portraits = Table("portraits", metadata, _PortraitColumns)
authors = Table("authors", metadata, _AuthorColumns)
appearance = Table("appearance", metadata, _AppearanceColumns)
appearance_files = Table("appearance_files", metadata, _AppearanceFileColumns)
REMOVED = text("NOT public")
"""A comment's tombstone. SQLite finds its index by these very words."""
comments = Table(
    "comments",
    metadata,
    _CommentColumns,
    Index("comments_by_thread", "article_id", "public", "parent_id", "at", "id"),
    Index("comments_removed", "at", sqlite_where=REMOVED, postgresql_where=REMOVED),
)
live_entries = Table("live_entries", metadata, _LiveEntryColumns, Index("live_entries_by_article", "article_id"))
totals = Table("totals", metadata, _TotalColumns)
rankings = Table("rankings", metadata, _RankingColumns)
related = Table("related", metadata, _RelatedColumns)
changes = Table("changes", metadata, _ChangeColumns, sqlite_autoincrement=True)
