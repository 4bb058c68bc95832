"""Putting into the outbox once more what a store lacks."""

from collections.abc import Sequence

from sqlalchemy import Engine

from services.ingest.kit.tables import outbox
from services.ingest.ops.expected import ExpectedVersion
from shared import outbox as events
from shared.contracts.events import Event
from shared.contracts.queues import Queue
from shared.database import write

_ROWS_A_TRANSACTION = 1_000


def resend(source: Engine, wanted: Sequence[ExpectedVersion], queues: Sequence[Queue], bulk: bool) -> int:
    """Put articles into the outbox for these queues; returns their number."""
    for first in range(0, len(wanted), _ROWS_A_TRANSACTION):
        with write(source) as connection:
            for event, group in _by_event(wanted[first : first + _ROWS_A_TRANSACTION]).items():
                pointers = [(article.id, article.version) for article in group]
                events.add(connection, outbox, event, pointers, bulk=bulk, queues=queues)
    if wanted:
        events.wake("ingest")
    return len(wanted)


def _by_event(wanted: Sequence[ExpectedVersion]) -> dict[type[Event], list[ExpectedVersion]]:
    groups: dict[type[Event], list[ExpectedVersion]] = {}
    for article in wanted:
        groups.setdefault(article.event, []).append(article)
    return groups
