"""Every account that is open, as it may act."""

from sqlalchemy import Connection, select

from services.ingest.accounts.store.accounts import of_row
from services.ingest.accounts.tables import user_sections, users
from services.ingest.kit.actors import Account


def everybody(connection: Connection) -> list[Account]:
    """By name."""
    own: dict[int, set[int]] = {}
    for line in connection.execute(select(user_sections)):
        own.setdefault(line.user_id, set()).add(line.section_id)
    query = select(users).where(users.c.disabled_at.is_(None)).order_by(users.c.name, users.c.id)
    return [
        of_row(row, frozenset() if row.all_sections else frozenset(own.get(row.id, ())))
        for row in connection.execute(query)
    ]
