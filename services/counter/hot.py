"""The hot part of the counts, in Redis: what was seen in the last half hour, and what SQL does not hold yet.

Memory, with 1,000,000 articles viewed within an hour: about 25 bytes for each (article, visitor) of the last 30 to 60
minutes (50 and the referrer's domain for one that may be judged: seen.py) and 20 bytes for each (article, day), because
both stand in small hashes that Redis packs (the sharding by hash is Instagram's, "Storing hundreds of millions of
simple key-value pairs in Redis"). tests measure it.
"""

import struct
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import redis
from redis.exceptions import NoScriptError

from services.counter.searches import HotSearches
from services.counter.seen import SEEN_SHARDS, SeenViews, spot
from shared import telemetry
from shared.contracts.commands import CountViews
from shared.vietnamese.dates import day_number
from shared.views.batches import REMEMBERED_SECONDS, parse, proper
from shared.views.definition import WINDOW_SECONDS
from shared.views.visitor import PARTED_CHARS

SLOT_SECONDS = 300
FORGET_AFTER_SECONDS = 60
SKETCHED_OVER = 32
"""Views of an article in a day that are not in its sketch of unique readers (see apply.lua)."""

_RECORD = struct.Struct("<HHI9s15s")
_DAY_SHARDS = 4096
_SCRIPTS = {name: Path(__file__).with_name(f"{name}.lua").read_text() for name in ("apply", "take_back")}
_CLOSE_DELTA = Path(__file__).with_name("close_delta.lua").read_text()
_NEXT = """
local next = math.max(tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[1]) or 0) + 1)
redis.call('SET', KEYS[1], string.format('%.0f', next))
return next
"""
_NO_SPOT, _NOBODY = bytes(9), bytes(15)

Stored = Mapping[str, bytes]
"""producer -> bitmap of its batches (bit 0 is the first byte's highest, as Redis has it)"""


@dataclass
class Delta:
    """Counts on their way to SQL."""

    id: str
    oldest: float
    """Unix time of the oldest view in it."""
    views: dict[tuple[int, int], int] = field(default_factory=dict)
    """(article id, slot number) -> views."""
    referrers: dict[tuple[int, int, str], int] = field(default_factory=dict)
    """(article id, day, domain) -> views."""
    tallies: dict[tuple[int, str], int] = field(default_factory=dict)
    """(hour, reason) -> beacons refused, or views repeated within the window."""
    batches: list[str] = field(default_factory=list)
    """Names of the batches in it."""


class Hot:
    """The counter's keys in Redis. All of them begin with `ts:c:`."""

    def __init__(self, client: redis.Redis, stored: Callable[[], Stored] = dict) -> None:
        """`stored` tells which batches SQL holds; it is asked when Redis was (re)started."""
        self._redis = client
        self._stored = stored
        self._shas: dict[str, str] = {}
        self.seen = SeenViews(client, self._run)
        self.searches = HotSearches(client)

    def apply(self, batch: CountViews) -> tuple[int, int]:
        """Apply a batch unless it was applied before; returns (counted, repeated).

        Raises ValueError for a batch that has no proper name, redis.RedisError when Redis is away.
        """
        producer, number = parse(batch.batch_id)
        now = int(time.time())
        self.seen.note_asked(batch.asked, now)
        applied, counted, repeated = self._run("apply", (producer, number, REMEMBERED_SECONDS, now, *_pack(batch)))
        if applied:
            telemetry.views_counted_total.inc(counted)
            telemetry.views_repeated_total.inc(repeated)
        return counted, repeated

    def applied(self, names: Iterable[str]) -> list[str]:
        """Which of these batches were applied, as far as Redis knows."""
        wanted = list(proper(names))
        with self._redis.pipeline(transaction=False) as pipe:
            for _name, producer, number in wanted:
                pipe.getbit(f"ts:c:applied:{producer}", number)
            return [name for (name, *_), bit in zip(wanted, pipe.execute(), strict=True) if bit]

    def _run(self, script: str, arguments: tuple[Any, ...]) -> Any:
        try:
            if script in self._shas:
                return self._redis.evalsha(self._shas[script], 0, *arguments)
        except NoScriptError:
            pass
        # Redis (re)started. If it came back without its last moments, the open delta may be one that SQL holds
        # already under its name: nothing new may be added to it, so it is closed; and what SQL holds is known again,
        # before the scripts are there and anybody can add to the next.
        self.close_delta()
        with self._redis.pipeline(transaction=False) as pipe:
            for producer, bits in self._stored().items():
                applied, known = f"ts:c:applied:{producer}", f"ts:c:known:{producer}"
                pipe.set(known, bits, ex=60)
                pipe.bitop("OR", applied, applied, known)
                pipe.expire(applied, REMEMBERED_SECONDS)
            for text in _SCRIPTS.values():
                pipe.script_load(text)
            self._shas = dict(zip(_SCRIPTS, map(str, pipe.execute()[-len(_SCRIPTS) :]), strict=True))
        return self._redis.evalsha(self._shas[script], 0, *arguments)

    # ---------------------------------------------------------------- the way to SQL

    def close_delta(self) -> list[str]:
        """Close the open delta; returns the names of all closed ones, oldest first."""
        names: Any = self._redis.eval(_CLOSE_DELTA, 0)
        return [name.decode() for name in names]

    def load(self, name: str) -> Delta | None:
        """A closed delta; None when another process has stored and forgotten it."""
        raw: Any = self._redis.hgetall(f"ts:c:delta:{name}")
        if not raw:
            return None
        batches: Any = self._redis.smembers(f"ts:c:batches:{name}")
        delta = Delta(name, float(raw.pop(b"oldest", time.time())), batches=sorted(one.decode() for one in batches))
        raw.pop(b"id", None)
        for key, number in raw.items():
            kind, _, rest = key.decode().partition(":")
            if kind == "v":
                article, _, slot = rest.partition(":")
                delta.views[int(article), int(slot)] = int(number)
            elif kind == "r":
                article, day, domain = rest.split(":", 2)
                delta.referrers[int(article), int(day), domain] = int(number)
            else:
                hour, _, reason = rest.partition(":")
                delta.tallies[int(hour), reason] = int(number)
        return delta

    def forget(self, name: str) -> None:
        """SQL holds this delta."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(f"ts:c:delta:{name}", f"ts:c:batches:{name}")
            pipe.lrem("ts:c:sealed", 0, name)
            pipe.execute()

    # ---------------------------------------------------------------- estimates of readers

    def readers_of_day(self, day: int) -> int:
        """Estimate of the different readers of a day, all articles together."""
        return int(self._redis.pfcount(f"ts:c:readers:{day}"))

    def readers_now(self, now: float) -> int:
        """Estimate of the different readers of the last 5 to 10 minutes."""
        slot = int(now) // SLOT_SECONDS
        return int(self._redis.pfcount(f"ts:c:live:{slot}", f"ts:c:live:{slot - 1}"))

    def sketched_readers(self, article_id: int, day: int) -> int:
        """Estimate of an article's readers beyond its first views of the day; 0 where no sketch was begun."""
        return int(self._redis.pfcount(f"ts:c:unique:{day}:{article_id}"))

    def sketched_articles(self, day: int) -> Iterator[int]:
        """Articles of a day that have a sketch."""
        for member in self._redis.sscan_iter(f"ts:c:uniques:{day}", count=1000):
            yield int(member)

    def drop_sketches(self, day: int, articles: list[int]) -> None:
        """Their estimates are in SQL."""
        if articles:
            with self._redis.pipeline(transaction=True) as pipe:
                pipe.delete(*(f"ts:c:unique:{day}:{article}" for article in articles))
                pipe.srem(f"ts:c:uniques:{day}", *articles)
                pipe.execute()

    # ---------------------------------------------------------------- forgetting

    def forget_old(self, now: float) -> None:
        """Delete what is over: the half hours that no new view is held against, and the days before yesterday.

        Views come late where a journal was sent late; a half hour that came back so is deleted at the next call.
        """
        windows: Any = self._redis.smembers("ts:c:windows")
        for window in sorted(int(one) for one in windows):
            if (window + 2) * WINDOW_SECONDS + FORGET_AFTER_SECONDS < now:
                prefix = f"ts:c:seen:{window}:".encode()
                self._unlink([prefix + number.to_bytes(2, "big") for number in range(SEEN_SHARDS)])
                self._redis.srem("ts:c:windows", window)
        days: Any = self._redis.smembers("ts:c:days")
        for day in sorted(int(one) for one in days):
            if day < day_number(now) - 1:
                self._unlink([b"ts:c:day:%d:%d" % (day, shard) for shard in range(_DAY_SHARDS)])
                self.drop_sketches(day, list(self.sketched_articles(day)))
                self._redis.srem("ts:c:days", day)

    def _unlink(self, keys: list[bytes]) -> None:
        for first in range(0, len(keys), 1000):
            self._redis.unlink(*keys[first : first + 1000])

    # ---------------------------------------------------------------- small things workers tell each other

    def lease(self, name: str, owner: str, milliseconds: int) -> bool:
        """Whether `owner` may do the work `name` now: one process at a time, as long as it asks often enough."""
        key = f"ts:c:lease:{name}"
        if self._redis.set(key, owner, nx=True, px=milliseconds):
            return True
        if self._redis.get(key) != owner.encode():
            return False
        return bool(self._redis.pexpire(key, milliseconds))

    def give_back(self, name: str, owner: str) -> None:
        key = f"ts:c:lease:{name}"
        if self._redis.get(key) == owner.encode():
            self._redis.delete(key)

    def articles_changed(self) -> None:
        """An article left a ranking or moved between sections: lists must be made anew."""
        self._redis.incr("ts:c:articles-changed")

    def change_count(self) -> int:
        return int(self._redis.get("ts:c:articles-changed") or 0)

    def ranking_version(self, now: int) -> int:
        """A version for lists made at `now` (ms): the time, or one more than the last where a clock is behind that."""
        return int(self._redis.eval(_NEXT, 1, "ts:c:ranking-version", now))

    def rewrite_log(self) -> None:
        """Have the append-only file written anew, so that deleted visitor secrets leave the disk too."""
        try:
            self._redis.bgrewriteaof()
        except redis.ResponseError:
            pass  # one is running already, or a managed Redis keeps this to itself


def _pack(batch: CountViews) -> tuple[int, bytes, int, bytes]:
    """The arguments 5 to 8 of apply.lua."""
    with_old = any("." in visitor for _article, visitor, _at, _referrer in batch.views)
    cells: dict[tuple[int, int], int] = {}
    sources: dict[tuple[int, int, str], int] = {}
    readers: dict[int, list[str]] = {}
    out = bytearray()
    pack = _RECORD.pack
    for article, visitor, at, referrer in batch.views:
        key, _, old = visitor.partition(".")
        slot = at // SLOT_SECONDS
        cell = cells.setdefault((article, slot), len(cells) + 1)
        source = sources.setdefault((article, day_number(at), referrer), len(sources) + 1) if referrer else 0
        known = key.encode() if len(key) == PARTED_CHARS else _NOBODY
        out += pack(cell, source, at, spot(article, key), known)
        if with_old:
            out += spot(article, old) if old else _NO_SPOT
        readers.setdefault(slot, []).append(key)
    days = {slot: str(day_number(slot * SLOT_SECONDS)) for slot in readers}
    more = {
        "cells": [part for article, slot in cells for part in (f"v:{article}:{slot}", days[slot], str(article))],
        "sources": [part for article, day, name in sources for part in (f"r:{article}:{day}:", str(day), name)],
        "readers": [(days[slot], str(slot), keys) for slot, keys in readers.items()],
        "refused": [str(part) for pair in batch.rejected.items() for part in pair],
    }
    oldest = min((at for _article, _visitor, at, _referrer in batch.views), default=0)
    return oldest, bytes(out), int(with_old), orjson.dumps(more)
