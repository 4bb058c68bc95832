"""Reading the log of changes, which `services.web.store` writes in the transaction that changes what readers see."""

from typing import Any, NamedTuple

from sqlalchemy import Engine, func, select

from services.web.tables import changes
from shared.database import read


class Change(NamedTuple):
    """A row of the log of changes."""

    id: int
    at: float
    occurred_at: float
    kind: str
    what: list[Any]


def changes_after(engine: Engine, last: int) -> list[Change]:
    """What the log of changes holds after id `last`, in the order of commits."""
    with read(engine) as connection:
        of = changes.c
        written = select(of.id, of.at, of.occurred_at, of.kind, of.what).where(of.id > last).order_by(of.id)
        rows = connection.execute(written)
        return [Change(*row) for row in rows]


def last_change(engine: Engine) -> int:
    with read(engine) as connection:
        return int(connection.execute(select(func.coalesce(func.max(changes.c.id), 0))).scalar_one())
