"""Ingest's Celery process: `python -m services.ingest.worker [with-relay]`.

`with-relay` runs the loops of services.ingest.relay in the same process: on one machine that saves 70 MB.
"""

import sys

from services.ingest import tasks
from shared import process
from shared.celery_factory import make_celery
from shared.contracts.queues import Queue
from shared.database import engine, migrate
from shared.worker import run_worker

ROLE = "ingest.worker"


def main(with_relay: bool) -> int:
    process.prepare(ROLE)
    migrate("ingest")
    app = make_celery("ingest")
    tasks.register(app, engine("ingest"))
    if not with_relay:
        return run_worker(ROLE, app, [Queue.comments, Queue.dead])
    from services.ingest.relay import Loops

    # Before the worker: its consumer waits for a broker that is away, the clock of scheduled articles does not.
    loops = Loops(engine("ingest")).start()
    try:
        return run_worker(ROLE, app, [Queue.comments, Queue.dead], healthy=loops.healthy)
    finally:
        loops.stop()


if __name__ == "__main__":
    sys.exit(main("with-relay" in sys.argv[1:]))
