"""Dead letters: what could not be handled waits in ingest's table until a person reads it.

Any service buries (`shared.publishing.bury`, a command on the `dead` queue); ingest stores; `toasoan dead
list|show|replay|drop` and the ops page work on the table. Nothing blocks a queue and nothing vanishes.
"""

from datetime import UTC, datetime
from typing import Any

from celery import Celery
from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypedColumns,
    func,
    select,
)

from shared.celery_factory import publish
from shared.contracts.commands import StoreDeadLetter
from shared.contracts.queues import Queue
from shared.database import Json, UtcDateTime, read, upsert, write
from shared.records import Record, Stored, column, records


class DeadLetter(Record):
    id: Stored[str] = column(String(64), primary_key=True)
    service: Stored[str] = column(String(32))
    task: Stored[str] = column(String(128))
    source_queue: Stored[str] = column(String(32))
    message: Stored[dict[str, Any]] = column(Json)
    error: Stored[str] = column(Text)
    attempts: Stored[int] = column(Integer)
    at: Stored[datetime] = column(UtcDateTime)
    replayed_at: Stored[datetime | None] = column(UtcDateTime)


class _DeadLetterColumns(DeadLetter, TypedColumns): ...


Letters = Table[_DeadLetterColumns]


def dead_letter_table(metadata: MetaData) -> Letters:
    """The table, in the metadata of the service that owns it (ingest)."""
    return Table("dead_letters", metadata, _DeadLetterColumns)


def store(connection: Connection, table: Letters, letter: StoreDeadLetter) -> None:
    """Keep a letter once, however often it is delivered."""
    row = {name: getattr(letter, name) for name in StoreDeadLetter.model_fields}
    connection.execute(upsert(connection, table).values(row).on_conflict_do_nothing(index_elements=["id"]))


def depth(engine: Engine, table: Letters) -> int:
    with read(engine) as connection:
        waiting = select(func.count()).select_from(table).where(table.c.replayed_at.is_(None))
        return int(connection.execute(waiting).scalar_one())


def waiting(engine: Engine, table: Letters, limit: int = 100) -> list[DeadLetter]:
    """The letters that wait, newest first."""
    with read(engine) as connection:
        rows = connection.execute(
            select(table).where(table.c.replayed_at.is_(None)).order_by(table.c.at.desc()).limit(limit)
        )
        return records(rows, DeadLetter)


def find(engine: Engine, table: Letters, letter_id: str) -> DeadLetter | None:
    """One letter, by its id or the beginning of it when only one letter begins so."""
    query = select(table).where(table.c.id.startswith(letter_id, autoescape=True)).limit(2)
    with read(engine) as connection:
        letters = records(connection.execute(query), DeadLetter)
    return letters[0] if len(letters) == 1 else None


def replay(app: Celery, engine: Engine, table: Letters, letter_id: str) -> bool:
    """Put a letter back on the queue it came from. False when there is no such letter, or only the raw bytes of
    a message that nobody could read."""
    letter = find(engine, table, letter_id)
    if letter is None or "raw" in letter.message:
        return False
    publish(app, letter.task, Queue(letter.source_queue), letter.message, size=len(str(letter.message)))
    with write(engine) as connection:
        connection.execute(table.update().where(table.c.id == letter.id).values(replayed_at=datetime.now(UTC)))
    return True


def drop(engine: Engine, table: Letters, letter_id: str) -> bool:
    """Throw a letter away for good. False when there is no such letter."""
    letter = find(engine, table, letter_id)
    if letter is None:
        return False
    with write(engine) as connection:
        connection.execute(table.delete().where(table.c.id == letter.id))
    return True
