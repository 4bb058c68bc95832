"""Articles, all that they ever said, and what is being written.

`revisions` is append-only: triggers (migrations) refuse to change or delete its rows, so a revision whose `effect` is
"shown" is the unalterable copy of what readers could see from its time on."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false, text

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime

articles = Table(
    "articles",  # where an article stands now; what it says is in the revision of its version
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("public_version", BigInteger),  # the last version that changed what readers see; NULL: never public
    # The version it stands at, where readers do not see it yet: title, section and the like here are what they see.
    Column("prepared_version", BigInteger),
    Column("status", String(16), nullable=False),
    Column("external_id", String(200), unique=True),
    Column("input_hash", String(64)),  # of what the sender with the external id sent last
    Column("title", Text, nullable=False),
    Column("title_words", Text, nullable=False, server_default=""),  # the title as lists are searched
    Column("slug", String(160), nullable=False),
    Column("section_id", Integer, ForeignKey("sections.id"), nullable=False),
    Column("published_at", UtcDateTime),  # in the future while the status is "scheduled"
    Column("first_published_at", UtcDateTime),
    Column("opening_views", BigInteger, nullable=False),
    Column("words", Integer, nullable=False),
    Column("pictures", Integer, nullable=False, server_default="0"),
    Column("dateline", String(50), nullable=False, server_default=""),
    Column("urgent", Boolean, nullable=False, server_default=false()),  # the newsroom's haste: no version has it
    Column("step_at", UtcDateTime),  # since when it stands at its status; a release before kept none
    Column("embargo_until", UtcDateTime),  # nobody can publish it before
    # The version whose text was approved, until readers would see another; NULL: nobody has approved what it says.
    Column("approved_version", BigInteger),
    Column("approved_at", UtcDateTime),
    Column("approved_by", String(200)),  # the actor's name, for people to read
    Column("approver_account_id", Integer),  # whose approval it is; NULL for both: the house's own programs
    Column("approver_key_id", Integer),
    Column("held_by", String(200)),  # the actor who works on it at this step; NULL: nobody has taken it
    Column("held_at", UtcDateTime),
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
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
revisions = Table(
    "revisions",
    metadata,
    Column("article_id", Integer, ForeignKey("articles.id"), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(32), nullable=False),
    Column("effect", String(8), nullable=False),  # for readers: "shown", "removed" or "" (none)
    Column("reason", Text, nullable=False),  # of a withdrawal
    Column("state", Json, nullable=False),  # a whole ArticleState
    Column("original", Text, nullable=False),  # the body as it was sent, before cleaning
    Column("original_format", String(8), nullable=False),
)
media_uses = Table(
    "media_uses",  # which article names which file, in the version it stands at or the one that readers see
    metadata,
    Column("path", String(200), primary_key=True),
    Column("article_id", Integer, ForeignKey("articles.id"), primary_key=True, index=True),
)
autosaves = Table(
    "autosaves",  # what somebody is writing and has not saved yet, one a person and article
    metadata,
    Column("key", String(40), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False),
    Column("article_id", Integer, ForeignKey("articles.id")),  # NULL: an article that is new
    Column("base_version", BigInteger),  # what the writing started from
    Column("sequence", BigInteger, nullable=False),  # of this row's changes: two windows must not undo each other
    Column("fields", Json, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Index("autosaves_by_user", "user_id", "article_id", unique=True),
)
saved_filters = Table(
    "saved_filters",  # how a person narrows the list of articles, under names of their own
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False),
    Column("name", String(40), nullable=False),
    Column("fields", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("saved_filters_by_user", "user_id", "name", unique=True),
)
article_notes = Table(
    "article_notes",  # what the newsroom says to itself about an article
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("text", Text, nullable=False),
)
