"""Whose windows are open, asked for all at once: to look is not to use a session."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Engine, select

from services.ingest.accounts.store import directory
from services.ingest.accounts.store.accounts import of_row
from services.ingest.accounts.store.sessions import digest, is_open
from services.ingest.accounts.tables import UserRow, sessions, users
from services.ingest.kit.actors import Account
from shared.database import read
from shared.records import records


class OpenRow(UserRow):
    digest: str


def accounts_of(engine: Engine, tokens: Iterable[str]) -> dict[str, Account]:
    """The accounts of these sessions by their tokens; what has ended is left out."""
    asked = {digest(token): token for token in tokens}
    open_ones = sessions.c.digest.in_(asked) & is_open(datetime.now(UTC)) & users.c.disabled_at.is_(None)
    query = select(users, sessions.c.digest).join(sessions, sessions.c.user_id == users.c.id).where(open_ones)
    with read(engine) as connection:
        rows = records(connection.execute(query), OpenRow)
        own = directory.sections_of(connection, {row.id for row in rows})
    return {asked[row.digest]: of_row(row, frozenset(own.get(row.id, ()))) for row in rows}
