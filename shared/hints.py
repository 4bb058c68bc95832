"""Wake-ups inside one service by Redis pub/sub: best effort, never the only way.

Whoever listens also polls: a lost hint costs a second, nothing else.
"""

import threading
import time
from collections.abc import Callable

import redis

from shared.redis_client import heard, hint_client, subscriber
from shared.telemetry import log

BROKER_FOUND = "broker-found"
"""A worker has found its broker, at its start or again: what was on its way between them before may be lost."""

_PREFIX = "ts:hint:"
# After a failure hints are not even tried for this long, so that a dead Redis costs the sender nothing.
_REST_SECONDS = 2.0
_resting_until = 0.0


def send_hint(channel: str, payload: bytes = b"") -> int:
    """Wake the listeners of a channel; returns their number. Never raises for a Redis that is away."""
    global _resting_until
    if time.monotonic() < _resting_until:
        return 0
    try:
        return int(hint_client().publish(_PREFIX + channel, payload))
    except redis.RedisError as error:
        _resting_until = time.monotonic() + _REST_SECONDS
        log.warning("hint not sent", channel=channel, error=str(error))
        return 0


def listen(channel: str, callback: Callable[[bytes], None], halt: threading.Event | None = None) -> None:
    """Call `callback(payload)` for every hint, in a daemon thread that reconnects by itself until `halt` is set."""
    arguments = (channel, callback, halt or threading.Event())
    threading.Thread(target=_listen, args=arguments, name=f"hints-{channel}", daemon=True).start()


def _listen(channel: str, callback: Callable[[bytes], None], halt: threading.Event) -> None:
    while not halt.is_set():
        try:
            with subscriber().pubsub(ignore_subscribe_messages=True) as subscription:
                subscription.subscribe(_PREFIX + channel)
                while not halt.is_set():
                    message = heard(subscription)
                    if message is not None:
                        callback(message["data"])
        except (redis.RedisError, OSError) as error:
            if not halt.is_set():
                log.warning("hints interrupted", channel=channel, error=str(error))
            halt.wait(1)
        except Exception:
            log.exception("hint callback failed", channel=channel)
