"""How often something may be tried, and who is here: short-lived marks in Redis, in this process when Redis is away."""

import threading
import time

import redis

from services.ingest.kit.errors import Refused
from shared.redis_client import redis_client
from shared.telemetry import log

_PREFIX = "ts:desk:"
_REST_SECONDS = 2.0
_resting_until = 0.0
_lock = threading.Lock()
_counts: dict[str, tuple[int, float]] = {}
_places: dict[str, dict[str, tuple[str, float]]] = {}


class TooMany(Refused):
    """Tried too often; `seconds` until it may be tried again."""

    def __init__(self, seconds: int) -> None:
        minutes = max(1, round(seconds / 60))
        super().__init__(f"Đã thử quá nhiều lần. Hãy đợi {minutes} phút rồi thử lại.")
        self.seconds = seconds


def take(limits: dict[str, int], window_seconds: int) -> None:
    """Count one try under each key of {key: most tries in the window}. Raises TooMany when one is used up."""
    waits = [
        wait
        for key, most in limits.items()
        for number, wait in [_count(f"{_PREFIX}try:{key}", window_seconds)]
        if number > most
    ]
    if waits:
        raise TooMany(max(1, *waits))


def forget(*keys: str) -> None:
    """Start counting under these keys anew: the try was right."""
    with _lock:
        for key in keys:
            _counts.pop(f"{_PREFIX}try:{key}", None)
    _redis(lambda client: client.delete(*(f"{_PREFIX}try:{key}" for key in keys)))


def be_here(place: str, name: str, value: str, seconds: int) -> dict[str, str]:
    """Say that `name` is at `place` for the next `seconds`; who is there now, {name: value}."""
    now = time.time()
    with _lock:
        mine = _places.setdefault(place, {})
        mine[name] = (value, now + seconds)
        _forget_old(now)
        here = {who: said for who, (said, until) in mine.items() if until > now}
    key = f"{_PREFIX}here:{place}"

    def tell(client: redis.Redis) -> dict[str, str]:
        with client.pipeline() as pipe:
            pipe.hset(key, name, f"{now + seconds:.0f} {value}")
            pipe.expire(key, seconds)
            pipe.hgetall(key)
            found = pipe.execute()[-1]
        parts = {who.decode(): said.decode().partition(" ") for who, said in found.items()}
        return {who: said for who, (until, _, said) in parts.items() if float(until) > now}

    told = _redis(tell)
    return here if told is None else told


def leave(place: str, name: str) -> None:
    """`name` is there no more."""
    with _lock:
        _places.get(place, {}).pop(name, None)
    _redis(lambda client: client.hdel(f"{_PREFIX}here:{place}", name))


def _count(key: str, window_seconds: int) -> tuple[int, int]:
    """(tries in the window with this one, seconds to its end)."""

    def incr(client: redis.Redis) -> tuple[int, int]:
        with client.pipeline() as pipe:
            pipe.set(key, 0, ex=window_seconds, nx=True)
            pipe.incr(key)
            pipe.ttl(key)
            _, number, left = pipe.execute()
        return int(number), max(1, int(left))

    counted = _redis(incr)
    if counted is not None:
        return counted
    now = time.monotonic()
    with _lock:
        number, end = _counts.get(key, (0, 0.0))
        if end <= now:
            number, end = 0, now + window_seconds
        _counts[key] = (number + 1, end)
        if len(_counts) > 10_000:
            for old in [name for name, (_, until) in _counts.items() if until <= now]:
                del _counts[old]
        return number + 1, max(1, round(end - now))


def _redis(work):  # type: ignore[no-untyped-def]
    """What `work(client)` gives; None while Redis is away."""
    global _resting_until
    if time.monotonic() < _resting_until:
        return None
    try:
        return work(redis_client())
    except redis.RedisError as error:
        _resting_until = time.monotonic() + _REST_SECONDS
        log.warning("redis away, counting in this process", error=str(error)[:200])
        return None


def _forget_old(now: float) -> None:
    if len(_places) > 1000:
        for place in [name for name, here in _places.items() if all(until <= now for _, until in here.values())]:
            del _places[place]
