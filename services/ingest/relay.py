"""Ingest's loops beside its API: `python -m services.ingest.relay`, or inside the worker on one machine.

They publish the outbox, publish scheduled articles when they are due, follow fresh news to the read models, compare
these with ingest from time to time, measure, and do the newsroom's rounds (feeds, webhooks, imports). Each has a
thread of its own, which the lookout wakes: a broker that is away must not hold back the clock. Two processes with
these loops do no harm.
"""

import sys
import threading
import time
from collections.abc import Callable

from kombu.exceptions import OperationalError as BrokerAway
from sqlalchemy import Engine, exists
from sqlalchemy.exc import DBAPIError

from services.ingest import rounds, scheduler
from services.ingest.events import build
from services.ingest.kit import generation
from services.ingest.kit.lookout import LONGEST_SECONDS, Lookout
from services.ingest.kit.tables import outbox
from services.ingest.ops import delivery_check
from services.ingest.ops.delivery_check import DeliveryCheck
from services.ingest.ops.gauges import Gauges
from shared import process
from shared.celery_factory import publisher
from shared.database import engine, migrate
from shared.hints import BROKER_FOUND, listen
from shared.outbox import Relay
from shared.settings import get_settings
from shared.telemetry import log

ROLE = "ingest.relay"
# A relay whose round lasts longer than every timeout in it together stands still.
_STILL_SECONDS = 120.0
# After the first word of lost messages: the others that were in trouble are back by then.
_SETTLE_SECONDS = 8.0


class Loops:
    """The threads. `healthy()` is False when one of them has ended or the relay stands still."""

    def __init__(self, source: Engine) -> None:
        self._source = source
        self._app = publisher("ingest")
        self._relay = Relay("ingest", source, outbox, self._app, build, lambda: generation.of(source))
        self._halt = threading.Event()
        self._doubted = threading.Event()
        self._turned = time.monotonic()
        lookout = Lookout(source, self._halt)
        lookout.watch(exists(outbox.c.id), self._relay.awake)
        scheduled, fresh = scheduler.watched_by(lookout), lookout.watch(delivery_check.DUE)
        loops: dict[str, Callable[[], None]] = {
            "relay": self._publish,
            "scheduler": lambda: scheduler.run(source, self._halt, scheduled),
            "reconcile": self._compare,
            "following": lambda: DeliveryCheck(source, self._app).run(self._halt, fresh),
            "gauges": lambda: Gauges(source, self._app, self._relay).run(self._halt),
            **rounds.loops(source, lookout, self._halt),
            "lookout": lookout.run,
        }
        self._threads = [threading.Thread(target=loop, name=name, daemon=True) for name, loop in loops.items()]

    def start(self) -> "Loops":
        self._turned = time.monotonic()
        self._relay.listen(self._halt)
        listen(BROKER_FOUND, lambda _payload: self._doubted.set(), self._halt)
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """End after what is in hand."""
        self._halt.set()
        for thread in self._threads[:2]:
            thread.join(5)

    def healthy(self) -> bool:
        alive = all(thread.is_alive() for thread in self._threads)
        return self._halt.is_set() or (alive and time.monotonic() - self._turned < _STILL_SECONDS)

    def _publish(self) -> None:
        while not self._halt.is_set():
            self._turned = time.monotonic()
            if not self._publish_round():
                self._relay.wait(LONGEST_SECONDS)

    def _publish_round(self) -> bool:
        """True when there may be more to send at once."""
        try:
            return self._relay.run_once() > 0
        except BrokerAway as error:
            log.warning("broker away, events wait in the outbox", error=str(error)[:300])
        except DBAPIError as error:
            log.error("database failed", error=repr(error)[:300])
        except OSError as error:
            log.warning("broker connection lost", error=repr(error)[:300])
        except Exception:
            log.exception("relay failed")
        return False

    def _compare(self) -> None:
        """Reconcile every `reconcile_seconds`, and soon after a worker has found its broker again."""
        while not self._halt.is_set():
            if self._doubted.wait(get_settings().reconcile_seconds):
                if self._halt.wait(_SETTLE_SECONDS):
                    return
                self._doubted.clear()
            try:
                from services.ingest.ops.reconcile import reconcile

                reconcile()
            except Exception:
                log.exception("comparison failed")


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
