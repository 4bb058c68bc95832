"""What is on its way to people by other ways than the desk: a row an entry and channel, which is e-mail or one browser.

"Never twice": a row is `waiting` until it is about to be handed over, which is committed first (`underway`). A server
that says it has taken the message makes it `sent`. Whoever dies in between leaves it `underway`: no server can be asked
whether a message came in, so that it is then `in_doubt`, which is counted and never sent again. What is lost at worst
is word of an entry that stands in the inbox all the same; a failure before the handing over is tried again.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Exists, func, insert, or_, select, update

from services.ingest.inbox.store import browsers, choices
from services.ingest.inbox.tables import inbox_deliveries, inbox_entries
from services.ingest.kit.periodic import moment
from services.ingest.kit.retrying import LEASE, next_try
from shared import clock
from shared.database import read, write
from shared.settings import get_settings
from shared.telemetry import inbox_deliveries_total

MAIL, PUSH = "mail", "push"
"""The ways that there are; the channel of a browser names it behind that."""


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
_AT_ONCE = 200


def is_due(way: str) -> Exists:
    """Whether something is to be sent that way, or was interrupted."""
    return select(inbox_deliveries.c.entry_id).where(_goes(way), or_(_WAITING, _INTERRUPTED)).exists()


def begin(connection: Connection, entry_id: int, user_id: int, kind: str) -> None:
    """Note in the running transaction where else a person wants to have an entry."""
    choice, now = choices.of(connection, user_id), clock.moment()
    channels = [MAIL] if get_settings().smtp_host and kind in choice.mail else []
    if kind in choice.push:
        channels += [f"{PUSH}:{browser}" for browser in browsers.ids_of(connection, user_id)]
    for channel in channels:
        row = {"entry_id": entry_id, "channel": channel, "state": DeliveryState.waiting, "tries": 0, "error": ""}
        connection.execute(insert(inbox_deliveries).values(**row, next_at=now, due_at=now))


def due(engine: Engine, way: str) -> list[list[Any]]:
    """What is to be sent that way now: what one person gets through one channel together, whether their account is open
    or not."""
    query = (
        select(inbox_deliveries, inbox_entries.c.user_id, inbox_entries.c.kind, inbox_entries.c.read_at)
        .join(inbox_entries, inbox_entries.c.id == inbox_deliveries.c.entry_id)
        .where(_goes(way), _WAITING)
        .order_by(inbox_deliveries.c.entry_id)
        .limit(_AT_ONCE)
    )
    found: dict[tuple[int, str], list[Any]] = {}
    with read(engine) as connection:
        for row in connection.execute(query):
            found.setdefault((row.user_id, row.channel), []).append(row)
    return list(found.values())


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
    inbox_deliveries_total.labels(_way(rows), state.value).inc(len(rows))


def wait(engine: Engine, rows: Sequence[Any], until: datetime) -> None:
    """Nothing is sent before then."""
    with write(engine) as connection:
        connection.execute(update(inbox_deliveries).where(_these(rows)).values(next_at=until, due_at=until))


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
        inbox_deliveries_total.labels(_way(rows), "failed").inc()


def settle_interrupted(engine: Engine, way: str) -> int:
    """What somebody died over: nobody knows whether it arrived."""
    values = {"state": DeliveryState.in_doubt, "error": "Bị ngắt giữa lúc gửi.", "ended_at": clock.moment()}
    with write(engine) as connection:
        found = connection.execute(update(inbox_deliveries).where(_goes(way), _INTERRUPTED).values(**values)).rowcount
    inbox_deliveries_total.labels(way, DeliveryState.in_doubt.value).inc(found)
    return found


def end_waiting(engine: Engine, way: str) -> None:
    """Nothing goes that way any more."""
    values = {"state": DeliveryState.unwanted, "ended_at": clock.moment()}
    waits = inbox_deliveries.c.state == DeliveryState.waiting
    with write(engine) as connection:
        found = connection.execute(update(inbox_deliveries).where(_goes(way), waits).values(**values)).rowcount
    inbox_deliveries_total.labels(way, DeliveryState.unwanted.value).inc(found)


def late(engine: Engine, way: str, now: datetime) -> tuple[int, float]:
    """How many deliveries should be on their way and wait, and for how many seconds the oldest does."""
    waits = (inbox_deliveries.c.state == DeliveryState.waiting) & (inbox_deliveries.c.due_at <= now)
    query = select(func.count(), func.min(inbox_deliveries.c.due_at)).where(_goes(way), waits)
    with read(engine) as connection:
        number, oldest = connection.execute(query).one()
    return int(number), (now - oldest).total_seconds() if oldest else 0.0


def summary(engine: Engine, way: str) -> dict[str, int]:
    """How many deliveries there are of each state."""
    query = select(inbox_deliveries.c.state, func.count().label("number")).where(_goes(way))
    with read(engine) as connection:
        return {row.state: row.number for row in connection.execute(query.group_by(inbox_deliveries.c.state))}


def last_error(engine: Engine, way: str) -> str:
    """What stood in the way of what still waits; "" for nothing."""
    waits = _goes(way) & (inbox_deliveries.c.state == DeliveryState.waiting) & (inbox_deliveries.c.error != "")
    query = select(inbox_deliveries.c.error).where(waits).order_by(inbox_deliveries.c.entry_id.desc()).limit(1)
    with read(engine) as connection:
        return str(connection.execute(query).scalar() or "")


def _in_hand(rows: Sequence[Any], until: datetime) -> ColumnElement[bool]:
    """Rows that wait, and that nobody has taken since they stood at `until`."""
    return _these(rows) & (inbox_deliveries.c.state == DeliveryState.waiting) & (inbox_deliveries.c.next_at == until)


def _these(rows: Sequence[Any]) -> ColumnElement[bool]:
    """Of one channel."""
    ids = [row.entry_id for row in rows]
    return inbox_deliveries.c.entry_id.in_(ids) & (inbox_deliveries.c.channel == str(rows[0].channel))


def _goes(way: str) -> ColumnElement[bool]:
    return inbox_deliveries.c.channel.like(f"{way}%")


def _way(rows: Sequence[Any]) -> str:
    return str(rows[0].channel).partition(":")[0]
