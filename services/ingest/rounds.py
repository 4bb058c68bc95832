"""The newsroom's own loops: remote feeds, webhooks, imports handed in at the desk. Each works from SQL rows in a
thread of its own, so that a slow server outside holds up nothing else, and a restart forgets nothing."""

import threading
from collections.abc import Callable

from sqlalchemy import Engine

from shared.telemetry import log

_FEED_SECONDS = 5.0
_WEBHOOK_SECONDS = 2.0
_JOB_SECONDS = 2.0
_FORGET_EVERY = 3600
# After a failure (a database that is away) the next look waits this long.
_REST_SECONDS = 5.0


def loops(engine: Engine, halt: threading.Event) -> dict[str, Callable[[], None]]:
    """What to run, by the name of its thread; each ends when `halt` is set."""
    return {
        "feeds": lambda: _repeat("feeds", halt, _FEED_SECONDS, _feeds(engine)),
        "webhooks": lambda: _repeat("webhooks", halt, _WEBHOOK_SECONDS, _webhooks(engine)),
        "imports": lambda: _repeat("imports", halt, _JOB_SECONDS, _imports(engine, halt)),
    }


def _repeat(name: str, halt: threading.Event, seconds: float, work: Callable[[], bool]) -> None:
    """Call `work` until halted; at once again while it says that there is more."""
    while not halt.is_set():
        try:
            pause = 0.0 if work() else seconds
        except Exception as error:
            log.error("round failed", loop=name, error=repr(error)[:300])
            pause = _REST_SECONDS
        halt.wait(pause)


def _feeds(engine: Engine) -> Callable[[], bool]:
    from services.ingest.feeds import poll
    from services.ingest.fetching import Fetcher

    fetcher = Fetcher()
    return lambda: poll.poll_due(engine, fetcher) > 0


def _webhooks(engine: Engine) -> Callable[[], bool]:
    from services.ingest.fetching import Fetcher
    from services.ingest.webhooks import send

    fetcher, rounds = Fetcher(max_bytes=100_000, seconds=10), 0

    def work() -> bool:
        nonlocal rounds
        rounds += 1
        if rounds % _FORGET_EVERY == 1:
            send.forget_old(engine)
        read = send.fan_out(engine)
        return send.deliver_due(engine, fetcher) + read > 0

    return work


def _imports(engine: Engine, halt: threading.Event) -> Callable[[], bool]:
    from services.ingest.importers import jobs

    return lambda: jobs.work_off(engine, halt.is_set)
