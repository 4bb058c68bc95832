"""Everybody who has an account, as the desk names and lists them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from services.ingest.accounts.store.accounts import of_row
from services.ingest.accounts.tables import UserRow, user_sections, users
from services.ingest.kit.actors import Account
from shared.database import read
from shared.records import records


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account as its administrators see it: without password and secrets."""

    id: int
    email: str
    name: str
    role: str
    must_change_password: bool
    created_at: datetime
    disabled_at: datetime | None
    last_login_at: datetime | None
    all_sections: bool
    has_second_factor: bool
    section_ids: list[int]


def listed(engine: Engine) -> list[ListedAccount]:
    """Every account, by name."""
    with read(engine) as connection:
        rows = records(connection.execute(select(users).order_by(users.c.name)), UserRow)
        section_ids = sections_of(connection, [row.id for row in rows])
    return [
        ListedAccount(
            id=row.id,
            email=row.email,
            name=row.name,
            role=row.role,
            must_change_password=row.must_change_password,
            created_at=row.created_at,
            disabled_at=row.disabled_at,
            last_login_at=row.last_login_at,
            all_sections=row.all_sections,
            has_second_factor=row.totp_secret is not None,
            section_ids=section_ids.get(row.id, []),
        )
        for row in rows
    ]


def names(engine: Engine, emails: Iterable[str]) -> dict[str, str]:
    """Email -> name, of those that have an account."""
    with read(engine) as connection:
        rows = connection.execute(select(users.c.email, users.c.name).where(users.c.email.in_(list(emails))))
        return dict(rows.all())


def everybody(connection: Connection) -> list[Account]:
    """Every account that is open, as it may act, by name."""
    query = select(users).where(users.c.disabled_at.is_(None)).order_by(users.c.name, users.c.id)
    rows = records(connection.execute(query), UserRow)
    own = sections_of(connection, [row.id for row in rows])
    return [of_row(row, frozenset() if row.all_sections else frozenset(own.get(row.id, ()))) for row in rows]


def sections_of(connection: Connection, user_ids: Iterable[int]) -> dict[int, list[int]]:
    """Account -> the sections that it works at by name."""
    own: dict[int, list[int]] = {}
    mine = select(user_sections.c.user_id, user_sections.c.section_id)
    for user_id, section_id in connection.execute(mine.where(user_sections.c.user_id.in_(list(user_ids)))):
        own.setdefault(user_id, []).append(section_id)
    return own
