"""Letters that no handler could handle: kept, put back on their queue, or thrown away by an operator."""

from collections.abc import Callable
from datetime import datetime, timedelta

from celery import Celery
from sqlalchemy import Engine, select

from services.ingest.kit import audit, rows
from services.ingest.kit.actors import Actor
from services.ingest.kit.tables import dead_letters
from shared import deadletter
from shared.contracts.commands import StoreDeadLetter
from shared.contracts.queues import Queue
from shared.database import read, write

_LETTERS = 10_000
_REPLAYED_KEPT = timedelta(days=30)


def keep(engine: Engine, letter: StoreDeadLetter) -> None:
    """A letter that another service's handler gave up."""
    with write(engine) as connection:
        deadletter.store(connection, dead_letters, letter)


def waiting(engine: Engine) -> list[str]:
    """The ids of all letters, the oldest first: they were meant to be handled before the others."""
    return [one.id for one in reversed(deadletter.waiting(engine, dead_letters, limit=_LETTERS))]


def dead_events(engine: Engine, queue: Queue) -> set[tuple[str, str, int]]:
    """(kind, key, version) of the events among the letters that a reader of `queue` gave up, the newest of them."""
    waiting_here = (dead_letters.c.source_queue == queue.value) & dead_letters.c.replayed_at.is_(None)
    query = select(dead_letters.c.task, dead_letters.c.message).where(waiting_here)
    with read(engine) as connection:
        letters = connection.execute(query.order_by(dead_letters.c.at.desc()).limit(_LETTERS)).all()
    return {
        (task.partition(".")[2], str(event.get("key")), int(event.get("version") or 0))
        for task, message in letters
        for event in message.get("events", ())
    }


def forget_replayed(engine: Engine, now: datetime) -> bool:
    """Letters that were put back on their queues long ago; True when there may be more."""
    old = dead_letters.c.replayed_at < now - _REPLAYED_KEPT
    with write(engine) as connection:
        return connection.execute(rows.some(dead_letters, old)).rowcount == rows.STEP


def replay(engine: Engine, app: Celery, ids: list[str], actor: Actor) -> int:
    """Put letters back on the queues they came from; returns how many. Raises kombu's OperationalError."""
    return _each(
        engine, ids, actor, "dead_letter.replayed", lambda one: deadletter.replay(app, engine, dead_letters, one)
    )


def drop(engine: Engine, ids: list[str], actor: Actor) -> int:
    """Throw letters away for good; returns how many."""
    return _each(engine, ids, actor, "dead_letter.dropped", lambda one: deadletter.drop(engine, dead_letters, one))


def _each(engine: Engine, ids: list[str], actor: Actor, action: str, work: Callable[[str], bool]) -> int:
    done = [one for one in ids if work(one)]
    if done:
        with write(engine) as connection:
            for one in done:
                audit.append(connection, actor.name, action, f"dead_letter:{one}", {})
    return len(done)
