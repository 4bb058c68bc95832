"""A look into the broker, for ops: what waits, and what was taken and not yet acknowledged.

Lengths are known for any broker; ages and unacknowledged messages only for Redis, whose keys are kombu's.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
import redis
from celery import Celery
from kombu.exceptions import OperationalError

from shared import clock, tls
from shared.contracts.queues import Queue
from shared.settings import get_settings

_PREFIX = "ts:"
_INDEX = f"{_PREFIX}unacked_index"


@dataclass(frozen=True, slots=True)
class QueueState:
    """One queue: messages that wait, and since when the first of them does (seconds; None: unknown)."""

    length: int
    oldest_age: float | None = None


@dataclass(frozen=True, slots=True)
class BrokerState:
    queues: dict[str, QueueState]
    unacked: int = 0
    oldest_unacked_age: float = 0.0
    memory_bytes: int | None = None
    """What a Redis broker uses; None for other brokers."""


def look(app: Celery) -> BrokerState:
    """The broker as it is now.

    Raises redis.RedisError or kombu.exceptions.OperationalError when it is away.
    """
    url = get_settings().celery_broker_url
    if url.startswith("redis"):
        return _look_into_redis(_client(url))
    return BrokerState({queue.value: QueueState(message_count(app, queue)) for queue in Queue})


@lru_cache(maxsize=2)
def _client(url: str) -> redis.Redis:
    address = f"unix://{url.removeprefix('redis+socket://')}" if url.startswith("redis+socket://") else url
    return redis.Redis.from_url(address, socket_timeout=2, socket_connect_timeout=1, **tls.for_redis(address))


def _look_into_redis(client: redis.Redis) -> BrokerState:
    pipe = client.pipeline(transaction=False)
    for queue in Queue:
        pipe.llen(_PREFIX + queue.value)
        pipe.lindex(_PREFIX + queue.value, -1)
    pipe.info("memory")
    *answers, memory = pipe.execute()
    now = clock.now()
    queues = {
        queue.value: QueueState(answers[2 * at], _age(answers[2 * at + 1], now)) for at, queue in enumerate(Queue)
    }
    # Each process of the house has an index of its own (TOASOAN_SOLE_CONSUMER), the others share one.
    unacked, oldest = 0, now
    for key in client.scan_iter(match=f"{_INDEX}*", count=1000):
        unacked += int(client.zcard(key))
        first: Any = client.zrange(key, 0, 0, withscores=True)
        if first:
            oldest = min(oldest, first[0][1])
    return BrokerState(queues, unacked, max(0.0, now - oldest), int(memory["used_memory"]))


def _age(message: bytes | None, now: float) -> float | None:
    """How long ago a message was published, by the header that `celery_factory.publish` gives it."""
    if message is None:
        return 0.0
    try:
        return max(0.0, now - float(orjson.loads(message)["headers"]["sent_at"]))
    except (ValueError, KeyError, TypeError):
        return None


def message_count(app: Celery, queue: Queue) -> int:
    """Messages waiting in a queue, on any broker. Raises OperationalError when the broker is away."""
    url = get_settings().celery_broker_url
    if url.startswith("redis"):
        # Not by kombu's passive declaration: it asks for the key without our prefix and finds nothing, ever.
        try:
            return sum(int(_client(url).llen(_PREFIX + name)) for name in queue.names)
        except redis.RedisError as error:
            raise OperationalError(str(error)) from error
    return sum(_declared_count(app, name) for name in queue.names)


def _declared_count(app: Celery, name: str) -> int:
    with app.connection_for_write() as connection, connection.channel() as channel:
        try:
            return int(channel.queue_declare(name, passive=True).message_count)
        except connection.channel_errors:
            return 0
        except connection.connection_errors as error:
            raise OperationalError(str(error)) from error
