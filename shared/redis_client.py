"""The process's clients for the counters' Redis (TOASOAN_REDIS_URL): counts, answers to questions, hints."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import redis

from shared import tls
from shared.settings import get_settings
from shared.telemetry import log

_REST_SECONDS = 2.0
# A line on which nothing came for the one is asked whether it is there; the other is how long each look takes.
_SILENT_SECONDS, _LOOK_SECONDS = 5, 3.0
_resting_until = 0.0
T = TypeVar("T")
connect: Callable[..., redis.Redis] = redis.Redis.from_url
"""What makes clients, from an address and options; who plays a Redis that fails puts its own here."""


@lru_cache(maxsize=1)
def redis_client() -> redis.Redis:
    """For commands: every call answers or fails within 2 s."""
    return connection(socket_timeout=2, socket_connect_timeout=1, health_check_interval=15)


@lru_cache(maxsize=1)
def hint_client() -> redis.Redis:
    """For hints: one saves at most a second, so it may not cost an editor more than half of one."""
    return connection(socket_timeout=0.5, socket_connect_timeout=0.5)


def subscriber() -> redis.Redis:
    """A new connection to listen on by `heard`."""
    return connection(socket_connect_timeout=2, health_check_interval=_SILENT_SECONDS)


def heard(subscription: redis.client.PubSub) -> dict[str, Any] | None:
    """The next message, None where some seconds bring none. Raises redis.RedisError, also where Redis has left two
    questions unanswered whether it is there: a line that is cut in silence would be listened to for ever."""
    message: dict[str, Any] | None = subscription.get_message(timeout=_LOOK_SECONDS)
    if message is None and subscription.health_check_response_counter > 1:
        raise redis.TimeoutError("nothing is heard any more")
    return message


def connection(**options: Any) -> redis.Redis:
    """A client of its own, for who waits otherwise."""
    url = get_settings().counters_url
    return connect(url, **options, **tls.for_redis(url))


def unless_away(work: Callable[[redis.Redis], T]) -> T | None:
    """What `work(client)` gives, or None while Redis is away: then it is not asked for some seconds."""
    global _resting_until
    if time.monotonic() < _resting_until:
        return None
    try:
        return work(redis_client())
    except redis.RedisError as error:
        _resting_until = time.monotonic() + _REST_SECONDS
        log.warning("redis away, counting in this process", error=str(error)[:200])
        return None
