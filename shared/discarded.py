"""What Celery would throw away: messages of a kind that nobody knows, or that cannot be read."""

from typing import Any

from celery import signals

from shared import telemetry
from shared.celery_factory import publisher
from shared.contracts.queues import Queue
from shared.publishing import bury
from shared.telemetry import log


def watch() -> None:
    """From now on they are counted, and kept among the dead letters."""
    signals.task_unknown.connect(_unknown, weak=False)
    signals.task_rejected.connect(_rejected, weak=False)
    for reason in ("unknown", "unreadable"):
        # A counter that begins at 1 has not increased, for Prometheus: the first message would be missed.
        telemetry.discarded_messages_total.labels("worker", reason)


def _unknown(name: str = "", message: Any = None, **_: Any) -> None:
    _keep("unknown", name, getattr(message, "body", b""))


def _rejected(message: Any = None, **_: Any) -> None:
    _keep("unreadable", "", getattr(message, "body", b""))


def _keep(reason: str, task: str, body: Any) -> None:
    telemetry.discarded_messages_total.labels("worker", reason).inc()
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    log.error("message discarded by Celery", reason=reason, task=task)
    try:
        error = ValueError(f"{reason} message")
        bury(publisher("discarded"), "worker", task or "?", Queue.dead.value, {"raw": text[:100_000]}, error, 1)
    except Exception as failure:
        log.error("discarded message not kept", error=repr(failure)[:200], body=text[:2000])
