"""The counter's process: `python -m services.counter.worker`."""

import sys
from typing import Any

from celery import signals

from services.counter import store, tasks
from services.counter.drain import DrainLoop
from services.counter.hot import Hot
from shared.celery_factory import make_celery
from shared.contracts.queues import Queue
from shared.database import migrate
from shared.process import prepare
from shared.redis_client import redis_client
from shared.worker import run_worker


def main() -> int:
    prepare("counter.worker")
    migrate("counter")
    app = make_celery("counter")
    source = store.engine()
    hot = Hot(redis_client(), lambda: store.stored_batches(source))
    loop = DrainLoop(hot, source, app)
    tasks.register(app, tasks.Counter(source, hot, loop.wake))

    def begin(**_: Any) -> None:
        loop.start()

    signals.worker_ready.connect(begin, weak=False)
    try:
        return run_worker("counter.worker", app, [Queue.count, Queue.statistics])
    finally:
        loop.stop()


if __name__ == "__main__":
    sys.exit(main())
