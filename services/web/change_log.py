"""Reading the log of changes, which `services.web.writing` writes in the transaction that changes what readers see."""

from typing import Any, NamedTuple

from sqlalchemy import Engine, select

from services.web.tables import changes
from services.web.writing import CHANGES_KEPT_SECONDS
from shared.database import read


class Change(NamedTuple):
    """A row of the log of changes."""

    id: int
    at: float
    occurred_at: float
    kind: str
    what: list[Any]


class Mark(NamedTuple):
    """How far somebody has read: the last row, by its id and time; zeros for an empty log."""

    id: int
    at: float


def changes_after(engine: Engine, last: int) -> list[Change]:
    """What the log of changes holds after id `last`, in the order of commits."""
    with read(engine) as connection:
        of = changes.c
        written = select(of.id, of.at, of.occurred_at, of.kind, of.what).where(of.id > last).order_by(of.id)
        rows = connection.execute(written)
        return [Change(*row) for row in rows]


def news(engine: Engine, mark: Mark | None) -> tuple[list[Change] | None, Mark]:
    """What has come after the mark, and how far that goes. None where nobody knows what has changed: without a mark,
    in another log than it was set in, because the database was made anew or put back to an older state, and in one that
    lacks a row."""
    if mark is None:
        return None, _end(engine)
    with read(engine) as connection:
        at = connection.execute(select(changes.c.at).where(changes.c.id == mark.id)).scalar()
    rows = changes_after(engine, mark.id)
    # Whoever writes a row deletes those that are too old by then.
    deleted = at is None and any(row.at - CHANGES_KEPT_SECONDS > mark.at for row in rows)
    if at != mark.at and not deleted and mark.id:
        return None, _end(engine)
    # Nor where one is missing: a clock that was ahead had it deleted before it was read here.
    first = mark.id + 1 if mark.id or not rows else rows[0].id
    if [row.id for row in rows] != list(range(first, first + len(rows))):
        return None, _end(engine)
    return rows, Mark(rows[-1].id, rows[-1].at) if rows else mark


def _end(engine: Engine) -> Mark:
    with read(engine) as connection:
        row = connection.execute(select(changes.c.id, changes.c.at).order_by(changes.c.id.desc()).limit(1)).first()
    return Mark(row.id, row.at) if row else Mark(0, 0.0)
