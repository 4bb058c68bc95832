"""Measures what belongs to no single process: outbox, dead letters, broker, canaries, comparisons.

The numbers become gauges of the process that runs this, and a short history in Redis for the ops page.
"""

import time
from typing import Any

import orjson
import redis
from celery import Celery
from kombu.exceptions import OperationalError as BrokerAway
from sqlalchemy import Engine

from services.ingest.inbox.store import deliveries
from services.ingest.kit.tables import dead_letters
from services.ingest.ops.reconcile import last_results
from shared import broker, canary, clock, deadletter, telemetry
from shared.contracts.queues import Queue
from shared.outbox import Relay
from shared.redis_client import redis_client
from shared.telemetry import log

# A queue that long gets no canaries on top: its age says enough.
_CROWDED_MESSAGES = 100
_HISTORY = "ts:ops:history"
_SAMPLES = 360


class Gauges:
    """What was measured last."""

    def __init__(self, source: Engine, app: Celery, relay: Relay) -> None:
        self._source = source
        self._app = app
        self._relay = relay
        self._sample: dict[str, Any] = {}
        self._state: broker.BrokerState | None = None
        self._began = time.time()

    def measure(self) -> None:
        """Bring the gauges up to date; whatever is away is tried again the next time."""
        self._broker()
        self._redis()
        self._database()

    def _database(self) -> None:
        pending, oldest = self._relay.observe()
        dead = deadletter.depth(self._source, dead_letters)
        telemetry.dead_letter_depth.set(dead)
        for way in (deliveries.MAIL, deliveries.PUSH):
            late, age = deliveries.late(self._source, way, clock.moment())
            telemetry.inbox_deliveries_late.labels(way).set(late)
            telemetry.inbox_deliveries_oldest_seconds.labels(way).set(age)
        self._sample |= {"outbox": pending, "outbox_age": round(oldest, 1), "dead": dead}

    def _broker(self) -> None:
        try:
            self._state = broker.look(self._app)
        except (redis.RedisError, BrokerAway, OSError) as error:
            self._state = None
            log.warning("broker not measured", error=str(error)[:200])
            return
        for name, queue in self._state.queues.items():
            telemetry.queue_length.labels(name).set(queue.length)
        telemetry.broker_unacked_messages.set(self._state.unacked)
        telemetry.broker_oldest_unacked_age_seconds.set(self._state.oldest_unacked_age)
        telemetry.broker_memory_bytes.set(self._state.memory_bytes or 0)
        self._sample |= {
            "queues": {name: queue.length for name, queue in self._state.queues.items()},
            "unacked": self._state.unacked,
        }

    def _redis(self) -> None:
        try:
            ran = canary.ran_at()
            results = last_results()
        except redis.RedisError as error:
            log.warning("counters' redis not measured", error=str(error)[:200])
            return
        now = time.time()
        for queue in Queue:
            # One that never ran is as old as this process.
            telemetry.canary_age_seconds.labels(queue.value).set(now - max(ran.get(queue.value, 0), self._began))
        for store, (differed, at) in results.items():
            telemetry.store_drift_documents.labels(store).set(differed)
            telemetry.reconcile_last_success_timestamp_seconds.labels(store).set(at)
        self._sample["drift"] = sum(differed for differed, _ in results.values())

    def send_canaries(self) -> None:
        """Into every queue that is not crowded."""
        for queue in Queue:
            known = self._state.queues.get(queue.value) if self._state else None
            if known is not None and known.length < _CROWDED_MESSAGES:
                canary.send(self._app, queue)

    def remember(self) -> None:
        """Keep what was measured last for the ops page."""
        if not self._sample:
            return
        pipe = redis_client().pipeline(transaction=False)
        pipe.lpush(_HISTORY, orjson.dumps({"at": round(time.time()), **self._sample}))
        pipe.ltrim(_HISTORY, 0, _SAMPLES - 1)
        pipe.execute()


def history() -> list[dict[str, Any]]:
    """The last hour's samples, the oldest first. Raises redis.RedisError."""
    return [orjson.loads(one) for one in reversed(redis_client().lrange(_HISTORY, 0, _SAMPLES - 1))]
