"""What goes straight to the broker, without an outbox: derived events that can be made again at any time (totals,
rankings, related articles), and dead letters. Loads no SQL.
"""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from celery import Celery

from shared import clock
from shared.celery_factory import publish
from shared.contracts.commands import StoreDeadLetter
from shared.contracts.envelope import BATCH_EVENTS, EnvelopeFields, Events
from shared.contracts.events import SUBSCRIBERS, Event
from shared.contracts.messages import Command, CommandMessage
from shared.contracts.queues import CONSUMERS
from shared.tracing import current_traceparent


def task_name(service: str, kind: str) -> str:
    """What a message of a kind is called on the wire for the service that handles it."""
    return f"{service}.{kind}"


def send_command(app: Celery, command: Command, size: int = 0) -> None:
    """Hand a command to the broker, `size` being roughly its bytes where it may be large.

    Raises kombu.exceptions.OperationalError when the broker is away.
    """
    arguments: CommandMessage = {"message": command.model_dump(mode="json"), "sent_at": clock.now()}
    publish(app, task_name(CONSUMERS[command.queue], command.kind), command.queue, arguments, size=size)


def send_all(app: Celery, events: Sequence[tuple[Event, str | int, int]], occurred_at: float | None = None) -> None:
    """Publish derived events of one kind, as (event, key, version), in few messages.

    `occurred_at` (unix seconds; now if left out) is when the oldest fact behind them became true.
    Raises kombu.exceptions.OperationalError when the broker is away.
    """
    at = clock.now() if occurred_at is None else occurred_at
    for first in range(0, len(events), BATCH_EVENTS):
        part = events[first : first + BATCH_EVENTS]
        envelopes: list[EnvelopeFields] = [
            {
                "event_id": uuid4().hex,
                "schema_version": event.schema_version,
                "key": str(key),
                "version": version,
                "occurred_at": at,
                "traceparent": current_traceparent(),
                "payload": event.model_dump(mode="json"),
            }
            for event, key, version in part
        ]
        kind = type(part[0][0])
        for queue in SUBSCRIBERS[kind]:
            arguments: Events = {"events": envelopes, "sent_at": clock.now()}
            publish(app, task_name(CONSUMERS[queue], kind.kind), queue, arguments)


def bury(
    app: Celery, service: str, task: str, queue: str, message: dict[str, Any], error: Exception, attempts: int
) -> None:
    """Send a message to the dead letters. Raises kombu.exceptions.OperationalError when the broker is away."""
    letter = StoreDeadLetter(
        id=uuid4().hex,
        service=service,
        task=task,
        source_queue=queue,
        message=message,
        error=f"{type(error).__name__}: {error}"[:4000],
        attempts=attempts,
        at=clock.moment(),
    )
    send_command(app, letter, size=len(str(message)))
