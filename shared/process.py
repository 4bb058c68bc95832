"""What every long-running process of the house does: say who it is, prove that it works, stop in order.

A process notes itself in `run_dir/<role>.json` (pid, start, metrics address) and touches `run_dir/<role>.alive`
while it makes progress; the supervisor and `toasoan status` read both.
"""

import ctypes
import faulthandler
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from socketserver import BaseServer
from typing import Any

import orjson
from celery import Celery, bootsteps, signals
from celery.exceptions import SecurityWarning
from prometheus_client import start_http_server

from shared import canary, telemetry, tracing
from shared.celery_factory import BROKER_ERRORS, TASK_SECONDS
from shared.contracts.queues import CONSUMERS, Queue
from shared.hints import BROKER_FOUND, send_hint
from shared.settings import get_settings
from shared.telemetry import configure_logging, log

BEAT_SECONDS = 2.0
# A worker that was idle for so long looks whether messages wait; when none of them arrives for as long again, it has
# lost its consumer. One look is not enough: a message may have come just now, or the broker may just be back.
DEAF_SECONDS = 15.0
EXIT_STUCK = 70
_TRIM_SECONDS = 20.0
_BROKER_PAUSE_SECONDS = 0.5


def prepare(role: str) -> None:
    """First call of every process: logging, its name in traces, and a stack dump on SIGUSR1."""
    configure_logging(role)
    tracing.begin(role)
    faulthandler.register(signal.SIGUSR1, all_threads=True)


def register(role: str, metrics_url: str) -> None:
    """Note this process in the run dir, whole or not at all."""
    run_dir = get_settings().run_dir
    run_dir.mkdir(parents=True, exist_ok=True)
    note = {"role": role, "pid": os.getpid(), "started_at": time.time(), "metrics_url": metrics_url}
    part = run_dir / f"{role}.json.{os.getpid()}"
    part.write_bytes(orjson.dumps(note))
    part.replace(run_dir / f"{role}.json")
    alive(role)
    threading.Thread(target=_give_memory_back, name="memory", daemon=True).start()


def _give_memory_back() -> None:
    """Return freed memory to the system from time to time: glibc keeps it, and a burst of work would be paid for
    ever after. Takes a few milliseconds."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    while trim is not None:
        time.sleep(_TRIM_SECONDS)
        trim(0)


def alive(role: str) -> None:
    """Progress was made just now."""
    path = get_settings().run_dir / f"{role}.alive"
    try:
        path.touch()
    except OSError as error:
        log.warning("heartbeat not written", error=str(error))


def serve_metrics(role: str) -> str:
    """Offer /metrics of a process without an HTTP service of its own; returns its address."""
    settings = get_settings()
    server, _thread = start_http_server(settings.metrics_port, settings.host, telemetry.REGISTRY)
    threading.Thread(target=_look_rarely, args=(server,), name="metrics", daemon=True).start()
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    return f"http://{host}:{server.server_port}/metrics"


def _look_rarely(server: BaseServer) -> None:
    """Go on serving, without looking twice a second whether to end."""
    server.shutdown()
    server.serve_forever(3600)


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
    guard = _Guard(role, app, queues, healthy)
    _call_when_connected(app, guard.connected)
    signals.worker_ready.connect(guard.ready, weak=False)
    signals.task_prerun.connect(guard.begin, weak=False)
    signals.task_postrun.connect(guard.end, weak=False)
    signals.task_unknown.connect(_unknown, weak=False)
    signals.task_rejected.connect(_rejected, weak=False)
    for reason in ("unknown", "unreadable"):
        # A counter that begins at 1 has not increased, for Prometheus: the first message would be missed.
        telemetry.discarded_messages_total.labels("worker", reason)
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


class _Guard:
    """Proof of life of a worker: beats while tasks end or the queue is empty, ends a process that is stuck.

    Celery's solo pool has no time limits of its own, and a consumer that lost its connection can look alive.
    """

    def __init__(self, role: str, app: Celery, queues: list[Queue], healthy: Callable[[], bool]) -> None:
        self._role = role
        self._app = app
        self._queues = queues
        self._healthy = healthy
        self._busy: dict[str, float] = {}
        self._last_task = time.monotonic()
        self._waiting_since: float | None = None
        self._tell_found = False

    def connected(self) -> None:
        """A message that Redis had handed to a worker that then died, and what Redis itself forgot, is gone: whoever
        compares the stores must hear of it."""
        self._tell_found = True

    def ready(self, **_: Any) -> None:
        register(self._role, serve_metrics(self._role))
        telemetry.worker_up.labels(self._role).set(1)
        log.info("ready")
        threading.Thread(target=self._watch, name="guard", daemon=True).start()

    def begin(self, task_id: str = "", **_: Any) -> None:
        self._busy[task_id] = self._last_task = time.monotonic()
        telemetry.worker_tasks_active.labels(self._role).set(len(self._busy))

    def end(self, task_id: str = "", **_: Any) -> None:
        self._busy.pop(task_id, None)
        self._last_task = time.monotonic()
        telemetry.worker_tasks_active.labels(self._role).set(len(self._busy))

    def _watch(self) -> None:
        while True:
            time.sleep(BEAT_SECONDS)
            now = time.monotonic()
            started = min(self._busy.values(), default=now)
            if now - started > TASK_SECONDS:
                self._end_process("handler over its time limit")
            if self._is_deaf(now):
                self._end_process("messages wait but none arrives")
            if not self._healthy():
                self._end_process("a loop stands still")
            alive(self._role)
            if self._tell_found and send_hint(BROKER_FOUND):
                self._tell_found = False

    def _is_deaf(self, now: float) -> bool:
        """Whether messages wait and have not arrived here for DEAF_SECONDS."""
        if self._busy or now - self._last_task <= DEAF_SECONDS or not self._has_waiting():
            self._waiting_since = None
            return False
        if self._waiting_since is None:
            self._waiting_since = now
        return now - self._waiting_since > DEAF_SECONDS

    def _has_waiting(self) -> bool:
        from shared.broker import message_count

        try:
            waiting = sum(message_count(self._app, queue) for queue in self._queues)
        except Exception:
            # No broker: that is for Celery's reconnecting, a new process would not see more.
            self._last_task = time.monotonic()
            return False
        if not waiting:
            self._last_task = time.monotonic()
        return waiting > 0

    def _end_process(self, reason: str) -> None:
        log.error("stuck, leaving", reason=reason)
        faulthandler.dump_traceback(all_threads=True)
        sys.stderr.flush()
        os._exit(EXIT_STUCK)


def _unknown(name: str = "", message: Any = None, **_: Any) -> None:
    _keep_discarded("unknown", name, getattr(message, "body", b""))


def _rejected(message: Any = None, **_: Any) -> None:
    _keep_discarded("unreadable", "", getattr(message, "body", b""))


def _keep_discarded(reason: str, task: str, body: Any) -> None:
    """Celery throws away what it cannot read: keep a copy among the dead letters."""
    from shared.celery_factory import publisher
    from shared.publishing import bury

    telemetry.discarded_messages_total.labels("worker", reason).inc()
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    log.error("message discarded by Celery", reason=reason, task=task)
    try:
        error = ValueError(f"{reason} message")
        bury(publisher("discarded"), "worker", task or "?", Queue.dead.value, {"raw": text[:100_000]}, error, 1)
    except Exception as failure:
        log.error("discarded message not kept", error=repr(failure)[:200], body=text[:2000])


class Stop:
    """SIGTERM and SIGINT as an event to wait on, for processes that are plain loops."""

    def __init__(self) -> None:
        self._event = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._event.set())

    @property
    def asked(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        return self._event.wait(seconds)


def every(seconds: float, work: Callable[[], object]) -> Callable[[], None]:
    """`work`, run at most once in `seconds` however often the returned function is called; errors are logged."""
    last = -seconds

    def maybe() -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < seconds:
            return
        last = now
        try:
            work()
        except Exception:
            log.exception("periodic work failed", work=getattr(work, "__name__", "?"))

    return maybe


def heartbeat_age(path: Path) -> float:
    """Seconds since the heartbeat file was touched; infinity when there is none."""
    try:
        return max(0.0, time.time() - path.stat().st_mtime)
    except OSError:
        return float("inf")
