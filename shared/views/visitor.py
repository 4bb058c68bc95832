"""Visitor keys: a reader is known for a day at most, by a hash that nobody can undo afterwards.

The key is made of HMACs of site, address (IPv4 whole, IPv6 its /64) and user agent under a random secret. Web
processes share the day's secret through the counters' Redis; it changes at midnight +07:00, and the old one is deleted
one window later. In that window a view carries both keys, so that midnight does not count a reader twice.

A public address's key has three parts (`Parts`), so that the counter can see what comes from one network, and by how
many browsers, without knowing either. A private address may be a proxy that nobody told us to trust, with all readers
behind it: its key is of one piece, and nothing is judged by it.

The rotating secret: GoatCounter's and Plausible's way; theirs forget a reader at the turn, this one does not.
"""

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import NamedTuple

import redis

from shared.addresses import blocks, is_private
from shared.telemetry import log
from shared.vietnamese.dates import day_number, day_start
from shared.views.bots import AGENT_CHARS
from shared.views.definition import WINDOW_SECONDS

_KEY = "ts:visitor-secret:{day}"
# The next day's secret is made this long before midnight, so that no process meets midnight without one.
_AHEAD_SECONDS = 600
_SECRET_BYTES = 32
_CACHED_ADDRESSES, _CACHED_AGENTS = 20_000, 5_000
_PART_CHARS = 5
PARTED_CHARS = 3 * _PART_CHARS
"""The length of a public address's key."""


class Parts(NamedTuple):
    """A public address's key, taken apart; each part is 30 bits."""

    site: str
    """The /48; of IPv4 the address again."""
    client: str
    """The /64, or the IPv4 address."""
    agent: str


def parts(key: str) -> Parts:
    """The parts of a key with PARTED_CHARS."""
    return Parts(key[:_PART_CHARS], key[_PART_CHARS : 2 * _PART_CHARS], key[2 * _PART_CHARS :])


class Secrets:
    """The secrets of the days around now. `refresh` talks to Redis (from a thread); the rest is memory only."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._shared: dict[int, bytes] = {}
        self._own: dict[int, bytes] = {}

    def refresh(self, now: float | None = None) -> None:
        """Fetch or make today's secret (shortly before midnight tomorrow's too) and drop those that are over.

        With Redis away the known secrets stay in use; a process that has none makes its own until Redis is back,
        which can count a reader twice at most.
        """
        now = time.time() if now is None else now
        wanted = {day_number(now), day_number(now - WINDOW_SECONDS), day_number(now + _AHEAD_SECONDS)}
        for kept in (self._shared, self._own):
            for day in set(kept) - wanted:
                del kept[day]
        try:
            for day in wanted - set(self._shared):
                found = self._fetch(day, make=day >= day_number(now))
                if found:
                    self._shared[day] = found
        except redis.RedisError as error:
            log.warning("visitor secret not fetched", error=str(error)[:200])

    def of_day(self, day: int) -> bytes:
        found = self._shared.get(day) or self._own.get(day)
        if found is None:
            found = self._own[day] = secrets.token_bytes(_SECRET_BYTES)
        return found

    def _fetch(self, day: int, make: bool) -> bytes | None:
        key = _KEY.format(day=day)
        if make:
            gone_at = day_start(day + 1) + WINDOW_SECONDS
            self._client.set(key, secrets.token_bytes(_SECRET_BYTES), nx=True, exat=gone_at)
        found = self._client.get(key)
        assert not isinstance(found, str)  # this client gives bytes
        return found or None


class _Day:
    """Keys under one secret. Thread-safe."""

    def __init__(self, site: bytes, secret: bytes) -> None:
        self._site, self.secret = site, secret
        # A network's readers and a browser's come by the thousand; as a method's wrapper a cache would keep the day.
        self.network = lru_cache(maxsize=_CACHED_ADDRESSES)(self._network)
        self.agent = lru_cache(maxsize=_CACHED_AGENTS)(self._agent)

    def key(self, address: str, agent: str) -> str:
        network = self.network(address)
        return network + self.agent(agent) if network else self._whole(address, agent)

    def _network(self, address: str) -> str:
        """Site and client; "" for a private address."""
        if is_private(address):
            return ""
        of_client, *of_site = (self._short(block.encode()) for block in blocks(address))
        site = of_site[0] if of_site else of_client[_PART_CHARS:]
        return site[:_PART_CHARS] + of_client[:_PART_CHARS]

    def _agent(self, agent: str) -> str:
        return self._short(b"\0" + _cut(agent))[:_PART_CHARS]

    def _whole(self, address: str, agent: str) -> str:
        return self._short(blocks(address)[0].encode() + b"\0" + _cut(agent))

    def _short(self, text: bytes) -> str:
        digest = hmac.digest(self.secret, self._site + text, "sha256")
        return urlsafe_b64encode(digest[:8])[:11].decode()


class VisitorKeys:
    """Makes visitor keys for a site. Thread-safe."""

    def __init__(self, site: str, days: Secrets) -> None:
        self._site = site.encode() + b"\0"
        self._days = days
        self._valid_until = 0.0
        self._now: tuple[_Day, _Day | None] | None = None
        """Of today, and within one window after midnight of yesterday."""
        self._tomorrow: _Day | None = None

    def key(self, address: str, agent: str, now: float) -> str:
        """`KEY`, or within one window after midnight `KEY.KEY-OF-YESTERDAY`; a key is 11 characters (64 bits), that of
        a public address 15."""
        if now >= self._valid_until or self._now is None:
            self._turn(now)
        assert self._now is not None
        today, yesterday = self._now
        key = today.key(address, agent)
        return key if yesterday is None else f"{key}.{yesterday.key(address, agent)}"

    def ahead(self, address: str, agent: str, now: float) -> str:
        """The key that a reader will have after midnight, within ten minutes before it; "" at any other time."""
        tomorrow = day_number(now + _AHEAD_SECONDS)
        if tomorrow == day_number(now):
            return ""
        known = self._tomorrow
        if known is None or known.secret != self._days.of_day(tomorrow):
            known = self._tomorrow = _Day(self._site, self._days.of_day(tomorrow))
        return known.key(address, agent)

    def _turn(self, now: float) -> None:
        day = day_number(now)
        midnight = day_start(day)
        in_window = now < midnight + WINDOW_SECONDS
        self._now = (self._of_day(day), self._of_day(day - 1) if in_window else None)
        turn = midnight + WINDOW_SECONDS if in_window else day_start(day + 1)
        # Looked at again every second: a secret that came from Redis late replaces a process's own.
        self._valid_until = min(turn, now + 1.0)

    def _of_day(self, day: int) -> _Day:
        secret = self._days.of_day(day)
        kept: tuple[_Day | None, ...] = (self._tomorrow, *(self._now or ()))
        for known in kept:
            if known is not None and known.secret == secret:
                return known
        return _Day(self._site, secret)


def _cut(agent: str) -> bytes:
    return agent[:AGENT_CHARS].encode("utf-8", "replace")
