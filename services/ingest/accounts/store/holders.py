"""Whose password is tried, before it is."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import ColumnElement, Engine, select

from services.ingest.accounts.tables import UserRow, users
from shared.database import read
from shared.records import record
from shared.vietnamese.text import one_line


@dataclass(frozen=True, slots=True)
class Holder:
    """An account as the log-in's bounds see it: `stamp` is another with each password, and nobody guesses one that is
    `one_time` (96 random bits)."""

    id: int
    stamp: str
    one_time: bool


def by_email(engine: Engine, email: str) -> Holder | None:
    return _holder(engine, users.c.email == one_line(email).lower()[:254])


def by_id(engine: Engine, user_id: int) -> Holder | None:
    return _holder(engine, users.c.id == user_id)


def _holder(engine: Engine, which: ColumnElement[bool]) -> Holder | None:
    with read(engine) as connection:
        row = record(connection.execute(select(users).where(which)), UserRow)
    if row is None:
        return None
    return Holder(row.id, sha256(row.password_hash.encode()).hexdigest()[:16], row.must_change_password)
