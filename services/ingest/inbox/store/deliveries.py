"""What is on its way to people by other ways than the desk: a row an entry and channel.

"Never twice": a row is `waiting` until it is about to be handed over, which is committed first (`underway`). A server
that says it has taken the message makes it `sent`. Whoever dies in between leaves it `underway`: SMTP has no way to
ask whether a message came in, so that it is then `in_doubt`, which is counted and never sent again. What is lost at
worst is an e-mail about an entry that stands in the inbox all the same; a failure before the handing over is tried
again.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, or_, select, update

from services.ingest.inbox.store import choices
from services.ingest.inbox.tables import inbox_deliveries, inbox_entries
from services.ingest.kit.periodic import moment
from services.ingest.kit.retrying import LEASE, next_try
from shared import clock
from shared.database import read, write
from shared.settings import get_settings
from shared.telemetry import inbox_deliveries_total

MAIL = "mail"


class DeliveryState(StrEnum):
    waiting = "waiting"
    underway = "underway"
    sent = "sent"
    unwanted = "unwanted"  # read at the desk before, or the person wants or gets none any more
    in_doubt = "in_doubt"
    refused = "refused"
    given_up = "given_up"


_WAITING = (inbox_deliveries.c.state == DeliveryState.waiting) & (inbox_deliveries.c.next_at <= moment())
_INTERRUPTED = (inbox_deliveries.c.state == DeliveryState.underway) & (inbox_deliveries.c.next_at <= moment())
DUE = select(inbox_deliveries.c.entry_id).where(or_(_WAITING, _INTERRUPTED)).exists()
"""Whether something is to be sent, or was interrupted."""
_AT_ONCE = 200


def begin(connection: Connection, entry_id: int, user_id: int, kind: str) -> None:
    """Note in the running transaction where else a person wants to have an entry."""
    if get_settings().smtp_host and kind in choices.of(connection, user_id).mail:
        row = {"entry_id": entry_id, "channel": MAIL, "state": DeliveryState.waiting, "tries": 0, "error": ""}
        connection.execute(insert(inbox_deliveries).values(**row, next_at=clock.moment()))


def due(engine: Engine) -> dict[int, list[Any]]:
    """What is to be sent now, by the id of its account, whether that is open or not."""
    query = (
        select(inbox_deliveries, inbox_entries.c.user_id, inbox_entries.c.kind, inbox_entries.c.read_at)
        .join(inbox_entries, inbox_entries.c.id == inbox_deliveries.c.entry_id)
        .where(_WAITING)
        .order_by(inbox_deliveries.c.entry_id)
        .limit(_AT_ONCE)
    )
    found: dict[int, list[Any]] = {}
    with read(engine) as connection:
        for row in connection.execute(query):
            found.setdefault(row.user_id, []).append(row)
    return found


def claim(engine: Engine, rows: Sequence[Any]) -> tuple[list[Any], datetime]:
    """Take these rows in hand until the time that is answered; those that nobody else has taken."""
    until, mine = clock.moment() + LEASE, []
    with write(engine) as connection:
        for row in rows:
            free = _in_hand([row], row.next_at)
            if connection.execute(update(inbox_deliveries).where(free).values(next_at=until)).rowcount:
                mine.append(row)
    return mine, until


def hand_over(engine: Engine, rows: Sequence[Any], until: datetime) -> bool:
    """Note that these rows, in hand `until` then, are handed over from now on; False where they are not in hand any
    more."""
    handed = update(inbox_deliveries).where(_in_hand(rows, until)).values(state=DeliveryState.underway)
    with write(engine) as connection:
        changed = connection.execute(handed).rowcount
    return changed == len(rows)


def end(engine: Engine, rows: Sequence[Any], state: DeliveryState, error: str = "") -> None:
    """What became of these rows."""
    values = {"state": state, "error": error[:500], "ended_at": clock.moment()}
    with write(engine) as connection:
        still = _these(rows) & inbox_deliveries.c.ended_at.is_(None)
        connection.execute(update(inbox_deliveries).where(still).values(**values))
    inbox_deliveries_total.labels(MAIL, state.value).inc(len(rows))


def wait(engine: Engine, rows: Sequence[Any], until: datetime) -> None:
    """Nothing is sent before then."""
    with write(engine) as connection:
        connection.execute(update(inbox_deliveries).where(_these(rows)).values(next_at=until))


def failed(engine: Engine, rows: Sequence[Any], error: str) -> None:
    """They certainly did not arrive: they are tried again, given up at last."""
    now = clock.moment()
    for row in rows:
        again = next_try(row.tries + 1, now)
        if again is None:
            end(engine, [row], DeliveryState.given_up, error)
            continue
        values = {"state": DeliveryState.waiting, "tries": row.tries + 1, "next_at": again, "error": error[:500]}
        with write(engine) as connection:
            connection.execute(update(inbox_deliveries).where(_these([row])).values(**values))
        inbox_deliveries_total.labels(MAIL, "failed").inc()


def settle_interrupted(engine: Engine) -> int:
    """What somebody died over: nobody knows whether it arrived."""
    values = {"state": DeliveryState.in_doubt, "error": "Bị ngắt giữa lúc gửi.", "ended_at": clock.moment()}
    with write(engine) as connection:
        found = connection.execute(update(inbox_deliveries).where(_INTERRUPTED).values(**values)).rowcount
    inbox_deliveries_total.labels(MAIL, DeliveryState.in_doubt.value).inc(found)
    return found


def summary(engine: Engine) -> dict[str, int]:
    """How many deliveries there are of each state."""
    query = select(inbox_deliveries.c.state, func.count().label("number")).group_by(inbox_deliveries.c.state)
    with read(engine) as connection:
        return {row.state: row.number for row in connection.execute(query)}


def last_error(engine: Engine) -> str:
    """What stood in the way of what still waits; "" for nothing."""
    waits = (inbox_deliveries.c.state == DeliveryState.waiting) & (inbox_deliveries.c.error != "")
    query = select(inbox_deliveries.c.error).where(waits).order_by(inbox_deliveries.c.entry_id.desc()).limit(1)
    with read(engine) as connection:
        return str(connection.execute(query).scalar() or "")


def _in_hand(rows: Sequence[Any], until: datetime) -> ColumnElement[bool]:
    """Rows that wait, and that nobody has taken since they stood at `until`."""
    return _these(rows) & (inbox_deliveries.c.state == DeliveryState.waiting) & (inbox_deliveries.c.next_at == until)


def _these(rows: Sequence[Any]) -> ColumnElement[bool]:
    ids = [row.entry_id for row in rows]
    return inbox_deliveries.c.entry_id.in_(ids) & (inbox_deliveries.c.channel == MAIL)
