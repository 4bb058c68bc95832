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
    """A new connection to listen on: it waits for messages as long as they take."""
    return connection(socket_connect_timeout=2, health_check_interval=15)


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
