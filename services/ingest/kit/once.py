"""What was made under a form's key: whoever sends the form again gets that, and nothing is made twice.

A form that makes something carries a key of its own. The transaction that makes the thing notes it here: a second
press, a retry after a lost answer and one after a crash all find it.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, insert, select

from services.ingest.kit import rows
from services.ingest.kit.tables import made_things
from shared.database import write

KEY_LENGTH = 40
_KEPT = timedelta(days=90)


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
