"""People, their sections and sessions, invitations, keys of programs."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Named,
    String,
    Table,
    Text,
    TypedColumns,
    text,
    true,
)

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime


class KeyColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    name: Named[str] = Column(String(200))
    prefix: Named[str] = Column(String(16), unique=True)
    digest: Named[str] = Column(String(64))  # SHA-256 of the whole key: 32 random bytes need no slow hash
    scopes: Named[list[str]] = Column(Json)
    created_at: Named[datetime] = Column(UtcDateTime)
    expires_at: Named[datetime | None] = Column(UtcDateTime)
    revoked_at: Named[datetime | None] = Column(UtcDateTime)
    last_used_at: Named[datetime | None] = Column(UtcDateTime)


class UserColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    email: Named[str] = Column(String(254), unique=True)
    name: Named[str] = Column(String(200))
    role: Named[str] = Column(String(32))
    password_hash: Named[str] = Column(Text)
    must_change_password: Named[bool] = Column(Boolean)
    created_at: Named[datetime] = Column(UtcDateTime)
    disabled_at: Named[datetime | None] = Column(UtcDateTime)
    # The sections of an account stand in `user_sections`; or it has all of them, those to come included.
    all_sections: Named[bool] = Column(Boolean, server_default=true())
    totp_secret: Named[str | None] = Column(String(64))  # NULL: no second factor
    totp_step: Named[int | None] = Column(BigInteger)  # of the last code taken: a code counts once
    recovery: Named[list[str] | None] = Column(Json)  # SHA-256 digests of the codes not used yet
    last_login_at: Named[datetime | None] = Column(UtcDateTime)


class UserSectionColumns(TypedColumns):
    user_id: Named[int] = Column(Integer, ForeignKey("users.id"), primary_key=True)
    section_id: Named[int] = Column(Integer, ForeignKey("sections.id"), primary_key=True)


class InvitationColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    digest: Named[str] = Column(String(64), unique=True)  # SHA-256 of what stands in the link
    email: Named[str] = Column(String(254))
    name: Named[str] = Column(String(200))
    role: Named[str] = Column(String(32))
    all_sections: Named[bool] = Column(Boolean)
    section_ids: Named[list[int]] = Column(Json)
    created_by: Named[str] = Column(String(200))
    created_at: Named[datetime] = Column(UtcDateTime)
    expires_at: Named[datetime] = Column(UtcDateTime)
    used_at: Named[datetime | None] = Column(UtcDateTime)


class SessionColumns(TypedColumns):
    digest: Named[str] = Column(String(64), primary_key=True)
    user_id: Named[int] = Column(Integer, ForeignKey("users.id"), index=True)
    created_at: Named[datetime] = Column(UtcDateTime)
    expires_at: Named[datetime] = Column(UtcDateTime)
    agent: Named[str] = Column(String(80), server_default="")  # "Firefox, Linux"
    seen_at: Named[datetime | None] = Column(UtcDateTime)
    proven_at: Named[datetime | None] = Column(UtcDateTime)  # when password (and code) were last given


class PasskeyColumns(TypedColumns):
    id: Named[int] = Column(Integer, primary_key=True)
    user_id: Named[int] = Column(Integer, ForeignKey("users.id"), index=True)
    credential: Named[bytes] = Column(LargeBinary, unique=True)  # the id that the device gave it
    public_key: Named[bytes] = Column(LargeBinary)  # COSE
    signs: Named[int] = Column(BigInteger)  # the device's own counter; 0 where it has none
    challenge_at: Named[int] = Column(BigInteger)  # ns, of the last challenge answered: each counts once
    name: Named[str] = Column(String(100))
    created_at: Named[datetime] = Column(UtcDateTime)
    used_at: Named[datetime | None] = Column(UtcDateTime)


keys = Table(
    "keys",
    metadata,
    KeyColumns,
    Index(
        "keys_valid_name",
        "name",
        unique=True,
        sqlite_where=text("revoked_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL"),
    ),
)
users = Table("users", metadata, UserColumns)
user_sections = Table("user_sections", metadata, UserSectionColumns)
invitations = Table("invitations", metadata, InvitationColumns)
sessions = Table("sessions", metadata, SessionColumns)
passkeys = Table("passkeys", metadata, PasskeyColumns)
