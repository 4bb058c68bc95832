"""The house's clock: moments that one host writes and another one judges.

Hosts' clocks differ, and jump. What ends a lease, makes a question old or falls due is told by the clock of the
counters' Redis, which all of them ask anyway. In between the time since the last answer counts (CLOCK_BOOTTIME: no jump
of this host's clock changes it). A process that never got an answer, or does not `follow`, takes its own host's clock.
"""

import threading
import time
from datetime import UTC, datetime

import redis

from shared.redis_client import connection
from shared.telemetry import log

_EVERY_SECONDS = 30.0
# A difference that a call's own time can make is none: one host's clock is then the better one.
_NOTHING_SECONDS = 0.5
_TELL_SECONDS = 5.0


class Host:
    """How time passes on this host, whatever its clock shows. Who plays time gives another one to `pass_by`."""

    def running(self) -> float:
        """Seconds since it was started."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


_host = Host()
_booted_at: float | None = None
"""Unix seconds, by the house's clock, at which this host's CLOCK_BOOTTIME was 0."""
_lock = threading.Lock()
_following = False


def pass_by(host: Host) -> None:
    """Let time pass as `host` says, in this process."""
    global _host
    _host = host


def monotonic() -> float:
    """Seconds that no jump of a clock changes, for what one process measures."""
    return _host.monotonic()


def sleep(seconds: float) -> None:
    _host.sleep(seconds)


def now() -> float:
    """Unix seconds."""
    return time.time() if _booted_at is None else _booted_at + _host.running()


def moment() -> datetime:
    """The same in UTC."""
    return datetime.fromtimestamp(now(), UTC)


def follow() -> None:
    """Ask for the time at once, and again every half minute, in a thread of its own."""
    global _following
    with _lock:
        if not _following:
            _following = True
            threading.Thread(target=_follow, name="house clock", daemon=True).start()


def _follow() -> None:
    client = connection(socket_timeout=2, socket_connect_timeout=1)
    while True:
        try:
            set_by(client)
        except (redis.RedisError, OSError):
            pass  # the last answer holds
        time.sleep(_EVERY_SECONDS)


def set_by(client: redis.Redis) -> None:
    """Take the time that a Redis says. Raises redis.RedisError."""
    global _booted_at
    asked = _host.running()
    seconds, microseconds = client.time()
    answered = _host.running()
    said = seconds + microseconds / 1e6
    off = said - time.time()
    if abs(off) < _NOTHING_SECONDS:
        _booted_at = None
        return
    if _booted_at is None and abs(off) > _TELL_SECONDS:
        log.warning("this host's clock is not the house's", seconds=round(-off, 1))
    _booted_at = said - (asked + answered) / 2
