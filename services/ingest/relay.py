"""Ingest's loops beside its API: `python -m services.ingest.relay`, or inside the worker on one machine.

What they do stands in services.ingest.periodic. Each has a thread of its own: a broker that is away must not hold back
the clock. Two processes with these loops do no harm.
"""

import sys
import threading

from sqlalchemy import Engine

from services.ingest.events import build
from services.ingest.kit import generation
from services.ingest.kit.periodic import Periodic
from services.ingest.kit.tables import outbox
from services.ingest.periodic import SETTLE_SECONDS, table
from shared import process
from shared.ask import Asker
from shared.celery_factory import publisher
from shared.database import engine, migrate
from shared.hints import BROKER_FOUND, listen
from shared.outbox import Relay
from shared.telemetry import log

ROLE = "ingest.relay"


class Loops:
    """The jobs of services.ingest.periodic, and the hints that wake them."""

    def __init__(self, source: Engine) -> None:
        app = publisher("ingest")
        self._relay = Relay("ingest", source, outbox, app, build, lambda: generation.of(source))
        self._asker = Asker(app)
        self._halt, self._doubted = threading.Event(), threading.Event()
        jobs = table(source, app, self._relay, self._asker, self._doubted, self._halt.is_set)
        self._periodic = Periodic(source, jobs, self._halt)
        self.healthy = self._periodic.healthy

    def start(self) -> "Loops":
        self._asker.start()
        self._relay.listen(self._halt)
        listen(BROKER_FOUND, lambda _payload: self._compare_soon(), self._halt)
        self._periodic.start()
        return self

    def stop(self) -> None:
        """End after what is in hand."""
        self._periodic.stop()
        self._asker.close()

    def _compare_soon(self) -> None:
        """A worker has found its broker again: messages may be lost."""
        settled = threading.Timer(SETTLE_SECONDS, self._doubted.set)
        settled.daemon = True
        settled.start()


def main() -> int:
    process.prepare(ROLE)
    migrate("ingest")
    loops = Loops(engine("ingest"))
    stop = process.Stop()
    loops.start()
    process.register(ROLE, process.serve_metrics(ROLE))
    log.info("ready")
    while not stop.wait(process.BEAT_SECONDS):
        if not loops.healthy():
            log.error("a loop stands still, leaving")
            return process.EXIT_STUCK
        process.alive(ROLE)
    loops.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
