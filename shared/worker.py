"""A Celery worker as every service runs one."""

import os
import time
import warnings
from collections.abc import Callable
from typing import Any

import kombu.transport.redis
from celery import Celery, bootsteps, signals
from celery.exceptions import SecurityWarning

from shared import canary, clock, discarded
from shared.celery_factory import BROKER_ERRORS
from shared.contracts.queues import CONSUMERS, Queue
from shared.process import prepare
from shared.settings import get_settings
from shared.telemetry import log
from shared.watchdog import Watchdog

_BROKER_PAUSE_SECONDS = 0.5


def run_worker(
    role: str,
    app: Celery,
    queues: list[Queue],
    pool: str = "solo",
    threads: int = 1,
    healthy: Callable[[], bool] = lambda: True,
) -> int:
    """Consume `queues` until SIGTERM; returns the exit code.

    One process, one message at a time (`threads` at a time for queries): more workers are more processes.
    `healthy` speaks for what else the process does: when it says no, the process ends and is started again.
    """
    prepare(role)
    for service in {CONSUMERS[queue] for queue in queues}:
        canary.register(app, service)
    watchdog = Watchdog(role, app, queues, healthy)
    _call_when_connected(app, watchdog.connected)
    # How long a message has been unacknowledged, one host notes and another one judges.
    kombu.transport.redis.time = clock.now  # type: ignore[attr-defined]
    signals.worker_ready.connect(watchdog.ready, weak=False)
    signals.task_prerun.connect(watchdog.begin, weak=False)
    signals.task_postrun.connect(watchdog.end, weak=False)
    discarded.watch()
    # Celery warns root of pickle; messages here are JSON, and a container knows no other user.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    if os.environ.get("TOASOAN_SOLE_CONSUMER"):
        _take_over(app)
    worker = app.Worker(
        hostname=f"{role}@{os.uname().nodename}",
        pool=pool,
        concurrency=threads,
        queues=[name for queue in queues for name in queue.names],
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=not get_settings().celery_events,
        task_events=get_settings().celery_events,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _call_when_connected(app: Celery, tell: Callable[[], None]) -> None:
    """Call `tell` each time that the worker consumes from the broker (again)."""

    class Connected(bootsteps.StartStopStep):
        requires = ("celery.worker.consumer.tasks:Tasks",)

        def start(self, consumer: Any) -> None:
            tell()
            # The transport makes its timers after this step, before the loop's first round.
            if consumer.hub is not None:
                consumer.hub.call_soon(_sleep_longer, consumer)

    app.steps["consumer"].add(Connected)


def _sleep_longer(consumer: Any) -> None:
    """Take kombu's timer away that wakes a worker each second to refresh bindings that expire: the house has none.

    With a kombu that names it otherwise the worker only wakes up more often.
    """
    timer = getattr(getattr(consumer.connection.transport, "cycle", None), "_binding_expiry_tref", None)
    if timer is not None:
        timer.cancel()


def _take_over(app: Celery) -> None:
    """Put back at once what an earlier process of this role left unacknowledged (see celery_factory).

    A broker that is away is waited for, as Celery itself would next: what is not taken over now comes only when nobody
    has acknowledged it for VISIBILITY_SECONDS.
    """
    while True:
        try:
            with app.connection_for_write() as connection, connection.channel() as channel:
                if hasattr(channel.qos, "restore_by_tag"):
                    _restore(channel)
            return
        except BROKER_ERRORS as error:
            log.warning("taking over waits for the broker", error=repr(error)[:200])
            time.sleep(_BROKER_PAUSE_SECONDS)
        except Exception as error:
            log.warning("nothing taken over", error=repr(error)[:200])
            return


def _restore(channel: Any) -> None:
    with channel.conn_or_acquire() as client:
        tags = client.zrange(channel.unacked_index_key, 0, -1)
        for tag in tags:
            channel.qos.restore_by_tag(tag.decode(), client)
    if tags:
        log.info("took over messages of a dead worker", messages=len(tags))
