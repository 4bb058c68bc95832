"""What ingest keeps for good. Nobody else writes here.

`revisions` and `audit` are append-only: triggers (migrations) refuse to change or delete their rows, so a
revision whose `effect` is "shown" is the unalterable copy of what readers could see from its time on.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
    true,
)

from shared.database import Json, UtcDateTime
from shared.deadletter import dead_letter_table
from shared.outbox import outbox_table

metadata = MetaData()

sections = Table(
    "sections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("slug", String(120), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("name_key", String(200), nullable=False, unique=True),  # folded, so that one name makes one section
    Column("parent_id", Integer, ForeignKey("sections.id")),
    Column("position", Integer, nullable=False),
)
articles = Table(
    "articles",  # where an article stands now; what it says is in the revision of its version
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("public_version", BigInteger),  # the last version that changed what readers see; NULL: never public
    Column("status", String(16), nullable=False),
    Column("external_id", String(200), unique=True),
    Column("input_hash", String(64)),  # of what the sender with the external id sent last
    Column("title", Text, nullable=False),
    Column("slug", String(160), nullable=False),
    Column("section_id", Integer, ForeignKey("sections.id"), nullable=False),
    Column("published_at", UtcDateTime),  # in the future while the status is "scheduled"
    Column("first_published_at", UtcDateTime),
    Column("opening_views", BigInteger, nullable=False),
    Column("words", Integer, nullable=False),
    Column("embargo_until", UtcDateTime),  # nobody can publish it before
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("articles_by_status", "status", "published_at"),
    Index("articles_by_section", "section_id", "updated_at"),
    Index("articles_by_update", "updated_at"),
    Index(
        "articles_public",
        "public_version",
        sqlite_where=text("public_version IS NOT NULL"),
        postgresql_where=text("public_version IS NOT NULL"),
    ),
    sqlite_autoincrement=True,  # an id is never given twice, not even after a deletion
)
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
media = Table(
    "media",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),  # of the rebuilt file
    Column("path", String(200), nullable=False, unique=True),
    Column("type", String(32), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("renditions", Json, nullable=False),  # [[width, path], …]
    Column("caption", Text, nullable=False),
    Column("credit", Text, nullable=False),
    Column("alt", Text, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("name", String(200), nullable=False, server_default=""),  # of the file as it was uploaded
    # What must stay in view when a page crops the picture, as shares of its width and height.
    Column("focus_x", Float, nullable=False, server_default="0.5"),
    Column("focus_y", Float, nullable=False, server_default="0.5"),
    Column("derived_from", Integer),  # the picture that this one was cut from
    Column("poster_id", Integer),  # the picture that stands for a film until it plays
    Column("words", Text, nullable=False, server_default=""),  # name, caption and credit without marks, to look for
)
media_uses = Table(
    "media_uses",  # which article names which file, in the version it stands at
    metadata,
    Column("path", String(200), primary_key=True),
    Column("article_id", Integer, ForeignKey("articles.id"), primary_key=True, index=True),
)
keys = Table(
    "keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("prefix", String(16), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),  # SHA-256 of the whole key: 32 random bytes need no slow hash
    Column("scopes", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
    Index(
        "keys_valid_name",
        "name",
        unique=True,
        sqlite_where=text("revoked_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL"),
    ),
)
users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(32), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    # The desks of an account are the sections in `user_sections`, or all of them, those to come included.
    Column("all_sections", Boolean, nullable=False, server_default=true()),
    Column("totp_secret", String(64)),  # NULL: no second factor
    Column("totp_step", BigInteger),  # of the last code taken: a code counts once
    Column("recovery", Json),  # SHA-256 digests of the codes not used yet
    Column("last_login_at", UtcDateTime),
)
user_sections = Table(
    "user_sections",
    metadata,
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    Column("section_id", Integer, ForeignKey("sections.id"), primary_key=True),
)
invitations = Table(
    "invitations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),  # SHA-256 of what stands in the link
    Column("email", String(254), nullable=False),
    Column("name", String(200), nullable=False),
    Column("role", String(32), nullable=False),
    Column("all_sections", Boolean, nullable=False),
    Column("section_ids", Json, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)
section_rules = Table(
    "section_rules",  # how an article of a section gets to readers; without a row: the house's usual way
    metadata,
    Column("section_id", Integer, ForeignKey("sections.id"), primary_key=True, autoincrement=False),
    Column("steps", Json, nullable=False),  # statuses that must be passed, of submitted, edited, approved
    Column("approver", String(32), nullable=False),  # the least role that approves
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
article_notes = Table(
    "article_notes",  # what the newsroom says to itself about an article
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("text", Text, nullable=False),
)
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)
comments = Table(
    "comments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("token", String(64), nullable=False, unique=True),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False, index=True),
    Column("parent_id", Integer, ForeignKey("comments.id")),
    Column("name", String(200), nullable=False),
    Column("email", String(254), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("status", String(16), nullable=False),  # held, approved, rejected, removed
    Column("spam_score", Integer, nullable=False),
    Column("spam_reasons", Json, nullable=False),
    Column("decided_by", String(200), nullable=False),
    Column("decided_at", UtcDateTime),
    Index("comments_by_status", "status", "at"),
    sqlite_autoincrement=True,
)
front_page = Table(
    "front_page",  # one row
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("pinned", Json, nullable=False),
)
front_page_slots = Table(
    "front_page_slots",  # what is to be pinned when; `front_page` holds what is pinned now
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", Integer, ForeignKey("articles.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("starts_at", UtcDateTime),  # NULL: at once
    Column("ends_at", UtcDateTime),  # NULL: until somebody takes it away
    Column("added_by", String(200), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", Json, nullable=False),
    Column("hash", String(64), nullable=False),  # of this row and the hash before it
    Index("audit_by_subject", "subject", "id"),
)
outbox = outbox_table(metadata)
dead_letters = dead_letter_table(metadata)
