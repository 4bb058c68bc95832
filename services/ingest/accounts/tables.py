"""People, their sections and sessions, invitations, keys of programs."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    TypedColumns,
    text,
    true,
)

from services.ingest.kit.tables import metadata
from shared.database import Json, UtcDateTime
from shared.records import Record, Stored, column


class KeyRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    name: Stored[str] = column(String(200))
    prefix: Stored[str] = column(String(16), unique=True)
    digest: Stored[str] = column(String(64))  # SHA-256 of the whole key: 32 random bytes need no slow hash
    scopes: Stored[list[str]] = column(Json)
    created_at: Stored[datetime] = column(UtcDateTime)
    expires_at: Stored[datetime | None] = column(UtcDateTime)
    revoked_at: Stored[datetime | None] = column(UtcDateTime)
    last_used_at: Stored[datetime | None] = column(UtcDateTime)


class _KeyColumns(KeyRow, TypedColumns): ...


class UserRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    email: Stored[str] = column(String(254), unique=True)
    name: Stored[str] = column(String(200))
    role: Stored[str] = column(String(32))
    password_hash: Stored[str] = column(Text)
    must_change_password: Stored[bool] = column(Boolean)
    created_at: Stored[datetime] = column(UtcDateTime)
    disabled_at: Stored[datetime | None] = column(UtcDateTime)
    # The sections of an account stand in `user_sections`; or it has all of them, those to come included.
    all_sections: Stored[bool] = column(Boolean, server_default=true())
    totp_secret: Stored[str | None] = column(String(64))  # NULL: no second factor
    totp_step: Stored[int | None] = column(BigInteger)  # of the last code taken: a code counts once
    recovery: Stored[list[str] | None] = column(Json)  # SHA-256 digests of the codes not used yet
    last_login_at: Stored[datetime | None] = column(UtcDateTime)


class _UserColumns(UserRow, TypedColumns): ...


class _UserSectionColumns(TypedColumns):
    user_id: Stored[int] = column(Integer, ForeignKey("users.id"), primary_key=True)
    section_id: Stored[int] = column(Integer, ForeignKey("sections.id"), primary_key=True)


class InvitationRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    digest: Stored[str] = column(String(64), unique=True)  # SHA-256 of what stands in the link
    email: Stored[str] = column(String(254))
    name: Stored[str] = column(String(200))
    role: Stored[str] = column(String(32))
    all_sections: Stored[bool] = column(Boolean)
    section_ids: Stored[list[int]] = column(Json)
    created_by: Stored[str] = column(String(200))
    created_at: Stored[datetime] = column(UtcDateTime)
    expires_at: Stored[datetime] = column(UtcDateTime)
    used_at: Stored[datetime | None] = column(UtcDateTime)


class _InvitationColumns(InvitationRow, TypedColumns): ...


class _SessionColumns(TypedColumns):
    digest: Stored[str] = column(String(64), primary_key=True)
    user_id: Stored[int] = column(Integer, ForeignKey("users.id"), index=True)
    created_at: Stored[datetime] = column(UtcDateTime)
    expires_at: Stored[datetime] = column(UtcDateTime)
    agent: Stored[str] = column(String(80), server_default="")  # "Firefox, Linux"
    seen_at: Stored[datetime | None] = column(UtcDateTime)
    proven_at: Stored[datetime | None] = column(UtcDateTime)  # when password (and code) were last given


class PasskeyRow(Record):
    id: Stored[int] = column(Integer, primary_key=True)
    user_id: Stored[int] = column(Integer, ForeignKey("users.id"), index=True)
    credential: Stored[bytes] = column(LargeBinary, unique=True)  # the id that the device gave it
    public_key: Stored[bytes] = column(LargeBinary)  # COSE
    signs: Stored[int] = column(BigInteger)  # the device's own counter; 0 where it has none
    challenge_at: Stored[int] = column(BigInteger)  # ns, of the last challenge answered: each counts once
    name: Stored[str] = column(String(100))
    created_at: Stored[datetime] = column(UtcDateTime)
    used_at: Stored[datetime | None] = column(UtcDateTime)


class _PasskeyColumns(PasskeyRow, TypedColumns): ...


keys = Table(
    "keys",
    metadata,
    _KeyColumns,
    Index(
        "keys_valid_name",
        "name",
        unique=True,
        sqlite_where=text("revoked_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL"),
    ),
)
users = Table("users", metadata, _UserColumns)
user_sections = Table("user_sections", metadata, _UserSectionColumns)
invitations = Table("invitations", metadata, _InvitationColumns)
sessions = Table("sessions", metadata, _SessionColumns)
passkeys = Table("passkeys", metadata, _PasskeyColumns)
