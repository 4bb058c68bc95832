"""What is known of the views of the last half hours, for who judges whether they were made up: the counted views, the
pages that were asked for, and the way to take a view back. Keys in Redis, as hot.py's.
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from hashlib import blake2b
from operator import or_
from typing import Any, NamedTuple

import redis

from shared import telemetry
from shared.telemetry import log
from shared.vietnamese.dates import day_number
from shared.views.batches import REMEMBERED_SECONDS
from shared.views.definition import WINDOW_SECONDS

SEEN_SHARDS = 65_536
ASKED_WINDOWS = 3
"""A page may have been asked for so many half hours ago: it lay open in the background."""
ASKED_BITS = 2**23
"""1 MB a half hour; with half a million readers one view in 200 that nobody asked for seems asked for."""

_RECORD = struct.Struct("<HBBI15s")
_SPOT_BYTES = 9
_SHARDS_AT_ONCE = 512
_TAKEN_AT_ONCE = 500
_BITS_AT_ONCE = 1000
_VIEWS = """
local found = {}
for shard = tonumber(ARGV[2]), tonumber(ARGV[3]) do
  local name = string.char(math.floor(shard / 256), shard % 256)
  local all = redis.call('HGETALL', 'ts:c:seen:' .. ARGV[1] .. ':' .. name)
  for at = 1, #all, 2 do
    if #all[at + 1] > 4 then found[#found + 1] = name .. all[at] .. all[at + 1] end
  end
end
return found
"""

Run = Callable[[str, tuple[Any, ...]], list[int]]
"""Runs one of the counter's scripts on a Redis that knows what SQL holds."""


class SeenView(NamedTuple):
    """A counted view, as it stands in Redis."""

    spot: bytes
    """Its shard and field."""
    article: int
    at: int
    """Unix seconds."""
    beacons: int
    """How often it was sent: by one reader again, or by several who look the same. 255 is that or more."""
    taken_back: bool
    visitor: str
    """Key of a visitor with a public address (shared.views.visitor)."""


class SeenViews:
    """The views that may be judged: those of public addresses."""

    def __init__(self, client: redis.Redis, run: Run) -> None:
        self._redis = client
        self._run = run

    def note_asked(self, asked: Iterable[tuple[int, str]], now: int) -> None:
        """Readers, as (article id, visitor key), have asked for the pages of articles."""
        bits = sorted({bit for article, visitor in asked for bit in asked_bits(spot(article, visitor))})
        if not bits:
            return
        key = f"ts:c:asked:{now // WINDOW_SECONDS}"
        with self._redis.pipeline(transaction=False) as pipe:
            for first in range(0, len(bits), _BITS_AT_ONCE):
                sets = [part for bit in bits[first : first + _BITS_AT_ONCE] for part in ("SET", "u1", bit, 1)]
                pipe.execute_command("BITFIELD", key, *sets)
            pipe.expire(key, ASKED_WINDOWS * WINDOW_SECONDS)
            pipe.execute()

    def asked(self, window: int) -> bytes:
        """Whose pages were asked for in the half hours up to this one: a Bloom filter (`asked_bits`)."""
        keys = [f"ts:c:asked:{number}" for number in range(window - ASKED_WINDOWS + 1, window + 1)]
        found: Any = self._redis.mget(keys)
        numbers = [int.from_bytes(bits.ljust(ASKED_BITS // 8, b"\0")) for bits in found if bits]
        return reduce(or_, numbers, 0).to_bytes(ASKED_BITS // 8)

    def views(self, window: int) -> Iterator[SeenView]:
        """The views of a half hour."""
        if not self._redis.sismember("ts:c:windows", str(window)):
            return
        for first in range(0, SEEN_SHARDS, _SHARDS_AT_ONCE):
            found: Any = self._redis.eval(_VIEWS, 0, window, first, first + _SHARDS_AT_ONCE - 1)
            for raw in found:
                second, beacons, taken, article, visitor = _RECORD.unpack_from(raw, _SPOT_BYTES)
                at = window * WINDOW_SECONDS + second
                yield SeenView(raw[:_SPOT_BYTES], article, at, beacons, bool(taken), visitor.decode())

    def judged_from(self) -> float:
        """Views before this moment (unix seconds) may be taken back already, as far as is known here."""
        value: Any = self._redis.get("ts:c:judged-from")
        return float(value or 0)

    def take_back(self, views: Sequence[SeenView], reason: str, now: float) -> int:
        """Take these views of one half hour off the counts again, unless they are; returns how many were not."""
        taken = 0
        for first in range(0, len(views), _TAKEN_AT_ONCE):
            some = views[first : first + _TAKEN_AT_ONCE]
            whose = (f"{day_number(now):016x}", REMEMBERED_SECONDS, int(now), some[0].at // WINDOW_SECONDS, reason)
            number, forgot = self._run("take_back", (*whose, b"".join(one.spot for one in some)))
            taken += number
            telemetry.views_taken_back_total.labels(reason).inc(number)
            if forgot:
                log.warning("redis came back older: earlier views are not judged")
                break
        return taken


def spot(article: int, visitor: str) -> bytes:
    """Shard (2 bytes) and field (7) of (article, visitor): so much of a hash that no two ever meet in practice."""
    return blake2b(b"%d:%s" % (article, visitor.encode()), digest_size=_SPOT_BYTES).digest()


def asked_bits(of: bytes) -> tuple[int, int, int]:
    """The bits of a view, by its spot, in the filter of pages that were asked for."""
    number = int.from_bytes(of)
    return number % ASKED_BITS, (number >> 24) % ASKED_BITS, (number >> 48) % ASKED_BITS
