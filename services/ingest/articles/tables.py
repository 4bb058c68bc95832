"""Articles, all that they ever said, and what is being written.

`revisions` is append-only: triggers (migrations) refuse to change or delete its rows, so a revision whose `effect` is
"shown" is the unalterable copy of what readers could see from its time on."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Named,
    String,
    Table,
    Text,
    TypedColumns,
    false,
    text,
)

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime


class ArticleColumns(TypedColumns):  # where an article stands now; what it says is in the revision of its version
    id: Named[int] = Column(Integer, primary_key=True)
    version: Named[int] = Column(BigInteger)
    # the last version that changed what readers see; NULL: never public
    public_version: Named[int | None] = Column(BigInteger)
    # The version it stands at, where readers do not see it yet: title, section and the like here are what they see.
    prepared_version: Named[int | None] = Column(BigInteger)
    status: Named[str] = Column(String(16))
    external_id: Named[str | None] = Column(String(200), unique=True)
    input_hash: Named[str | None] = Column(String(64))  # of what the sender with the external id sent last
    title: Named[str] = Column(Text)
    title_words: Named[str] = Column(Text, server_default="")  # the title as lists are searched
    slug: Named[str] = Column(String(160))
    section_id: Named[int] = Column(Integer, ForeignKey("sections.id"))
    published_at: Named[datetime | None] = Column(UtcDateTime)  # in the future while the status is "scheduled"
    first_published_at: Named[datetime | None] = Column(UtcDateTime)
    opening_views: Named[int] = Column(BigInteger)
    words: Named[int] = Column(Integer)
    pictures: Named[int] = Column(Integer, server_default="0")
    dateline: Named[str] = Column(String(50), server_default="")
    urgent: Named[bool] = Column(Boolean, server_default=false())  # the newsroom's haste: no version has it
    # since when it stands at its status; a release before kept none
    step_at: Named[datetime | None] = Column(UtcDateTime)
    embargo_until: Named[datetime | None] = Column(UtcDateTime)  # nobody can publish it before
    # The version whose text was approved, until readers would see another; NULL: nobody has approved what it says.
    approved_version: Named[int | None] = Column(BigInteger)
    approved_at: Named[datetime | None] = Column(UtcDateTime)
    approved_by: Named[str | None] = Column(String(200))  # the actor's name, for people to read
    # whose approval it is; NULL for both: the house's own programs
    approver_account_id: Named[int | None] = Column(Integer)
    approver_key_id: Named[int | None] = Column(Integer)
    # the actor who works on it at this step; NULL: nobody has taken it
    held_by: Named[str | None] = Column(String(200))
    held_at: Named[datetime | None] = Column(UtcDateTime)
    created_by: Named[str] = Column(String(200))
    created_at: Named[datetime] = Column(UtcDateTime)
    updated_at: Named[datetime] = Column(UtcDateTime)


articles = Table(
    "articles",
    metadata,
    ArticleColumns,
    Index("articles_by_status", "status", "published_at"),
    Index("articles_by_status_change", "status", "updated_at"),  # a step's list: what changed last is on top
    Index("articles_by_section", "section_id", "updated_at"),
    Index("articles_by_update", "updated_at"),
    Index(
        "articles_public",
        "public_version",
        sqlite_where=text("public_version IS NOT NULL"),
        postgresql_where=text("public_version IS NOT NULL"),
    ),
    Index(
        "articles_prepared",
        "prepared_version",
        sqlite_where=text("prepared_version IS NOT NULL"),
        postgresql_where=text("prepared_version IS NOT NULL"),
    ),
    sqlite_autoincrement=True,  # an id is never given twice, not even after a deletion
)
IS_PREPARED = articles.c.prepared_version == articles.c.version
"""Whether an article has a prepared next version. A release that knows of none leaves the column as it is."""


class RevisionColumns(TypedColumns):
    article_id: Named[int] = Column(Integer, ForeignKey("articles.id"), primary_key=True)
    version: Named[int] = Column(BigInteger, primary_key=True)
    at: Named[datetime] = Column(UtcDateTime)
    actor: Named[str] = Column(String(200))
    action: Named[str] = Column(String(32))
    effect: Named[str] = Column(String(8))  # for readers: "shown", "removed" or "" (none)
    reason: Named[str] = Column(Text)  # of a withdrawal
    state: Named[dict[str, Any]] = Column(Json)  # a whole ArticleState
    original: Named[str] = Column(Text)  # the body as it was sent, before cleaning
    original_format: Named[str] = Column(String(8))


class MediaUseColumns(TypedColumns):
    # which article names which file, in the version it stands at or the one that readers see
    path: Named[str] = Column(String(200), primary_key=True)
    article_id: Named[int] = Column(Integer, ForeignKey("articles.id"), primary_key=True, index=True)


class AutosaveColumns(TypedColumns):  # what somebody is writing and has not saved yet, one a person and article
    key: Named[str] = Column(String(40), primary_key=True)
    user_id: Named[int] = Column(Integer, ForeignKey("users.id"))
    article_id: Named[int | None] = Column(Integer, ForeignKey("articles.id"))  # NULL: an article that is new
    base_version: Named[int | None] = Column(BigInteger)  # what the writing started from
    sequence: Named[int] = Column(BigInteger)  # of this row's changes: two windows must not undo each other
    fields: Named[dict[str, Any]] = Column(Json)
    saved_at: Named[datetime] = Column(UtcDateTime)


class SavedFilterColumns(TypedColumns):  # how a person narrows the list of articles, under names of their own
    id: Named[int] = Column(Integer, primary_key=True)
    user_id: Named[int] = Column(Integer, ForeignKey("users.id"))
    name: Named[str] = Column(String(40))
    fields: Named[dict[str, Any]] = Column(Json)
    at: Named[datetime] = Column(UtcDateTime)


class ArticleNoteColumns(TypedColumns):  # what the newsroom says to itself about an article
    id: Named[int] = Column(Integer, primary_key=True)
    article_id: Named[int] = Column(Integer, ForeignKey("articles.id"), index=True)
    at: Named[datetime] = Column(UtcDateTime)
    actor: Named[str] = Column(String(200))
    text: Named[str] = Column(Text)


revisions = Table("revisions", metadata, RevisionColumns)
media_uses = Table("media_uses", metadata, MediaUseColumns)
autosaves = Table(
    "autosaves",
    metadata,
    AutosaveColumns,
    Index("autosaves_by_user", "user_id", "article_id", unique=True),
)
saved_filters = Table(
    "saved_filters",
    metadata,
    SavedFilterColumns,
    Index("saved_filters_by_user", "user_id", "name", unique=True),
)
article_notes = Table("article_notes", metadata, ArticleNoteColumns)
