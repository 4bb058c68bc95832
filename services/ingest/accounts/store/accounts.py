"""People of the desk: accounts, passwords (Argon2id) and sessions that end at once when they should."""

import re
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, Engine, delete, select, update
from sqlalchemy.exc import IntegrityError

from services.ingest.accounts.store.passkeys import has_passkey
from services.ingest.accounts.store.sessions import live, open_session, see
from services.ingest.accounts.tables import UserRow, passkeys, sessions, user_sections, users
from services.ingest.kit import audit
from services.ingest.kit.actors import Account, Role
from shared.database import AdvisoryLock, read, take_lock, write
from shared.database import engine as service_engine
from shared.records import record
from shared.settings import get_settings
from shared.vietnamese.text import nfc, one_line

if TYPE_CHECKING:
    from pwdlib import PasswordHash

FIRST_ADMIN_EMAIL = "admin@toasoan.local"
PASSWORD_LENGTH = (10, 256)
COMMAND_LINE = "command line"
_EMAIL = re.compile(r"\A[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,120}")
# OWASP's Argon2id parameters with 19 MiB: two at a time cost the process less than one with the library's 64 MiB.
_HASH_KIB, _HASH_ROUNDS = 19_456, 2
_hashing = threading.Semaphore(2)


@dataclass(frozen=True, slots=True)
class SecondFactorWanted:
    """The password was right, and the account has a second factor: `open_session` after its code."""

    user_id: int


@dataclass(frozen=True, slots=True)
class PasskeyWanted:
    """The password was right, and is not enough here: the account's second factor is its passkey."""


# ---------------------------------------------------------------- accounts


def create_user(email: str, role: str, *, name: str = "", engine: Engine | None = None) -> str:
    """Make an account and return its one-time password.

    Raises ValueError for an impossible address, an unknown role or an address that is taken.
    """
    email = checked_address(email)
    if role not in set(Role):
        raise ValueError(f"unknown role {role}; there are {', '.join(Role)}")
    password = secrets.token_urlsafe(12)
    hashed = _hashed(password)
    try:
        with write(engine or service_engine("ingest")) as connection:
            add_user(connection, email, Role(role), name, hashed, by=COMMAND_LINE, must_change_password=True)
    except IntegrityError:
        raise ValueError(f"there is an account for {email} already") from None
    return password


def add_user(
    connection: Connection,
    email: str,
    role: Role,
    name: str,
    password_hash: str,
    *,
    by: str,
    must_change_password: bool = False,
    section_ids: Iterable[int] | None = None,
) -> int:
    """The account's id. `section_ids` None: works at every section. Raises IntegrityError for a taken address."""
    row = {
        "email": email,
        "name": one_line(name)[:200] or email.partition("@")[0],
        "role": role,
        "password_hash": password_hash,
        "must_change_password": must_change_password,
        "created_at": datetime.now(UTC),
        "all_sections": section_ids is None,
    }
    user_id = int(connection.execute(users.insert().returning(users.c.id), row).scalar_one())
    _set_sections(connection, user_id, section_ids)
    audit.append(connection, by, "user.created", f"user:{email}", {"role": role})
    return user_id


def ensure_first_admin(engine: Engine | None = None) -> str | None:
    """Make the first account of an empty house; its one-time password, or None where there are accounts."""
    with read(engine or service_engine("ingest")) as connection:
        if connection.execute(select(users.c.id).limit(1)).first() is not None:
            return None
    try:
        return create_user(FIRST_ADMIN_EMAIL, Role.admin, engine=engine)
    except ValueError:
        # Another process was first.
        return None


def change_account(
    engine: Engine, user_id: int, *, name: str, role: Role, section_ids: Iterable[int] | None, by: str
) -> None:
    """Change what somebody is. Sessions end when a right may be lost: with another role or other sections.

    Raises ValueError for an unknown account, and when the last admin would be none.
    """
    wanted = None if section_ids is None else sorted(set(section_ids))
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.admins)
        row = record(connection.execute(select(users).where(users.c.id == user_id)), UserRow)
        if row is None:
            raise ValueError("there is no such account")
        if row.role == Role.admin and role is not Role.admin:
            _keep_an_admin(connection, user_id)
        same_sections = select(user_sections.c.section_id).where(user_sections.c.user_id == user_id)
        before = None if row.all_sections else sorted(connection.execute(same_sections).scalars())
        connection.execute(
            update(users)
            .where(users.c.id == user_id)
            .values(name=one_line(name)[:200] or row.name, role=role, all_sections=wanted is None)
        )
        _set_sections(connection, user_id, wanted)
        if role != row.role or wanted != before:
            connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
        audit.append(connection, by, "user.changed", f"user:{row.email}", {"role": role, "sections": wanted})


def reset_password(engine: Engine, user_id: int, *, by: str) -> str:
    """A new one-time password; sessions, second factor and passkeys end. Raises ValueError for an unknown account."""
    password = secrets.token_urlsafe(12)
    values = {"password_hash": _hashed(password), "must_change_password": True}
    values |= {"totp_secret": None, "totp_step": None, "recovery": None}
    with write(engine) as connection:
        _end_sessions(connection, users.c.id == user_id, "password_reset", by, **values)
        connection.execute(delete(passkeys).where(passkeys.c.user_id == user_id))
    return password


def reset_by_command(email: str, engine: Engine | None = None) -> str:
    """`reset_password` by whoever has the machine, for an administrator whom nobody else can help.

    Raises ValueError for an unknown address, and for an account that was closed.
    """
    source = engine or service_engine("ingest")
    with read(source) as connection:
        row = record(connection.execute(select(users).where(users.c.email == _address(email))), UserRow)
    if row is None:
        raise ValueError(f"there is no account for {_address(email)}")
    if row.disabled_at is not None:
        raise ValueError(f"the account for {row.email} was closed; an administrator opens it at the desk")
    return reset_password(source, row.id, by=COMMAND_LINE)


def change_password(engine: Engine, email: str, password: str) -> None:
    """Give an account a new password and end all its sessions.

    Raises ValueError for a length outside PASSWORD_LENGTH or an unknown address.
    """
    values = {"password_hash": new_password_hash(password), "must_change_password": False}
    email = _address(email)
    with write(engine) as connection:
        _end_sessions(connection, users.c.email == email, "password_changed", f"user:{email}", **values)


def disable(engine: Engine, email: str, *, by: str = COMMAND_LINE) -> None:
    """Close an account and end its sessions.

    Raises ValueError for an unknown address, and for the last admin.
    """
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.admins)
        row = record(connection.execute(select(users).where(users.c.email == _address(email))), UserRow)
        if row is not None and row.role == Role.admin and by != COMMAND_LINE:
            _keep_an_admin(connection, row.id)
        _end_sessions(connection, users.c.email == _address(email), "disabled", by, disabled_at=datetime.now(UTC))


def enable(engine: Engine, email: str, *, by: str) -> None:
    """Open a closed account again. Raises ValueError for an unknown address."""
    with write(engine) as connection:
        _end_sessions(connection, users.c.email == _address(email), "enabled", by, disabled_at=None)


# ---------------------------------------------------------------- sessions


def log_in(engine: Engine, email: str, password: str) -> str | SecondFactorWanted | PasskeyWanted | None:
    """A new session's token, or None. An unknown address takes as long as a wrong password."""
    with read(engine) as connection:
        user = record(connection.execute(select(users).where(users.c.email == _address(email))), UserRow)
    right = _matches(password, user.password_hash if user else _nobody())
    if user is None or not right or user.disabled_at is not None:
        return None
    if user.totp_secret:
        return SecondFactorWanted(user.id)
    if _is_second_factor_required() and has_passkey(engine, user.id):
        return PasskeyWanted()
    return open_session(engine, user.id)


def lacks_second_factor(engine: Engine, who: Account) -> bool:
    """Whether the newsroom requires one that this account does not have yet."""
    return _is_second_factor_required() and not (who.has_second_factor or has_passkey(engine, who.id))


def _is_second_factor_required() -> bool:
    return get_settings().second_factor == "required"


def account_of(engine: Engine, token: str) -> Account | None:
    """Whose session it is; None when it has ended or the account was disabled."""
    query = select(users).join(sessions, sessions.c.user_id == users.c.id)
    with read(engine) as connection:
        row = record(connection.execute(query.where(live(token), users.c.disabled_at.is_(None))), UserRow)
        found = None if row is None else _account(connection, row)
    if found:
        see(engine, token)
    return found


def standing(connection: Connection, user_id: int) -> Account | None:
    """An account as it is now; None when it was disabled."""
    row = record(connection.execute(select(users).where(users.c.id == user_id, users.c.disabled_at.is_(None))), UserRow)
    return None if row is None else _account(connection, row)


def named(engine: Engine, actor_name: str) -> Account | None:
    """The account of "user:EMAIL" as it is now; None when there is none, or it was disabled."""
    mine = (users.c.email == actor_name.removeprefix("user:")) & users.c.disabled_at.is_(None)
    with read(engine) as connection:
        row = record(connection.execute(select(users).where(mine)), UserRow)
        return None if row is None else _account(connection, row)


def _account(connection: Connection, row: UserRow) -> Account:
    own = select(user_sections.c.section_id).where(user_sections.c.user_id == row.id)
    return of_row(row, frozenset() if row.all_sections else frozenset(connection.execute(own).scalars()))


def of_row(row: UserRow, section_ids: frozenset[int]) -> Account:
    """The account of a row of `users`."""
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        must_change_password=row.must_change_password,
        all_sections=row.all_sections,
        section_ids=section_ids,
        has_second_factor=row.totp_secret is not None,
    )


def password_is(engine: Engine, user_id: int, password: str) -> bool:
    """Whether it is the account's password, for what asks for it once more."""
    with read(engine) as connection:
        hashed = connection.execute(select(users.c.password_hash).where(users.c.id == user_id)).scalar()
    return _matches(password, hashed or _nobody())


# ---------------------------------------------------------------- how


def checked_address(email: str) -> str:
    """The address as it is stored. Raises ValueError for what cannot be one."""
    email = _address(email)
    if not _EMAIL.fullmatch(email):
        raise ValueError(f"{email!r} is not an e-mail address")
    return email


def new_password_hash(password: str) -> str:
    """The hash to store. Raises ValueError for a length outside PASSWORD_LENGTH."""
    shortest, longest = PASSWORD_LENGTH
    if not shortest <= len(nfc(password)) <= longest:
        raise ValueError(f"a password has {shortest} to {longest} characters")
    return _hashed(nfc(password))


def _end_sessions(connection: Connection, which: ColumnElement[bool], action: str, by: str, **values: object) -> None:
    changed = update(users).where(which).values(**values).returning(users.c.id, users.c.email)
    row = connection.execute(changed).first()
    if row is None:
        raise ValueError("there is no such account")
    user_id, email = row
    connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
    audit.append(connection, by, f"user.{action}", f"user:{email}", {})


def _set_sections(connection: Connection, user_id: int, section_ids: Iterable[int] | None) -> None:
    connection.execute(delete(user_sections).where(user_sections.c.user_id == user_id))
    rows = [{"user_id": user_id, "section_id": section_id} for section_id in sorted(set(section_ids or ()))]
    if rows:
        connection.execute(user_sections.insert(), rows)


def _keep_an_admin(connection: Connection, user_id: int) -> None:
    """Two who take each other's role away at once must not both succeed: callers hold AdvisoryLock.admins."""
    others = select(users.c.id).where(users.c.role == Role.admin, users.c.disabled_at.is_(None), users.c.id != user_id)
    if connection.execute(others.limit(1)).first() is None:
        raise ValueError("the last admin must stay one")


def _address(email: str) -> str:
    return one_line(email).lower()[:254]


@lru_cache(maxsize=1)
def _hasher() -> "PasswordHash":
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    return PasswordHash((Argon2Hasher(time_cost=_HASH_ROUNDS, memory_cost=_HASH_KIB, parallelism=1),))


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hashed(secrets.token_urlsafe(12))


def _hashed(password: str) -> str:
    with _hashing:
        return _hasher().hash(password)


def _matches(password: str, hashed: str) -> bool:
    if len(password) > PASSWORD_LENGTH[1]:
        return False
    with _hashing:
        return _hasher().verify(nfc(password), hashed)
