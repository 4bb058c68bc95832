"""Background work yields to questions: while somebody asks, it rests after each piece, as long as that took or longer.

Whoever answers notes in the counters' Redis that there are questions, whoever works in the background looks there:
these are other processes, perhaps on other hosts, in front of one engine. Each kind of such work has one thread, which
never stands still: who asks all the time slows related articles to a fifth, a new index to a half.
"""

from collections.abc import Callable

from shared import clock
from shared.redis_client import unless_away

_KEY = "ts:search:asked"
_ASKED_MS = 1_000
"""After a question background work rests for so long; who reads on asks again within seconds."""
_NOTED_SECONDS = 0.2
RELATED_RESTS, REINDEX_RESTS = 4.0, 1.0
"""How many times as long as a piece took. A new index is written to beside the old one until it is done."""
_LONGEST_REST_SECONDS = 1.0


class QuestionSignal:
    """Notes that there are some, at most a few times a second. Thread-safe."""

    def __init__(self) -> None:
        self._noted_until = 0.0

    def note(self) -> None:
        now = clock.monotonic()
        if now >= self._noted_until:
            self._noted_until = now + _NOTED_SECONDS
            unless_away(lambda redis: redis.set(_KEY, 1, px=_ASKED_MS))


def asked() -> bool:
    """Whether somebody asked a moment ago; False while Redis is away: then nobody gets an answer."""
    return bool(unless_away(lambda redis: redis.exists(_KEY)))


class Yielding:
    """One background thread's. `wait` returns early when the thread is to end."""

    def __init__(self, rests: float, wait: Callable[[float], object], asked: Callable[[], bool] = asked) -> None:
        self._rests = rests
        self._wait = wait
        self._asked = asked
        self._began = clock.monotonic()

    def begin(self) -> None:
        """A piece of work begins."""
        self._began = clock.monotonic()

    def end(self) -> None:
        """It is done: rest, if somebody asks."""
        if self._asked():
            took = clock.monotonic() - self._began
            self._wait(min(self._rests * took, _LONGEST_REST_SECONDS))
