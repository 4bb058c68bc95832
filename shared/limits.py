"""How often something may be tried: the one limiter, for log-ins, comments, uploads, beacons and questions.

A bound is a bucket of tries that fills again at a steady rate (the generic cell rate algorithm, ITU-T I.371): of a key
stands only the moment when its bucket will be full. Several bounds on one key make a delay that grows, from the quick
one that is spent first to the slow one. A try is taken from all of its bounds or from none, so that what is refused
uses up nothing.
"""

import hmac
import threading
import time
from functools import lru_cache
from typing import Any, NamedTuple

import redis

from shared.addresses import blocks, is_private
from shared.redis_client import unless_away
from shared.settings import get_settings

_MOST_KEYS = 50_000
_CACHED_ADDRESSES = 10_000


class Bound(NamedTuple):
    """`burst` tries at once, and one more every `each` seconds: in any time at most burst + time / each."""

    burst: int
    each: float


class Try(NamedTuple):
    """One try under one bound: what of the limiter's state it asks."""

    key: str
    each: float
    room: float


Tries = tuple[Try, ...]


def bounded(key: str, *bounds: Bound) -> Tries:
    """One try under each of the bounds of a key."""
    return tuple(Try(f"{key} {burst}/{each:g}", each, burst * each) for burst, each in bounds)


class Limiter:
    """In this process's memory. Times are seconds since the epoch."""

    def __init__(self) -> None:
        self._full_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, wanted: Tries, now: float | None = None) -> float:
        """0.0 when the try was taken from all its bounds; else it was from none, and the seconds until it will be."""
        now = time.time() if now is None else now
        # Sums of steps are not exact to the last bit; beacons come by the thousand, and `max` would double the time.
        wait, ends = 1e-6, {}
        with self._lock:
            for key, each, room in wanted:
                full_at = self._full_at.get(key, now)
                end = ends[key] = (full_at if full_at > now else now) + each
                if end - room - now > wait:
                    wait = end - room - now
            if wait > 1e-6:
                return wait
            if len(self._full_at) >= _MOST_KEYS:
                self._forget(now)
            self._full_at.update(ends)
        return 0.0

    def give_back(self, taken: Tries) -> None:
        """The try was right, and does not count."""
        with self._lock:
            for key, each, _ in taken:
                if key in self._full_at:
                    self._full_at[key] -= each

    def _forget(self, now: float) -> None:
        """Keys that are full anew are as good as unknown; then those that have been here longest."""
        kept = [one for one in self._full_at.items() if one[1] > now]
        self._full_at = dict(kept[-_MOST_KEYS // 2 :])


_TAKE = """
local now, wait, ends = tonumber(ARGV[1]), 0, {}
for i, key in ipairs(KEYS) do
  local each, room = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  ends[i] = math.max(tonumber(redis.call('GET', key) or now), now) + each
  wait = math.max(wait, ends[i] - room - now)
end
if wait > 1e-6 then return tostring(wait) end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.6f', ends[i]), 'PX', math.ceil((ends[i] - now) * 1000))
end
return '0'
"""
_GIVE_BACK = """
for i, key in ipairs(KEYS) do
  local full_at = redis.call('GET', key)
  if full_at then redis.call('SET', key, string.format('%.6f', full_at - ARGV[i]), 'KEEPTTL') end
end
return 1
"""


class SharedLimiter(Limiter):
    """In the counters' Redis, for all processes of a service; in this one's memory while Redis is away.

    Redis writes to disk, and addresses are not kept: keys are a MAC.
    """

    def take(self, wanted: Tries, now: float | None = None) -> float:
        now = time.time() if now is None else now
        numbers = [repr(number) for one in wanted for number in (one.each, one.room)]

        def ask(client: redis.Redis) -> float:
            said: Any = client.eval(_TAKE, len(wanted), *_hidden(wanted), repr(now), *numbers)
            return float(said)

        waited = unless_away(ask)
        return super().take(wanted, now) if waited is None else waited

    def give_back(self, taken: Tries) -> None:
        each = [repr(one.each) for one in taken]
        if unless_away(lambda client: client.eval(_GIVE_BACK, len(taken), *_hidden(taken), *each)) is None:
            super().give_back(taken)


def _hidden(wanted: Tries) -> list[str]:
    secret = b"limit:" + get_settings().secret_key.encode()
    return [f"ts:limit:{hmac.digest(secret, one.key.encode(), 'sha256').hex()[:32]}" for one in wanted]


class AddressLimit:
    """A bound for each client, and a wider one for each /48 of IPv6, whose clients may all be one."""

    def __init__(
        self, name: str, client: Bound, site: Bound, limiter: Limiter | None = None, *, spare_private: bool = True
    ) -> None:
        """`spare_private`: no limit for private addresses, where all readers may stand behind one proxy that nobody
        told us to trust."""
        self._limiter = limiter or Limiter()
        self._name, self._bounds, self._spare_private = name, (client, site), spare_private
        # Beacons come by the thousand.
        self.tries = lru_cache(maxsize=_CACHED_ADDRESSES)(self._tries)

    def wait(self, address: str, now: float | None = None) -> float:
        """Seconds until this address may try; 0.0: it has tried now."""
        wanted = self.tries(address)
        return self._limiter.take(wanted, now) if wanted else 0.0

    def _tries(self, address: str) -> Tries:
        """One try of an address."""
        if self._spare_private and is_private(address):
            return ()
        # IPv4 has no second block.
        found = zip(blocks(address), self._bounds, strict=False)
        return tuple(one for block, bound in found for one in bounded(f"{self._name} {block}", bound))
