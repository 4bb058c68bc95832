"""The newsroom's own loops: remote feeds, webhooks, imports handed in at the desk. Each works from SQL rows in a
thread of its own, so that a slow server outside holds up nothing else, and a restart forgets nothing."""

import threading
from collections.abc import Callable

from sqlalchemy import Engine

from services.ingest.exchange import loop as imports
from services.ingest.exchange.store import jobs
from services.ingest.feeds import loop as feeds
from services.ingest.feeds import store as feed_rows
from services.ingest.kit.fetching import Fetcher
from services.ingest.kit.lookout import LONGEST_SECONDS, Lookout
from services.ingest.webhooks import loop as webhooks
from services.ingest.webhooks.store import deliveries
from shared.process import every
from shared.telemetry import log

_FORGET_SECONDS = 7200
# After a failure (a database that is away) the next try waits this long.
_REST_SECONDS = 5.0


def loops(engine: Engine, lookout: Lookout, halt: threading.Event) -> dict[str, Callable[[], None]]:
    """What to run, by the name of its thread; each ends when `halt` is set and `lookout` has ended."""
    fetcher = Fetcher()
    return {
        "feeds": _loop("feeds", halt, lookout.watch(feed_rows.DUE), lambda: feeds.poll_due(engine, fetcher) > 0),
        "webhooks": _loop("webhooks", halt, lookout.watch(deliveries.DUE), _webhooks(engine)),
        "imports": _loop("imports", halt, lookout.watch(jobs.DUE), lambda: imports.work_off(engine, halt.is_set)),
    }


def _loop(name: str, halt: threading.Event, awake: threading.Event, work: Callable[[], bool]) -> Callable[[], None]:
    """Calls `work` whenever woken, and at once again while it says that there is more."""

    def run() -> None:
        while not halt.is_set():
            awake.clear()
            try:
                if work():
                    continue
            except Exception as error:
                log.error("round failed", loop=name, error=repr(error)[:300])
                halt.wait(_REST_SECONDS)
            awake.wait(LONGEST_SECONDS)

    return run


def _webhooks(engine: Engine) -> Callable[[], bool]:
    fetcher = Fetcher(max_bytes=100_000, seconds=10)
    forget = every(_FORGET_SECONDS, lambda: deliveries.forget_old(engine))

    def work() -> bool:
        forget()
        read = deliveries.fan_out(engine)
        return webhooks.deliver_due(engine, fetcher) + read > 0

    return work
