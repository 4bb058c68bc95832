"""Dead letters: what could not be handled waits in ingest's table until a person reads it.

Any service buries (`shared.publishing.bury`, a command on the `dead` queue); ingest stores; `toasoan dead
list|show|replay|drop` and the ops page work on the table. Nothing blocks a queue and nothing vanishes.
"""

from datetime import UTC, datetime
from typing import Any

from celery import Celery
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, String, Table, Text, func, select

from shared.celery_factory import publish
from shared.contracts.commands import StoreDeadLetter
from shared.contracts.queues import Queue
from shared.database import Json, UtcDateTime, read, upsert, write


def dead_letter_table(metadata: MetaData) -> Table:
    """The table, in the metadata of the service that owns it (ingest)."""
    return Table(
        "dead_letters",
        metadata,
        Column("id", String(64), primary_key=True),
        Column("service", String(32), nullable=False),
        Column("task", String(128), nullable=False),
        Column("source_queue", String(32), nullable=False),
        Column("message", Json, nullable=False),
        Column("error", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("replayed_at", UtcDateTime),
    )


def store(connection: Connection, table: Table, letter: StoreDeadLetter) -> None:
    """Keep a letter once, however often it is delivered."""
    row = {name: getattr(letter, name) for name in StoreDeadLetter.model_fields}
    connection.execute(upsert(connection, table).values(row).on_conflict_do_nothing(index_elements=["id"]))


def depth(engine: Engine, table: Table) -> int:
    with read(engine) as connection:
        waiting = select(func.count()).select_from(table).where(table.c.replayed_at.is_(None))
        return int(connection.execute(waiting).scalar_one())


def waiting(engine: Engine, table: Table, limit: int = 100) -> list[dict[str, Any]]:
    """The letters that wait, newest first."""
    with read(engine) as connection:
        rows = connection.execute(
            select(table).where(table.c.replayed_at.is_(None)).order_by(table.c.at.desc()).limit(limit)
        )
        return [dict(row._mapping) for row in rows]


def find(engine: Engine, table: Table, letter_id: str) -> dict[str, Any] | None:
    """One letter, by its id or the beginning of it when only one letter begins so."""
    with read(engine) as connection:
        rows = connection.execute(select(table).where(table.c.id.startswith(letter_id, autoescape=True)).limit(2)).all()
    return dict(rows[0]._mapping) if len(rows) == 1 else None


def replay(app: Celery, engine: Engine, table: Table, letter_id: str) -> bool:
    """Put a letter back on the queue it came from. False when there is no such letter, or only the raw bytes of
    a message that nobody could read."""
    letter = find(engine, table, letter_id)
    if letter is None or "raw" in letter["message"]:
        return False
    publish(app, letter["task"], Queue(letter["source_queue"]), letter["message"], size=len(str(letter["message"])))
    with write(engine) as connection:
        connection.execute(table.update().where(table.c.id == letter["id"]).values(replayed_at=datetime.now(UTC)))
    return True


def drop(engine: Engine, table: Table, letter_id: str) -> bool:
    """Throw a letter away for good. False when there is no such letter."""
    letter = find(engine, table, letter_id)
    if letter is None:
        return False
    with write(engine) as connection:
        connection.execute(table.delete().where(table.c.id == letter["id"]))
    return True
