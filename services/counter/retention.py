"""What the counter deletes by itself, because its time is over. docs/retention.md has it all, with what stays."""

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, bindparam, delete, select

from services.counter.hot import SLOT_SECONDS
from services.counter.tables import drains, hourly, producers, referrers, searches, slots, tallies
from shared.database import write
from shared.settings import get_settings
from shared.vietnamese.dates import day_number
from shared.views.batches import REMEMBERED_SECONDS

SLOTS_KEPT_SECONDS = 2 * 3600
HOURS_KEPT = 48
DRAINS_KEPT_SECONDS = 24 * 3600
TALLY_HOURS_KEPT = 90 * 24
SEARCH_DAYS_KEPT = 31
AT_ONCE = 2000
"""Rows of what is kept for long, at a call: the first one may meet years of them."""


def referrers_since(now: float) -> int:
    """The first day of which it is known where readers came from."""
    return day_number(now) - get_settings().referrer_days


def prune(source: Engine, now: float) -> None:
    """Drop what is kept for a while only; `now` in unix seconds."""
    with write(source) as connection:
        connection.execute(delete(slots).where(slots.c.slot < int(now - SLOTS_KEPT_SECONDS) // SLOT_SECONDS))
        connection.execute(delete(hourly).where(hourly.c.hour <= int(now) // 3600 - HOURS_KEPT))
        old = drains.c.announced.is_(True) & (drains.c.at < now - DRAINS_KEPT_SECONDS)
        connection.execute(delete(drains).where(old))
        connection.execute(delete(producers).where(producers.c.at < now - REMEMBERED_SECONDS))
        _forget_some(connection, tallies, tallies.c.hour < int(now) // 3600 - TALLY_HOURS_KEPT)
        _forget_some(connection, referrers, referrers.c.day < referrers_since(now))
        _forget_some(connection, searches, searches.c.day < day_number(now) - SEARCH_DAYS_KEPT)


def _forget_some(connection: Connection, table: Table, old: ColumnElement[bool]) -> None:
    keys = list(table.primary_key.columns)
    named = [key.label(f"of_{key.name}") for key in keys]
    rows = connection.execute(select(*named).where(old).limit(AT_ONCE)).mappings().all()
    if rows:
        # One by one: for an IN of several whole keys SQLite reads every row that there is.
        this = and_(*(key == bindparam(f"of_{key.name}") for key in keys))
        connection.execute(delete(table).where(this), [dict(row) for row in rows])
