"""Which life of this paper's store speaks: what a later one says is newer for everybody than all that was said before
(`shared.contracts.envelope.stamped`).

A new one begins when all stores are to take everything as new, and when ingest's own was put back to an older state (a
restore, a standby that was promoted without its last seconds): it would give versions and ids twice.
"""

import time
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, func, select, text

from services.ingest.kit.tables import generations
from shared.database import AdvisoryLock, read, take_lock, write
from shared.telemetry import log

# Whatever was given to others and is forgotten here has lower ids: far more than a paper writes between two backups.
_IDS_SKIPPED = 10_000
_NUMBERED = ("articles", "comments", "live_entries")
# Numbers count minutes, so that two restores of the same backup begin different lives.
_FIRST_MINUTE = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) // 60


def current(connection: Connection) -> int:
    """Its number; 0 for a paper that has known no other."""
    return int(connection.execute(select(func.max(generations.c.number))).scalar() or 0)


def of(engine: Engine) -> int:
    """`current`, in a transaction of its own."""
    with read(engine) as connection:
        return current(connection)


def begin(connection: Connection, reason: str, *, went_back: bool) -> int:
    """Begin a new one; returns its number. `went_back`: ids that may have been given already are skipped."""
    take_lock(connection, AdvisoryLock.generations)
    number = max(current(connection) + 1, int(time.time()) // 60 - _FIRST_MINUTE)
    _note(connection, number, reason)
    if went_back:
        # What somebody asked for by `toasoan restore` is no fault.
        tell = log.info if reason == "restore" else log.error
        tell("this store was put back to an older state: everything is sent again", reason=reason)
        for table in _NUMBERED:
            _skip_ids(connection, table)
    return number


def notice_promotion(engine: Engine) -> None:
    """Begin a new one when the PostgreSQL that answers is another than at the beginning of this one: a standby that was
    promoted may lack the last transactions of its primary."""
    with write(engine) as connection:
        take_lock(connection, AdvisoryLock.generations)
        last = select(generations.c.timeline).order_by(generations.c.number.desc()).limit(1)
        known, now = connection.execute(last).scalar(), _timeline(connection)
        if known is None:
            _note(connection, 0, "the first")
        elif now != known:
            begin(connection, f"PostgreSQL's timeline is {now}, it was {known}", went_back=True)


def _note(connection: Connection, number: int, reason: str) -> None:
    row = {"number": number, "at": datetime.now(UTC), "reason": reason, "timeline": _timeline(connection)}
    connection.execute(generations.insert().values(row))


def _timeline(connection: Connection) -> str:
    """Which promotion of this PostgreSQL it is: the first eight digits of a WAL file's name. "" for SQLite."""
    if connection.dialect.name != "postgresql":
        return ""
    return str(connection.execute(text("SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)")).scalar())


def _skip_ids(connection: Connection, table: str) -> None:
    if connection.dialect.name == "postgresql":
        sequence = "pg_get_serial_sequence(:table, 'id')"
        connection.execute(text(f"SELECT setval({sequence}, nextval({sequence}) + {_IDS_SKIPPED})"), {"table": table})
        return
    of_table = {"skipped": _IDS_SKIPPED, "table": table}
    skipped = connection.execute(text("UPDATE sqlite_sequence SET seq = seq + :skipped WHERE name = :table"), of_table)
    if not skipped.rowcount:
        # It never had a row.
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :skipped)"), of_table)
