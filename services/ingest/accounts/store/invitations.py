"""Invitations: a link that makes one account, once, within some days."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, Engine, delete, select, update

from services.ingest.accounts.store import accounts
from services.ingest.accounts.tables import InvitationRow, invitations, users
from services.ingest.kit import audit, rows
from services.ingest.kit.actors import Role
from services.ingest.kit.errors import Invalid, NotFound
from shared.database import read, write
from shared.records import record, records
from shared.vietnamese.text import one_line

LIVES = timedelta(days=7)
_KEPT = timedelta(days=90)


def invite(engine: Engine, email: str, role: Role, name: str, section_ids: Iterable[int] | None, *, by: str) -> str:
    """The secret part of the link; it can't be shown again. Raises Invalid."""
    try:
        email = accounts.checked_address(email)
    except ValueError:
        raise Invalid.of("email", "Địa chỉ thư này không dùng được.") from None
    token, now = secrets.token_urlsafe(24), datetime.now(UTC)
    row = {
        "digest": _digest(token),
        "email": email,
        "name": one_line(name)[:200],
        "role": role,
        "all_sections": section_ids is None,
        "section_ids": sorted(set(section_ids or ())),
        "created_by": by,
        "created_at": now,
        "expires_at": now + LIVES,
    }
    with write(engine) as connection:
        if connection.execute(select(users.c.id).where(users.c.email == email)).first() is not None:
            raise Invalid.of("email", "Địa chỉ này đã có tài khoản.")
        connection.execute(delete(invitations).where(invitations.c.email == email, invitations.c.used_at.is_(None)))
        connection.execute(invitations.insert(), row)
        audit.append(connection, by, "user.invited", f"user:{email}", {"role": role})
    return token


def waiting(engine: Engine) -> list[InvitationRow]:
    """Invitations that can still be taken up, the newest first."""
    query = select(invitations).where(_open()).order_by(invitations.c.id.desc())
    with read(engine) as connection:
        return records(connection.execute(query), InvitationRow)


def find(engine: Engine, token: str) -> InvitationRow:
    """The invitation's row. Raises NotFound when it is unknown, used or too old."""
    with read(engine) as connection:
        row = record(
            connection.execute(select(invitations).where(invitations.c.digest == _digest(token), _open())),
            InvitationRow,
        )
    if row is None:
        raise NotFound("Lời mời này không còn dùng được. Hãy xin người quản trị gửi lời mời mới.")
    return row


def take_up(engine: Engine, token: str, name: str, password: str) -> int:
    """Make the account; its id. Raises NotFound, ValueError (password), IntegrityError (address taken)."""
    hashed = accounts.new_password_hash(password)
    with write(engine) as connection:
        taken = (
            update(invitations)
            .where(invitations.c.digest == _digest(token), _open())
            .values(used_at=datetime.now(UTC))
            .returning(invitations)
        )
        row = record(connection.execute(taken), InvitationRow)
        if row is None:
            raise NotFound("Lời mời này không còn dùng được.")
        return accounts.add_user(
            connection,
            row.email,
            Role(row.role),
            name or row.name,
            hashed,
            by=row.created_by,
            section_ids=None if row.all_sections else row.section_ids,
        )


def revoke(engine: Engine, invitation_id: int, *, by: str) -> None:
    """Take an invitation back. Raises NotFound."""
    with write(engine) as connection:
        gone = delete(invitations).where(invitations.c.id == invitation_id, _open()).returning(invitations.c.email)
        email = connection.execute(gone).scalar()
        if email is None:
            raise NotFound("Không có lời mời này.")
        audit.append(connection, by, "user.invitation_revoked", f"user:{email}", {})


def forget_old(engine: Engine, now: datetime) -> bool:
    """Invitations, taken up or not, that ended long ago; True when there may be more."""
    with write(engine) as connection:
        old = invitations.c.expires_at < now - _KEPT
        return connection.execute(rows.some(invitations, old)).rowcount == rows.STEP


def _open() -> ColumnElement[bool]:
    return invitations.c.used_at.is_(None) & (invitations.c.expires_at > datetime.now(UTC))


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
