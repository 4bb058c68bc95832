"""The transactional outbox and its relay: an event is published if, and only if, its change was committed.

A row is a pointer (kind, key, version), one for each subscriber queue: the payload is built from the immutable
revision when the relay publishes, so nothing is stored twice. Rows are leased, published, then deleted; there is
no cursor, because ids commit out of order. A relay that dies in between causes a duplicate, which handlers ignore.

The pattern: microservices.io "Transactional outbox" and "Polling publisher"; the wake-up by hint saves the wait
for the poll, which stays the guarantee.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from uuid import uuid4

import orjson
from celery import Celery
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypedColumns,
    delete,
    func,
    select,
    update,
)

from shared import clock, telemetry
from shared.broker import message_count
from shared.celery_factory import publish
from shared.contracts.articles import Contract
from shared.contracts.envelope import BATCH_BYTES, BATCH_EVENTS, EnvelopeFields, Events, stamped
from shared.contracts.events import BY_KIND, SUBSCRIBERS, Event
from shared.contracts.queues import CONSUMERS, Queue
from shared.database import read, write
from shared.hints import listen, send_hint
from shared.publishing import task_name
from shared.records import Record, Stored, column, records
from shared.telemetry import log
from shared.tracing import current_traceparent, waited
from shared.versions import newest

# A relay that died with rows in hand has lost them to the others after this long.
LEASE_SECONDS = 10.0
CLAIM_ROWS = 500
# Bulk rows (imports, rebuilds) go out only while a queue holds fewer messages than this, so that a new story
# waits behind a few batches at most, however large an import is.
BULK_QUEUE_LENGTH = 4
# The oldest row is among the first by id: ids are taken in a transaction's course, so they are nearly in order.
_OLDEST_ROWS = 100

Pointer = tuple[str, int]
"""(key, version)"""
Build = Callable[[str, Sequence[Pointer]], dict[Pointer, Contract | bytes | None]]
"""build(kind, pointers) -> the payload of each, bytes where it is JSON already; None where the change speaks of
nothing any more."""


class OutboxRow(Record):
    # SQLite counts up by itself only for a plain INTEGER.
    id: Stored[int] = column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    queue: Stored[str] = column(String(32))
    bulk: Stored[bool] = column(Boolean, default=False)
    kind: Stored[str] = column(String(64))
    key: Stored[str] = column(String(64))
    version: Stored[int] = column(BigInteger)
    event_id: Stored[str] = column(String(64))
    traceparent: Stored[str] = column(String(64), default="")
    occurred_at: Stored[float] = column(Float)
    leased_until: Stored[float] = column(Float, default=0.0)


class _OutboxColumns(OutboxRow, TypedColumns): ...


Outbox = Table[_OutboxColumns]


def outbox_table(metadata: MetaData) -> Outbox:
    """The outbox of a service, in that service's metadata."""
    return Table(
        "outbox",
        metadata,
        _OutboxColumns,
        Index("outbox_by_queue", "queue", "bulk", "id"),
        # Whether something of one thing waits, beside a million rows of a rebuild.
        Index("outbox_by_key", "queue", "key"),
    )


def add(
    connection: Connection,
    table: Outbox,
    event: type[Event],
    pointers: Iterable[tuple[str | int, int]],
    *,
    bulk: bool = False,
    queues: Sequence[str] | None = None,
) -> None:
    """Note events in the transaction that makes them true: one row for each pointer and subscriber.

    `queues` are other subscribers than the event's own: reconciliation sends again only where something is missing,
    and a name that is no queue of the broker is for `take`.
    """
    now, traceparent = clock.now(), current_traceparent()
    rows = []
    for key, version in pointers:
        event_id = uuid4().hex
        for queue in queues if queues is not None else SUBSCRIBERS[event]:
            rows.append(
                {
                    "queue": str(queue),
                    "bulk": bulk,
                    "kind": event.kind,
                    "key": str(key),
                    "version": version,
                    "event_id": event_id,
                    "traceparent": traceparent,
                    "occurred_at": now,
                    "leased_until": 0.0,
                }
            )
    if rows:
        connection.execute(table.insert(), rows)


def take(connection: Connection, table: Outbox, queue: str) -> list[OutboxRow]:
    """Take out the oldest rows that the service itself is to act on, in the transaction in which it does so.

    What rolls back is taken again.
    """
    chosen = select(table.c.id).where(table.c.queue == queue).order_by(table.c.bulk, table.c.id).limit(CLAIM_ROWS)
    mine = table.c.id.in_(chosen.with_for_update(skip_locked=True).scalar_subquery())
    rows = records(connection.execute(delete(table).where(mine).returning(table)), OutboxRow)
    return sorted(rows, key=attrgetter("id"))


def drop(connection: Connection, table: Outbox, ids: Sequence[int]) -> None:
    """Take out rows on which the service has acted where that cannot be part of a transaction."""
    connection.execute(delete(table).where(table.c.id.in_(ids)))


def wake(service: str) -> None:
    """Tell the service's relay that there is something to publish (after the commit)."""
    send_hint(f"relay:{service}")


class Relay:
    """Publishes a service's outbox: the only publisher of events."""

    def __init__(
        self,
        service: str,
        engine: Engine,
        table: Outbox,
        app: Celery,
        build: Build,
        generation: Callable[[], int] = lambda: 0,
    ) -> None:
        """`generation` of the source (see `shared.contracts.envelope.stamped`) is asked for before each publishing."""
        self._service = service
        self._generation = generation
        self._engine = engine
        self._table = table
        self._app = app
        self._build = build
        self.awake = threading.Event()
        """Set by hints: there is something to publish."""

    def listen(self, halt: threading.Event) -> None:
        """Let hints cut the wait between two polls short, until `halt` is set."""
        listen(f"relay:{self._service}", lambda _payload: self.awake.set(), halt)

    def run_once(self) -> int:
        """Publish what waits; returns the number of rows that were handed to the broker (or fell away).

        Raises kombu.exceptions.OperationalError when the broker is away: the rows stay, and their lease is
        given back.
        """
        done = 0
        for queue in self._waiting_queues():
            rows = self._claim(queue, bulk=False)
            if not rows and self._has_room(queue):
                rows = self._claim(queue, bulk=True)
            done += self._publish_rows(queue, rows)
        return done

    def observe(self) -> tuple[int, float]:
        """Bring the gauges of the outbox up to date; returns (rows, age of the oldest in seconds)."""
        table = self._table
        first = select(table.c.occurred_at).order_by(table.c.id).limit(_OLDEST_ROWS).subquery()
        with read(self._engine) as connection:
            count = connection.execute(select(func.count()).select_from(table)).scalar_one()
            oldest = connection.execute(select(func.min(first.c.occurred_at))).scalar_one()
        telemetry.outbox_pending.labels(self._service).set(count)
        age = max(0.0, clock.now() - oldest) if oldest else 0.0
        telemetry.outbox_oldest_age_seconds.labels(self._service).set(age)
        return count, age

    def _waiting_queues(self) -> list[Queue]:
        # Readers first: what the page queue waits for goes out before the index and the counts.
        # A look at the index for each queue: a DISTINCT would read all of a rebuild's million rows every time.
        table = self._table
        with read(self._engine) as connection:
            if connection.execute(select(table.c.id).limit(1)).first() is None:
                return []
            return [
                queue
                for queue in Queue
                if connection.execute(select(table.c.id).where(self._is_ours(queue)).limit(1)).first()
            ]

    def _claim(self, queue: Queue, bulk: bool) -> list[OutboxRow]:
        table, now = self._table, clock.now()
        chosen = (
            select(table.c.id)
            .where(self._is_ours(queue), table.c.bulk == bulk, table.c.leased_until < now)
            .order_by(table.c.id)
            .limit(CLAIM_ROWS)
        )
        with read(self._engine) as connection:
            # A look without a write lock first: most polls find nothing.
            if connection.execute(chosen.limit(1)).first() is None:
                return []
        with write(self._engine) as connection:
            rows = connection.execute(
                update(table)
                .where(table.c.id.in_(chosen.with_for_update(skip_locked=True).scalar_subquery()))
                .values(leased_until=now + LEASE_SECONDS)
                .returning(table)
            )
            return sorted(records(rows, OutboxRow), key=attrgetter("id"))

    def _is_ours(self, queue: Queue) -> ColumnElement[bool]:
        """Rows of a queue. What a later release wrote, to which this one was gone back from, waits until it is back."""
        return (self._table.c.queue == queue.value) & self._table.c.kind.in_(list(BY_KIND))

    def _publish_rows(self, queue: Queue, rows: list[OutboxRow]) -> int:
        if not rows:
            return 0
        by_kind: dict[str, list[OutboxRow]] = {}
        for row in rows:
            by_kind.setdefault(row.kind, []).append(row)
        try:
            generation = self._generation()
            for kind, group in by_kind.items():
                self._publish_kind(queue, kind, group, generation)
        except BaseException:
            self._give_back(rows)
            raise
        return len(rows)

    def _publish_kind(self, queue: Queue, kind: str, rows: list[OutboxRow], generation: int) -> None:
        # Of several versions of one thing in hand only the newest is worth sending.
        latest = newest(rows, attrgetter("key"), attrgetter("version"), last=True)
        payloads = self._build(kind, [(row.key, row.version) for row in latest])
        task = task_name(CONSUMERS[queue], kind)
        batch: list[EnvelopeFields] = []
        size = 0
        for row in latest:
            payload = payloads.get((row.key, row.version))
            if payload is None:
                continue
            data = payload if isinstance(payload, bytes) else payload.model_dump_json().encode()
            envelope: EnvelopeFields = {
                "event_id": row.event_id,
                "schema_version": BY_KIND[row.kind].schema_version,
                "key": row.key,
                "version": stamped(generation, row.version),
                "occurred_at": row.occurred_at,
                "traceparent": waited(f"outbox {queue.value}", row.traceparent, row.occurred_at),
                "payload": orjson.Fragment(data),
            }
            weight = len(data)
            if batch and (len(batch) >= BATCH_EVENTS or size + weight > BATCH_BYTES):
                self._send(task, queue, batch, size)
                batch, size = [], 0
            batch.append(envelope)
            size += weight
        if batch:
            self._send(task, queue, batch, size)
        with write(self._engine) as connection:
            connection.execute(delete(self._table).where(self._table.c.id.in_([row.id for row in rows])))

    def _send(self, task: str, queue: Queue, batch: list[EnvelopeFields], size: int) -> None:
        arguments: Events = {"events": batch, "sent_at": clock.now()}
        publish(self._app, task, queue, arguments, size=size)
        telemetry.outbox_published_total.labels(self._service, queue.value).inc(len(batch))

    def _give_back(self, rows: list[OutboxRow]) -> None:
        table = self._table
        try:
            with write(self._engine) as connection:
                mine = table.c.id.in_([row.id for row in rows])
                connection.execute(update(table).where(mine).values(leased_until=0.0))
        except Exception as error:
            log.warning("lease not given back; it runs out by itself", error=repr(error)[:200])

    def _has_room(self, queue: Queue) -> bool:
        return message_count(self._app, queue) < BULK_QUEUE_LENGTH
