"""Visitor keys: a reader is known for a day at most, by a hash that nobody can undo afterwards.

The key is an HMAC of site, address (IPv4 whole, IPv6 its /64) and user agent under a random secret. Web processes
share the day's secret through the counters' Redis; it changes at midnight +07:00, and the old one is deleted one
window later. In that window a view carries both keys, so that midnight does not count a reader twice.

The rotating secret: GoatCounter's and Plausible's way; theirs forget a reader at the turn, this one does not.
"""

import hmac
import secrets
import time
from base64 import urlsafe_b64encode

import redis

from shared.addresses import blocks
from shared.telemetry import log
from shared.vietnamese.dates import day_number, day_start
from shared.views.bots import AGENT_CHARS
from shared.views.definition import WINDOW_SECONDS

_KEY = "ts:visitor-secret:{day}"
# The next day's secret is made this long before midnight, so that no process meets midnight without one.
_AHEAD_SECONDS = 600
_SECRET_BYTES = 32


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
        return bytes(found) if found else None  # type: ignore[arg-type]


class VisitorKeys:
    """Makes visitor keys for a site."""

    def __init__(self, site: str, days: Secrets) -> None:
        self._site = site.encode() + b"\0"
        self._days = days
        self._valid_until = 0.0
        self._secret = b""
        self._previous: bytes | None = None

    def key(self, address: str, agent: str, now: float) -> str:
        """`KEY`, or within one window after midnight `KEY.KEY-OF-YESTERDAY`; a key is 11 characters (64 bits)."""
        if now >= self._valid_until:
            self._turn(now)
        text = self._site + blocks(address)[0].encode() + b"\0" + agent[:AGENT_CHARS].encode("utf-8", "replace")
        key = _short(hmac.digest(self._secret, text, "sha256"))
        if self._previous is None:
            return key
        return f"{key}.{_short(hmac.digest(self._previous, text, 'sha256'))}"

    def _turn(self, now: float) -> None:
        day = day_number(now)
        midnight = day_start(day)
        in_window = now < midnight + WINDOW_SECONDS
        self._secret = self._days.of_day(day)
        self._previous = self._days.of_day(day - 1) if in_window else None
        turn = midnight + WINDOW_SECONDS if in_window else day_start(day + 1)
        # Looked at again every second: a secret that came from Redis late replaces a process's own.
        self._valid_until = min(turn, now + 1.0)


def _short(digest: bytes) -> str:
    return urlsafe_b64encode(digest[:8])[:11].decode()
