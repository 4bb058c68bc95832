"""Who is here, for instance with an article open: short-lived marks in Redis, in this process when Redis is away."""

import threading
import time
from collections.abc import Sequence

import redis

from shared.redis_client import unless_away

_PREFIX = "ts:desk:here:"
_lock = threading.Lock()
_places: dict[str, dict[str, tuple[str, float]]] = {}


def be_here(place: str, name: str, value: str, seconds: int) -> dict[str, str]:
    """Say that `name` is at `place` for the next `seconds`; who is there now, {name: value}."""
    now = time.time()
    with _lock:
        mine = _places.setdefault(place, {})
        mine[name] = (value, now + seconds)
        _forget_old(now)
        here = {who: said for who, (said, until) in mine.items() if until > now}
    key = f"{_PREFIX}{place}"

    def tell(client: redis.Redis) -> dict[str, str]:
        with client.pipeline() as pipe:
            pipe.hset(key, name, f"{now + seconds:.0f} {value}")
            pipe.expire(key, seconds)
            pipe.hgetall(key)
            found = pipe.execute()[-1]
        return _still(found, now)

    told = unless_away(tell)
    return here if told is None else told


def who_is_at(places: Sequence[str]) -> dict[str, dict[str, str]]:
    """Who is at each of these places now, {place: {name: value}}; where nobody is, the place is left out."""
    now = time.time()
    with _lock:
        here = {
            place: {who: said for who, (said, until) in _places.get(place, {}).items() if until > now}
            for place in places
        }

    def look(client: redis.Redis) -> dict[str, dict[str, str]]:
        with client.pipeline() as pipe:
            for place in places:
                pipe.hgetall(f"{_PREFIX}{place}")
            found = pipe.execute()
        return {place: _still(told, now) for place, told in zip(places, found, strict=True)}

    told = unless_away(look) if places else {}
    return {place: who for place, who in (here if told is None else told).items() if who}


def _still(told: dict[bytes, bytes], now: float) -> dict[str, str]:
    parts = {who.decode(): said.decode().partition(" ") for who, said in told.items()}
    return {who: said for who, (until, _, said) in parts.items() if float(until) > now}


def leave(place: str, name: str) -> None:
    """`name` is there no more."""
    with _lock:
        _places.get(place, {}).pop(name, None)
    unless_away(lambda client: client.hdel(f"{_PREFIX}{place}", name))


def _forget_old(now: float) -> None:
    if len(_places) > 1000:
        for place in [name for name, here in _places.items() if all(until <= now for _, until in here.values())]:
            del _places[place]
