"""What was made under a form's key: whoever sends the form again gets that, and nothing is made twice.

A form that makes something carries a key of its own. The transaction that makes the thing notes it here: a second
press, a retry after a lost answer and one after a crash all find it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import IntegrityError

from services.ingest.kit import rows
from services.ingest.kit.tables import made_things
from shared.database import write

_KEPT = timedelta(days=90)
_TRIES = 2


@dataclass(frozen=True, slots=True)
class Sent:
    """A form with a key of its own, sent by somebody. What is sent again with other words in it has another key."""

    key: str
    user_id: int


def making(engine: Engine, sent: Sent | None, make: Callable[[Connection], int]) -> int:
    """What `make` makes in one transaction, its id: once for each form, however often that is sent."""
    for attempt in range(_TRIES):
        try:
            with write(engine) as connection:
                known = made(connection, sent.key, sent.user_id) if sent else None
                if known is not None:
                    return known
                made_id = make(connection)
                if sent:
                    note(connection, sent.key, sent.user_id, made_id)
                return made_id
        except IntegrityError:
            # The same form was first in another transaction.
            if sent is None or attempt == _TRIES - 1:
                raise
    raise AssertionError("never reached")


def made(connection: Connection, key: str, user_id: int) -> int | None:
    """The id of what a person made under this key, None for nothing yet."""
    mine = (made_things.c.key == key) & (made_things.c.user_id == user_id)
    found = connection.execute(select(made_things.c.made_id).where(mine)).scalar()
    return None if found is None else int(found)


def note(connection: Connection, key: str, user_id: int, made_id: int) -> None:
    """Raises IntegrityError when the same form was first in another transaction: look again."""
    row = {"key": key, "user_id": user_id, "made_id": made_id, "at": datetime.now(UTC)}
    connection.execute(insert(made_things), row)


def forget_old(engine: Engine, now: datetime) -> bool:
    """Forms that nobody has open any more; True when there may be more."""
    with write(engine) as connection:
        return connection.execute(rows.some(made_things, made_things.c.at < now - _KEPT)).rowcount == rows.STEP
