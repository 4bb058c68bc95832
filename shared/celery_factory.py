"""The only Celery configuration of the house.

Measured reasons for most values: Celery and kombu 5.7.0 with Redis as the broker, workers killed and redis
stopped on purpose. tests/unit/shared/test_celery_factory.py asserts that every service runs with these values.
"""

import os
import zlib
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

import orjson
import redis
from celery import Celery, signals
from kombu import compression
from kombu.entity import Queue as KombuQueue
from kombu.exceptions import KombuError
from kombu.serialization import register

from shared import clock, tls
from shared.contracts.envelope import COMPRESS_OVER_BYTES
from shared.contracts.queues import UNKEPT, Queue
from shared.settings import get_settings
from shared.tracing import current_traceparent

# A message that nobody has acknowledged for this long goes to another worker. Handlers give up after
# TASK_SECONDS, so an honest one never sees its message taken away. The value must be the same everywhere:
# the shortest on a broker wins.
VISIBILITY_SECONDS = 120
TASK_SECONDS = 60
BROKER_ERRORS = (KombuError, redis.RedisError, OSError)
"""What using a broker raises that does not answer."""


def _register_json() -> None:
    """JSON by orjson under JSON's own name: several times faster, and it refuses NaN and lone surrogates."""
    register(
        "json",
        lambda data: orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS).decode(),
        orjson.loads,
        content_type="application/json",
        content_encoding="utf-8",
    )


def _register_gzip() -> None:
    """zlib under kombu's own name at its fastest level: a sixth of the time for a fifth more bytes, which stay on
    the broker for seconds."""
    fastest = partial(zlib.compress, level=1)
    compression.register(fastest, zlib.decompress, "application/x-gzip", aliases=["gzip", "zlib"])


def make_celery(service: str) -> Celery:
    """A service's Celery app. Queues are declared, never made on the fly: a typo fails at publishing."""
    _register_json()
    _register_gzip()
    settings = get_settings()
    app = Celery(f"toasoan.{service}", set_as_current=False)
    app.conf.update(
        broker_url=settings.celery_broker_url,
        broker_transport_options=_transport_options(settings.celery_broker_url, service),
        broker_use_ssl=tls.for_celery(settings.celery_broker_url),
        broker_connection_timeout=3,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # a broker that is away for a night is waited for
        broker_channel_error_retry=True,  # a demoted Redis master answers READONLY: wait, do not die
        visibility_timeout=VISIBILITY_SECONDS,
        # --- what is on the wire: JSON only, nothing that runs code when it is read
        task_serializer="json",
        accept_content=["json"],
        task_queues=[KombuQueue(name, no_ack=queue in UNKEPT) for queue in Queue for name in queue.names],
        task_default_queue=Queue.dead.value,
        task_create_missing_queues=False,
        # --- at least once: acknowledged after the work, also when the worker dies in it
        task_acks_late=True,
        task_acks_on_failure_or_timeout=True,  # shared.handler has dead-lettered it: Celery must not loop
        task_track_started=False,
        # --- no results: who asks is answered by shared.ask
        task_ignore_result=True,
        # --- workers: one message at a time for each process, so that a slow one holds nothing back
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        worker_hijack_root_logger=False,
        worker_send_task_events=settings.celery_events,
        task_send_sent_event=settings.celery_events,
        worker_enable_remote_control=settings.celery_events,
        # --- publishers fail soon: the outbox and the spool keep what could not be sent
        task_publish_retry=True,
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2},
        timezone="UTC",
        enable_utc=True,
    )
    return app


def _transport_options(url: str, service: str) -> dict[str, Any]:
    if not url.startswith(("redis", "rediss", "sentinel")):
        return {}
    options: dict[str, Any] = {
        "visibility_timeout": VISIBILITY_SECONDS,
        # Look for messages of dead workers every 5 s (kombu's own default is 100 s).
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # How long a worker's BRPOP waits; news end it at once, a stop waits for it. (kombu's own: 1 s.)
        "polling_interval": 2,
        # A frozen Redis is noticed instead of waited for.
        "socket_timeout": 10,
        "socket_connect_timeout": 3,
        "health_check_interval": 10,
        "retry_on_timeout": True,
        # One list a queue: the house has no priorities, and each step would be one more key to poll.
        "priority_steps": [0],
        "sep": ":",
        "queue_order_strategy": "round_robin",
        "global_keyprefix": "ts:",
    }
    if not url.startswith("redis+socket"):
        options["socket_keepalive"] = True
    # What a service has taken and not yet acknowledged is nobody else's to read: drafts are among it. Where the
    # supervisor vouches that one process consumes for a name, what an earlier one left unacknowledged is its to take at
    # once (shared.worker), without waiting for the visibility timeout.
    owner = os.environ.get("TOASOAN_SOLE_CONSUMER") or service
    return options | {f"unacked{part}_key": f"unacked{part}:{owner}" for part in ("", "_index", "_mutex")}


def publish(
    app: Celery,
    task: str,
    queue: Queue,
    arguments: Mapping[str, object],
    *,
    size: int = 0,
    task_id: str | None = None,
) -> None:
    """Hand one message to the broker; returns when the broker holds it.

    `size` is the rough number of bytes of the arguments. Raises kombu.exceptions.OperationalError when the
    broker does not take it within a few seconds.
    """
    app.send_task(
        task,
        kwargs=arguments,
        queue=queue.value,
        task_id=task_id,
        compression="gzip" if size > COMPRESS_OVER_BYTES else None,
        # Celery would print a batch of articles into the header, for longer than it takes to pack them.
        argsrepr="()",
        kwargsrepr=f"<{', '.join(arguments)}>",
        # Legible without unpacking the message.
        headers={"sent_at": clock.now(), "traceparent": current_traceparent()},
    )


@lru_cache(maxsize=4)
def publisher(service: str) -> Celery:
    """The process's app for publishing only."""
    return make_celery(service)


@signals.setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Connected, so that Celery leaves the logging of shared.telemetry alone."""
