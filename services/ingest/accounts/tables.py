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
from shared.records import Field, Record, column


class KeyRow(Record):
    id: Field[int] = column(Integer, primary_key=True)
    name: Field[str] = column(String(200))
    prefix: Field[str] = column(String(16), unique=True)
    digest: Field[str] = column(String(64))  # SHA-256 of the whole key: 32 random bytes need no slow hash
    scopes: Field[list[str]] = column(Json)
    created_at: Field[datetime] = column(UtcDateTime)
    expires_at: Field[datetime | None] = column(UtcDateTime)
    revoked_at: Field[datetime | None] = column(UtcDateTime)
    last_used_at: Field[datetime | None] = column(UtcDateTime)


class KeyColumns(KeyRow, TypedColumns): ...


class UserRow(Record):
    id: Field[int] = column(Integer, primary_key=True)
    email: Field[str] = column(String(254), unique=True)
    name: Field[str] = column(String(200))
    role: Field[str] = column(String(32))
    password_hash: Field[str] = column(Text)
    must_change_password: Field[bool] = column(Boolean)
    created_at: Field[datetime] = column(UtcDateTime)
    disabled_at: Field[datetime | None] = column(UtcDateTime)
    # The sections of an account stand in `user_sections`; or it has all of them, those to come included.
    all_sections: Field[bool] = column(Boolean, server_default=true())
    totp_secret: Field[str | None] = column(String(64))  # NULL: no second factor
    totp_step: Field[int | None] = column(BigInteger)  # of the last code taken: a code counts once
    recovery: Field[list[str] | None] = column(Json)  # SHA-256 digests of the codes not used yet
    last_login_at: Field[datetime | None] = column(UtcDateTime)


class UserColumns(UserRow, TypedColumns): ...


class UserSectionColumns(TypedColumns):
    user_id: Field[int] = column(Integer, ForeignKey("users.id"), primary_key=True)
    section_id: Field[int] = column(Integer, ForeignKey("sections.id"), primary_key=True)


class InvitationRow(Record):
    id: Field[int] = column(Integer, primary_key=True)
    digest: Field[str] = column(String(64), unique=True)  # SHA-256 of what stands in the link
    email: Field[str] = column(String(254))
    name: Field[str] = column(String(200))
    role: Field[str] = column(String(32))
    all_sections: Field[bool] = column(Boolean)
    section_ids: Field[list[int]] = column(Json)
    created_by: Field[str] = column(String(200))
    created_at: Field[datetime] = column(UtcDateTime)
    expires_at: Field[datetime] = column(UtcDateTime)
    used_at: Field[datetime | None] = column(UtcDateTime)


class InvitationColumns(InvitationRow, TypedColumns): ...


class SessionColumns(TypedColumns):
    digest: Field[str] = column(String(64), primary_key=True)
    user_id: Field[int] = column(Integer, ForeignKey("users.id"), index=True)
    created_at: Field[datetime] = column(UtcDateTime)
    expires_at: Field[datetime] = column(UtcDateTime)
    agent: Field[str] = column(String(80), server_default="")  # "Firefox, Linux"
    seen_at: Field[datetime | None] = column(UtcDateTime)
    proven_at: Field[datetime | None] = column(UtcDateTime)  # when password (and code) were last given


class PasskeyRow(Record):
    id: Field[int] = column(Integer, primary_key=True)
    user_id: Field[int] = column(Integer, ForeignKey("users.id"), index=True)
    credential: Field[bytes] = column(LargeBinary, unique=True)  # the id that the device gave it
    public_key: Field[bytes] = column(LargeBinary)  # COSE
    signs: Field[int] = column(BigInteger)  # the device's own counter; 0 where it has none
    challenge_at: Field[int] = column(BigInteger)  # ns, of the last challenge answered: each counts once
    name: Field[str] = column(String(100))
    created_at: Field[datetime] = column(UtcDateTime)
    used_at: Field[datetime | None] = column(UtcDateTime)


class PasskeyColumns(PasskeyRow, TypedColumns): ...


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
