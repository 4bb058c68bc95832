"""Tells web the new totals and lists. All of it is state: a lost message is made good by a later one."""

import time
from collections.abc import Iterable, Sequence

from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import Engine

from services.counter import store
from shared import clock
from shared.broker import message_count
from shared.contracts.events import RankingChanged, ViewTotalsChanged
from shared.contracts.queues import Queue
from shared.publishing import send_all
from shared.telemetry import log

TOTALS_AN_EVENT = 1000
# While web's queue is longer than this, totals wait and gather: only their last value matters.
CROWDED_MESSAGES = 20
SWEEP_TOTALS = 2000
SWEEP_REST_SECONDS = 60.0


class TotalsPublisher:
    """Publishes totals and rankings to web."""

    def __init__(self, source: Engine, app: Celery) -> None:
        self._source = source
        self._app = app
        self._sweep_after = 0
        self._sweep_rests_until = 0.0

    def publish_changed(self) -> int:
        """Publish the totals that changed since the last time; returns their number.

        With the broker away or web far behind they wait in SQL.
        """
        names, articles, oldest = store.unannounced(self._source)
        if not names:
            return 0
        try:
            if message_count(self._app, Queue.page) > CROWDED_MESSAGES:
                return 0
            self._publish(store.totals_of(self._source, articles), oldest)
        except OperationalError as error:
            log.warning("totals wait for the broker", error=str(error)[:200])
            return 0
        store.mark_announced(self._source, names)
        return len(articles)

    def sweep(self) -> None:
        """Publish some totals again, round and round: a read model made anew gets all of them within minutes."""
        if clock.monotonic() < self._sweep_rests_until:
            return
        found = store.totals_after(self._source, self._sweep_after, SWEEP_TOTALS)
        try:
            if found and message_count(self._app, Queue.page) > 0:
                return
            self._publish(found, None)
        except OperationalError:
            return
        self._sweep_after = max(found, default=0)
        if len(found) < SWEEP_TOTALS:
            self._sweep_after = 0
            self._sweep_rests_until = clock.monotonic() + SWEEP_REST_SECONDS

    def rankings(self, changed: Sequence[RankingChanged]) -> None:
        """Publish lists. Raises OperationalError when the broker is away."""
        events = [(event, f"{event.window}:{event.section_slug}", event.version) for event in changed]
        send_all(self._app, events)

    def _publish(self, totals: store.Totals, oldest: float | None) -> None:
        version = time.time_ns() // 1_000_000
        events = [
            (ViewTotalsChanged(totals=dict(part), epoch=epoch), f"totals:{epoch}", version)
            for epoch, group in _by_epoch(totals).items()
            for part in _parts(group, TOTALS_AN_EVENT)
        ]
        # One event a message: a thousand totals are as much as a hundred other events.
        for event in events:
            send_all(self._app, [event], oldest)


def _by_epoch(totals: store.Totals) -> dict[int, list[tuple[int, int]]]:
    groups: dict[int, list[tuple[int, int]]] = {}
    for article, (views, epoch) in sorted(totals.items()):
        groups.setdefault(epoch, []).append((article, views))
    return groups


def _parts(items: list[tuple[int, int]], size: int) -> Iterable[list[tuple[int, int]]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]
