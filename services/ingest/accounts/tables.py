"""People, their sections and sessions, invitations, keys of programs."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
    true,
)

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime

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
    # The sections of an account stand in `user_sections`; or it has all of them, those to come included.
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
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("agent", String(80), nullable=False, server_default=""),  # "Firefox, Linux"
    Column("seen_at", UtcDateTime),
    Column("proven_at", UtcDateTime),  # when password (and code) were last given
)
passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False, index=True),
    Column("credential", LargeBinary, nullable=False, unique=True),  # the id that the device gave it
    Column("public_key", LargeBinary, nullable=False),  # COSE
    Column("signs", BigInteger, nullable=False),  # the device's own counter; 0 where it has none
    Column("challenge_at", BigInteger, nullable=False),  # ns, of the last challenge answered: each counts once
    Column("name", String(100), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)
