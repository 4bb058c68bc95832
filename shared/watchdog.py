"""Proof of life of a worker, and the end of one that is stuck."""

import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Celery

from shared import telemetry
from shared.broker import message_count
from shared.celery_factory import TASK_SECONDS
from shared.contracts.queues import Queue
from shared.hints import BROKER_FOUND, send_hint
from shared.process import BEAT_SECONDS, EXIT_STUCK, alive, register, serve_metrics
from shared.telemetry import log

# A worker that was idle for so long looks whether messages wait; when none of them arrives for as long again, it has
# lost its consumer. One look is not enough: a message may have come just now, or the broker may just be back.
DEAF_SECONDS = 15.0


class Watchdog:
    """Beats while tasks end or the queue is empty, ends a process that is stuck.

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
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

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
