"""Web's read model: made only from events, and rebuildable from ingest at any time.

An article stands in several lists ("all", "s:thoi-su", "t:tet", "a:quang-long", "k:photo", "corrected"); `entries` is
all of them in one table, so that every list of the site is one range of one index.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

from shared.database import Json

metadata = MetaData()

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("public", Boolean, nullable=False),  # False: a tombstone
    Column("reason_kind", String(16), nullable=False),  # of a tombstone: "withdrawn" or "unpublished"
    Column("published_at", BigInteger, nullable=False),  # unix seconds
    Column("lists", Json, nullable=False),  # names of the lists it stands in
    Column("card", Json),  # what lists show of it
    Column("state", Json),  # the whole ArticleState; last, so that reading cards does not read it
)
entries = Table(
    "entries",
    metadata,
    Column("list", Text, primary_key=True),
    Column("published_at", BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
names = Table(
    "names",  # how a tag or an author is written, by list ("t:…", "a:…")
    metadata,
    Column("list", Text, primary_key=True),
    Column("name", Text, nullable=False),
)
old_paths = Table(
    "old_paths",  # addresses that imported articles had elsewhere, as they were and in one spelling
    metadata,
    Column("path", Text, primary_key=True),
    Column("article_id", Integer, nullable=False),
)
address_rules = Table(
    "address_rules",  # one row: where other addresses of a former site lead
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("rules", Json, nullable=False),
)
tag_merges = Table(
    "tag_merges",  # one row: tags that are others now
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("merges", Json, nullable=False),
)
address_uses = Table(
    "address_uses",  # how often addresses of a former site led somewhere, or nowhere
    metadata,
    Column("kind", Text, primary_key=True),  # "led" or "lost"
    Column("what", Text, primary_key=True),  # a rule's id, "articles" or "forms"; an address
    Column("times", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),  # unix seconds
    Index("address_uses_by_last", "last_at"),
)
media_uses = Table(
    "media_uses",  # files that public articles show, by the name that all sizes share
    metadata,
    Column("name", Text, primary_key=True),
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    Index("media_uses_by_article", "article_id"),
    sqlite_with_rowid=False,
)
sections = Table(
    "sections",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("parent_slug", Text, nullable=False),
    Column("position", Integer, nullable=False),
)
front_page = Table(
    "front_page",  # one row
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("pinned", Json, nullable=False),
)
appearance = Table(
    "appearance",  # one row: what the newsroom has chosen of the site's look
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("chosen", Json, nullable=False),
)
appearance_files = Table(
    "appearance_files",  # the pictures of that look
    metadata,
    Column("name", String(30), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
comments = Table(
    "comments",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("article_id", Integer, nullable=False),
    Column("parent_id", Integer),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False),  # when it was written; of a tombstone, when it came
    Column("edited", Boolean, nullable=False, server_default=false()),
    Column("by_paper", Boolean, nullable=False, server_default=false()),
    Index("comments_by_article", "article_id", "at"),
    Index("comments_removed", "at", sqlite_where=text("NOT public"), postgresql_where=text("NOT public")),
)
live_entries = Table(
    "live_entries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("public", Boolean, nullable=False),  # False: a tombstone, which stays
    Column("article_id", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),  # since when it is public, unix seconds
    Column("pinned", Boolean, nullable=False),
    Column("key_event", Boolean, nullable=False),
    Column("state", Json),  # the whole event
    Index("live_entries_by_article", "article_id"),
)
totals = Table(
    "totals",
    metadata,
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("views", BigInteger, nullable=False),
)
rankings = Table(
    "rankings",
    metadata,
    Column("name", Text, primary_key=True),  # "24h:thoi-su"
    Column("version", BigInteger, nullable=False),
    Column("entries", Json, nullable=False),  # [[article id, views], …]
)
related = Table(
    "related",
    metadata,
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("ids", Json, nullable=False),
)
changes = Table(
    "changes",  # what HTTP processes must hear of, in the order of commits; old rows are deleted
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Float, nullable=False),  # unix seconds of the commit here
    Column("occurred_at", Float, nullable=False),  # of the oldest fact behind it
    Column("kind", String(16), nullable=False),  # "pages" or "totals"
    Column("what", Json, nullable=False),  # keys of what changed, or [[article id, views], …]
    sqlite_autoincrement=True,
)
