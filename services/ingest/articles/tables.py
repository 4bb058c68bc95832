"""Articles, all that they ever said, and what is being written.

`revisions` is append-only: triggers (migrations) refuse to change or delete its rows, so a revision whose `effect` is
"shown" is the unalterable copy of what readers could see from its time on."""

from datetime import datetime
from typing import Any

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
from shared.records import Record, Stored, column


class ArticleRow(Record):  # where an article stands now; what it says is in the revision of its version
    id: Stored[int] = column(Integer, primary_key=True)
    version: Stored[int] = column(BigInteger)
    # the last version that changed what readers see; NULL: never public
    public_version: Stored[int | None] = column(BigInteger)
    # The version it stands at, where readers do not see it yet: title, section and the like here are what they see.
    prepared_version: Stored[int | None] = column(BigInteger)
    status: Stored[str] = column(String(16))
    external_id: Stored[str | None] = column(String(200), unique=True)
    input_hash: Stored[str | None] = column(String(64))  # of what the sender with the external id sent last
    title: Stored[str] = column(Text)
    title_words: Stored[str] = column(Text, server_default="")  # the title as lists are searched
    slug: Stored[str] = column(String(160))
    section_id: Stored[int] = column(Integer, ForeignKey("sections.id"))
    published_at: Stored[datetime | None] = column(UtcDateTime)  # in the future while the status is "scheduled"
    first_published_at: Stored[datetime | None] = column(UtcDateTime)
    opening_views: Stored[int] = column(BigInteger)
    words: Stored[int] = column(Integer)
    pictures: Stored[int] = column(Integer, server_default="0")
    dateline: Stored[str] = column(String(50), server_default="")
    urgent: Stored[bool] = column(Boolean, server_default=false())  # the newsroom's haste: no version has it
    # since when it stands at its status; a release before kept none
    step_at: Stored[datetime | None] = column(UtcDateTime)
    embargo_until: Stored[datetime | None] = column(UtcDateTime)  # nobody can publish it before
    # The version whose text was approved, until readers would see another; NULL: nobody has approved what it says.
    approved_version: Stored[int | None] = column(BigInteger)
    approved_at: Stored[datetime | None] = column(UtcDateTime)
    approved_by: Stored[str | None] = column(String(200))  # the actor's name, for people to read
    # whose approval it is; NULL for both: the house's own programs
    approver_account_id: Stored[int | None] = column(Integer)
    approver_key_id: Stored[int | None] = column(Integer)
    # the actor who works on it at this step; NULL: nobody has taken it
    held_by: Stored[str | None] = column(String(200))
    held_at: Stored[datetime | None] = column(UtcDateTime)
    created_by: Stored[str] = column(String(200))
    created_at: Stored[datetime] = column(UtcDateTime)
    updated_at: Stored[datetime] = column(UtcDateTime)


class _ArticleColumns(ArticleRow, TypedColumns): ...


articles = Table(
    "articles",
    metadata,
    _ArticleColumns,
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


class RevisionRow(Record):
    article_id: Stored[int] = column(Integer, ForeignKey("articles.id"), primary_key=True)
    version: Stored[int] = column(BigInteger, primary_key=True)
    at: Stored[datetime] = column(UtcDateTime)
    actor: Stored[str] = column(String(200))
    action: Stored[str] = column(String(32))
    effect: Stored[str] = column(String(8))  # for readers: "shown", "removed" or "" (none)
    reason: Stored[str] = column(Text)  # of a withdrawal
    state: Stored[dict[str, Any]] = column(Json)  # a whole ArticleState
    original: Stored[str] = column(Text)  # the body as it was sent, before cleaning
    original_format: Stored[str] = column(String(8))


class _RevisionColumns(RevisionRow, TypedColumns): ...


class _MediaUseColumns(TypedColumns):
    # which article names which file, in the version it stands at or the one that readers see
    path: Stored[str] = column(String(200), primary_key=True)
    article_id: Stored[int] = column(Integer, ForeignKey("articles.id"), primary_key=True, index=True)
    entry_id: Stored[int] = column(Integer, primary_key=True, server_default="0")  # 0, or that of its live coverage


class AutosaveRow(Record):  # what somebody is writing and has not saved yet, one a person and article
    key: Stored[str] = column(String(40), primary_key=True)
    user_id: Stored[int] = column(Integer, ForeignKey("users.id"))
    article_id: Stored[int | None] = column(Integer, ForeignKey("articles.id"))  # NULL: an article that is new
    base_version: Stored[int | None] = column(BigInteger)  # what the writing started from
    sequence: Stored[int] = column(BigInteger)  # of this row's changes: two windows must not undo each other
    fields: Stored[dict[str, Any]] = column(Json)
    saved_at: Stored[datetime] = column(UtcDateTime)


class _AutosaveColumns(AutosaveRow, TypedColumns): ...


class SavedFilterRow(Record):  # how a person narrows the list of articles, under names of their own
    id: Stored[int] = column(Integer, primary_key=True)
    user_id: Stored[int] = column(Integer, ForeignKey("users.id"))
    name: Stored[str] = column(String(40))
    fields: Stored[dict[str, Any]] = column(Json)
    at: Stored[datetime] = column(UtcDateTime)


class _SavedFilterColumns(SavedFilterRow, TypedColumns): ...


class ArticleNoteRow(Record):  # what the newsroom says to itself about an article
    id: Stored[int] = column(Integer, primary_key=True)
    article_id: Stored[int] = column(Integer, ForeignKey("articles.id"), index=True)
    at: Stored[datetime] = column(UtcDateTime)
    actor: Stored[str] = column(String(200))
    text: Stored[str] = column(Text)


class _ArticleNoteColumns(ArticleNoteRow, TypedColumns): ...


revisions = Table("revisions", metadata, _RevisionColumns)
media_uses = Table("media_uses", metadata, _MediaUseColumns)
autosaves = Table(
    "autosaves",
    metadata,
    _AutosaveColumns,
    Index("autosaves_by_user", "user_id", "article_id", unique=True),
)
saved_filters = Table(
    "saved_filters",
    metadata,
    _SavedFilterColumns,
    Index("saved_filters_by_user", "user_id", "name", unique=True),
)
article_notes = Table("article_notes", metadata, _ArticleNoteColumns)
