"""What ops see: every metric of the house, declared once, and the one way to log.

Labels have few, known values; no id, address or raw path ever becomes one.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from shared.release import VERSION
from shared.settings import get_settings


@contextmanager
def _absent(name: str) -> Iterator[None]:
    """Let `import name` fail inside the block, as if it were not installed."""
    before = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before


# structlog loads rich, 5 MB in each process, wherever some tool has installed it; our two forms need none of it.
with _absent("rich"):
    import structlog

REGISTRY = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

toasoan_build_info = Gauge(
    "toasoan_build_info",
    "1, under the version of the code that the process runs. More than one version at a time: an update is going on, "
    "or stopped half way.",
    ["version"],
    registry=REGISTRY,
)
toasoan_build_info.labels(VERSION).set(1)

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10)  # 0.2: the promise for pages
_DELAY = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600)

# --- from an editor's commit to what readers get
publish_to_visible_seconds = Histogram(
    "publish_to_visible_seconds",
    "From the commit in ingest to the page in web; promised: 99 % within 10 s",
    buckets=_DELAY,
    registry=REGISTRY,
)
publish_to_searchable_seconds = Histogram(
    "publish_to_searchable_seconds", "From the commit in ingest to the index", buckets=_DELAY, registry=REGISTRY
)
view_to_shown_seconds = Histogram(
    "view_to_shown_seconds", "From an accepted view to the number on the page", buckets=_DELAY, registry=REGISTRY
)

# --- outbox, dead letters, reconciliation (ingest)
outbox_pending = Gauge("outbox_pending", "Outbox rows not yet published", ["service"], registry=REGISTRY)
outbox_oldest_age_seconds = Gauge(
    "outbox_oldest_age_seconds",
    "Age of the oldest unpublished outbox row; rises while broker or relay is away",
    ["service"],
    registry=REGISTRY,
)
outbox_published_total = Counter(
    "outbox_published", "Outbox rows handed to the broker", ["service", "queue"], registry=REGISTRY
)
dead_letter_depth = Gauge(
    "dead_letter_depth", "Dead letters waiting for a person (toasoan dead list)", registry=REGISTRY
)
store_drift_documents = Gauge(
    "store_drift_documents",
    "Articles whose version differed at the last comparison; they are sent again",
    ["store"],
    registry=REGISTRY,
)
reconcile_last_success_timestamp_seconds = Gauge(
    "reconcile_last_success_timestamp_seconds", "End of the last whole comparison", ["store"], registry=REGISTRY
)
copy_timestamp_seconds = Gauge(
    "copy_timestamp_seconds", "A restore from the continuous copy has all that was written before", registry=REGISTRY
)
copy_rehearsal_timestamp_seconds = Gauge(
    "copy_rehearsal_timestamp_seconds", "When the continuous copy was restored for a trial", registry=REGISTRY
)
copy_rehearsal_failed = Gauge("copy_rehearsal_failed", "1 when that trial failed", registry=REGISTRY)
articles_written_total = Counter("articles_written", "Article versions committed", ["action"], registry=REGISTRY)

# --- the desk's open boards (ingest)
desk_streams_open = Gauge("desk_streams_open", "Windows that are told of changes as they happen", registry=REGISTRY)
desk_streams_total = Counter(
    "desk_streams",
    "Windows that asked to be told; refused: the process has as many as it takes",
    ["outcome"],
    registry=REGISTRY,
)
desk_change_told_seconds = Histogram(
    "desk_change_told_seconds",
    "From a change's entry in the log to the windows; promised: 2 s",
    buckets=_DELAY,
    registry=REGISTRY,
)

# --- what people are told beside the desk (ingest)
inbox_deliveries_total = Counter(
    "inbox_deliveries",
    "Entries of inboxes on their way by e-mail or to a browser: sent, failed (tried again), given_up, refused (the "
    "address; the browser has ended it), in_doubt (interrupted, never sent again), unwanted (read at the desk before)",
    ["channel", "outcome"],
    registry=REGISTRY,
)
inbox_deliveries_late = Gauge(
    "inbox_deliveries_late", "Entries that should be on their way and wait", ["channel"], registry=REGISTRY
)
inbox_deliveries_oldest_seconds = Gauge(
    "inbox_deliveries_oldest_seconds",
    "For how long the oldest of them does; rises while the mail server or a push service takes nothing",
    ["channel"],
    registry=REGISTRY,
)

# --- broker and tasks
broker_oldest_unacked_age_seconds = Gauge(
    "broker_oldest_unacked_age_seconds", "Age of the oldest delivered but unacknowledged message", registry=REGISTRY
)
broker_unacked_messages = Gauge(
    "broker_unacked_messages", "Messages delivered and not yet acknowledged", registry=REGISTRY
)
queue_length = Gauge("celery_queue_length", "Messages waiting in a queue", ["queue_name"], registry=REGISTRY)
broker_memory_bytes = Gauge("broker_memory_bytes", "Memory that a Redis broker uses", registry=REGISTRY)
# celery-exporter's names and labels, from the handlers' own base: dashboards made for it work without it.
task_started_total = Counter("celery_task_started", "Tasks begun", ["name", "queue_name"], registry=REGISTRY)
task_succeeded_total = Counter("celery_task_succeeded", "Tasks done", ["name", "queue_name"], registry=REGISTRY)
task_failed_total = Counter(
    "celery_task_failed", "Tasks that failed or were given up", ["name", "queue_name"], registry=REGISTRY
)
task_retried_total = Counter(
    "celery_task_retried", "Tasks put back into their queue", ["name", "queue_name"], registry=REGISTRY
)
task_runtime = Histogram(
    "celery_task_runtime", "Seconds from begin to end", ["name", "queue_name"], buckets=_FAST, registry=REGISTRY
)
worker_up = Gauge("celery_worker_up", "1 while the worker takes messages", ["hostname"], registry=REGISTRY)
worker_tasks_active = Gauge("celery_worker_tasks_active", "Tasks in work", ["hostname"], registry=REGISTRY)
handler_seconds = Histogram(
    "handler_seconds", "Time a handler took, by task", ["task", "outcome"], buckets=_FAST, registry=REGISTRY
)
handled_events_total = Counter("handled_events", "Events and commands handled", ["task", "outcome"], registry=REGISTRY)
queue_wait_seconds = Histogram(
    "queue_wait_seconds", "From publishing to the handler's start", ["queue"], buckets=_DELAY, registry=REGISTRY
)
dead_lettered_total = Counter("dead_lettered", "Messages given up", ["service", "task"], registry=REGISTRY)
discarded_messages_total = Counter(
    "discarded_messages", "Messages no handler could read", ["service", "reason"], registry=REGISTRY
)
canary_age_seconds = Gauge(
    "canary_age_seconds", "Since the last canary task ran; one is sent every 30 s", ["queue"], registry=REGISTRY
)

# --- readers (web)
http_requests_total = Counter(
    "http_requests", "Requests answered", ["service", "route", "method", "status"], registry=REGISTRY
)
http_request_seconds = Histogram(
    "http_request_seconds", "Time to answer", ["service", "route"], buckets=_FAST, registry=REGISTRY
)
page_cache_hits_total = Counter("page_cache_hits", "Pages served as finished bytes", registry=REGISTRY)
page_cache_misses_total = Counter("page_cache_misses", "Pages that had to be rendered", registry=REGISTRY)
page_cache_bytes = Gauge("page_cache_bytes", "Bytes of finished pages in the process", registry=REGISTRY)
page_render_seconds = Histogram(
    "page_render_seconds", "Time to make a page", ["page"], buckets=_FAST, registry=REGISTRY
)
theme_refused = Gauge(
    "theme_refused",
    "1 while the folder of TOASOAN_THEME_DIR is refused: pages have the last good theme, or the built-in look",
    registry=REGISTRY,
)
served_stale_total = Counter("served_stale", "Pages served as they last were", registry=REGISTRY)

# --- views
views_accepted_total = Counter("views_accepted", "Views held by the broker or the spool", registry=REGISTRY)
views_rejected_total = Counter(
    "views_rejected",
    "Beacons not counted, by the reasons that the page on counting gives",
    ["reason"],
    registry=REGISTRY,
)
views_counted_total = Counter("views_counted", "Views the counter added", registry=REGISTRY)
views_repeated_total = Counter("views_repeated", "Views of the same visitor inside the window", registry=REGISTRY)
views_taken_back_total = Counter(
    "views_taken_back",
    "Views taken back because they were judged made up: unasked, invented",
    ["reason"],
    registry=REGISTRY,
)
views_damaged_bytes_total = Counter(
    "views_damaged_bytes", "Bytes of the journal of views that were no whole record", registry=REGISTRY
)
view_spool_bytes = Gauge("view_spool_bytes", "Views on disk that wait for the broker", registry=REGISTRY)
counter_drain_seconds = Histogram("counter_drain_seconds", "Time of one drain to SQL", buckets=_FAST, registry=REGISTRY)
counter_undrained_age_seconds = Gauge(
    "counter_undrained_age_seconds", "Since the last drain to SQL that succeeded", registry=REGISTRY
)

# --- search
search_requests_total = Counter("search_requests", "Search questions", ["outcome"], registry=REGISTRY)
search_duration_seconds = Histogram(
    "search_duration_seconds", "Time of a search inside the engine", buckets=_FAST, registry=REGISTRY
)
search_suggestions_total = Counter("search_suggestions", "Corrected spellings offered", registry=REGISTRY)

log: Any = structlog.get_logger()
bound = structlog.contextvars.bound_contextvars
"""`with bound(name=value):` adds the values to every line logged inside."""


def observe_many(histogram: Any, value: float, times: int) -> None:
    """`times` observations of one value at the cost of one: for what happens thousands of times a second.

    prometheus-client has no such call; `_sum` and `_buckets` are those of its pinned version's Histogram.
    """
    histogram._sum.inc(value * times)
    for bound, bucket in zip(histogram._upper_bounds, histogram._buckets, strict=True):
        if value <= bound:
            bucket.inc(times)
            return


def configure_logging(role: str) -> None:
    """One line an event, on stderr: for people in the console form, for machines as JSON.

    Newlines and control characters in values are escaped by both forms.
    """
    settings = get_settings()
    level = getattr(logging, settings.log_level.upper())
    shared_steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last: Any
    if settings.log_format == "json":
        last = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        last = structlog.processors.KeyValueRenderer(key_order=["level", "event"], drop_missing=True)
        shared_steps = [step for step in shared_steps if not isinstance(step, structlog.processors.TimeStamper)]
    structlog.configure(
        processors=[*shared_steps, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(role=role)
    _route_standard_logging(level, [*shared_steps[:-1], last])


def _route_standard_logging(level: int, steps: list[Any]) -> None:
    """Lines of libraries (uvicorn, Celery, SQLAlchemy) take the same form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=steps[:-1],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, steps[-1]],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger("uvicorn.error").setLevel(max(level, logging.WARNING))
