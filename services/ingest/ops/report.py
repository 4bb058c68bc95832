"""What the ops page tells, looked up when asked for; each part on its own, so that what is away is only missing."""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import orjson
import redis
from kombu.exceptions import OperationalError as BrokerAway
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from services.ingest.inbox.store import choices, deliveries
from services.ingest.kit.tables import dead_letters, outbox
from services.ingest.ops.comparison import STORES
from services.ingest.ops.gauges import history
from services.ingest.ops.reconcile import last_results
from shared import canary, deadletter
from shared.broker import BrokerState, look
from shared.celery_factory import publisher
from shared.contracts.queues import CONSUMERS, Queue
from shared.database import read
from shared.deadletter import DeadLetter
from shared.http_client import CallFailed, call
from shared.settings import get_settings

T = TypeVar("T")

_SCRAPE_SECONDS = 2.0
_LOG_BYTES = 40_000
_LETTERS = 50
# Beats come every 2 s; a process that is silent for this long does not work.
_SILENT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Process:
    role: str
    pid: int
    started_at: float
    metrics_url: str
    restarts: int
    rss_bytes: int
    beat_age: float

    @property
    def works(self) -> bool:
        return self.rss_bytes > 0 and self.beat_age < _SILENT_SECONDS


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queue: `outbox` rows before it, `length` messages in it; ages in seconds, None where unknown."""

    name: str
    consumer: str
    outbox: int
    length: int | None
    oldest_age: float | None
    canary_age: float | None


@dataclass(frozen=True, slots=True)
class Handler:
    """One kind of task over all processes since they started; times in seconds."""

    task: str
    number: int
    failed: int
    mean: float
    p95: float


@dataclass(frozen=True, slots=True)
class Mail:
    """E-mails about inboxes: entries by what became of them, what stands in the way, and addresses that were refused,
    each with the server's words."""

    states: dict[str, int]
    error: str
    refusals: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Push:
    """The same of notices in browsers."""

    states: dict[str, int]
    error: str


@dataclass(slots=True)
class HouseReport:
    processes: list[Process] = field(default_factory=list)
    queues: list[Waiting] = field(default_factory=list)
    broker: BrokerState | None = None
    outbox_age: float | None = None
    dead: int | None = None
    letters: list[DeadLetter] = field(default_factory=list)
    stores: list[tuple[str, int | None, float | None]] = field(default_factory=list)
    """(store, articles that differed, unix seconds) of the last comparison."""
    backup: dict[str, Any] | None = None
    copy: dict[str, Any] | None = None
    """What the continuous copy noted, where there is one (`toasoan.copying.process`)."""
    mail: Mail | None = None
    """Where the house has a mail server."""
    push: Push | None = None
    """Where a browser was ever told."""
    samples: list[dict[str, Any]] = field(default_factory=list)


def make(source: Engine) -> HouseReport:
    """Everything but the handlers, whose numbers have to be fetched from each process."""
    made = HouseReport(processes=processes(), backup=_note("backup.json"))
    made.copy = _note("copy.json") if get_settings().copy_dir else None
    made.broker = _or_none(lambda: look(publisher("ingest")))
    ran = _or_none(canary.ran_at) or {}
    rows, made.outbox_age = _or_none(lambda: _outbox(source)) or ({}, None)
    now = time.time()
    for queue in Queue:
        state = made.broker.queues[queue.value] if made.broker else None
        at = ran.get(queue.value)
        made.queues.append(
            Waiting(
                queue.value,
                CONSUMERS[queue],
                rows.get(queue.value, 0),
                state.length if state else None,
                state.oldest_age if state else None,
                now - at if at else None,
            )
        )
    made.dead = _or_none(lambda: deadletter.depth(source, dead_letters))
    made.letters = _or_none(lambda: deadletter.waiting(source, dead_letters, _LETTERS)) or []
    results = _or_none(last_results) or {}
    made.stores = [(store.name, *results.get(store.name, (None, None))) for store in STORES]
    made.mail = _or_none(lambda: _mail(source)) if get_settings().smtp_host else None
    made.push = _or_none(lambda: _push(source))
    made.samples = _or_none(history) or []
    return made


def processes() -> list[Process]:
    """The processes that noted themselves in this run dir: on one machine, all of them."""
    house = _note("run/house.json") or {}
    restarts = {entry["role"]: entry["restarts"] for entry in house.get("processes", [])}
    run_dir = get_settings().run_dir
    found = []
    for path in sorted(run_dir.glob("*.json")):
        note = _note(f"run/{path.name}")
        if note and "role" in note:
            role = str(note["role"])
            found.append(
                Process(
                    role,
                    int(note["pid"]),
                    float(note["started_at"]),
                    str(note["metrics_url"]),
                    int(restarts.get(role, 0)),
                    _rss(int(note["pid"])),
                    _age(run_dir / f"{role}.alive"),
                )
            )
    return found


def handlers(metrics_urls: Iterable[str], limit: int = 12) -> list[Handler]:
    """The slowest kinds of tasks, by the mean time of those done; asks every process at once."""
    with ThreadPoolExecutor(8, thread_name_prefix="scrape") as pool:
        texts = list(pool.map(_scrape, metrics_urls))
    return slowest(texts)[:limit]


def slowest(texts: Sequence[str]) -> list[Handler]:
    """From the exposition of several processes, the slowest first."""
    sums: dict[str, float] = {}
    counts: dict[str, int] = {}
    failed: dict[str, int] = {}
    buckets: dict[str, dict[float, float]] = {}
    for text in texts:
        for family in text_string_to_metric_families(text):
            if family.name != "handler_seconds":
                continue
            for sample in family.samples:
                task = sample.labels["task"]
                if sample.name.endswith("_sum"):
                    sums[task] = sums.get(task, 0.0) + sample.value
                elif sample.name.endswith("_count"):
                    counts[task] = counts.get(task, 0) + int(sample.value)
                    if sample.labels["outcome"] in ("dead", "failed"):
                        failed[task] = failed.get(task, 0) + int(sample.value)
                elif sample.name.endswith("_bucket"):
                    held = buckets.setdefault(task, {})
                    bound = float(sample.labels["le"])
                    held[bound] = held.get(bound, 0.0) + sample.value
    made = [
        Handler(task, number, failed.get(task, 0), sums[task] / number, _quantile(buckets.get(task, {}), 0.95))
        for task, number in counts.items()
        if number
    ]
    return sorted(made, key=lambda one: -one.mean)


def log_tail(limit: int = 200) -> list[str]:
    """The last lines that any process logged; empty where the supervisor keeps no file."""
    path = get_settings().data_dir / "log" / "house.log"
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LOG_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    return lines[1:][-limit:] if len(lines) > limit else lines


def _mail(source: Engine) -> Mail:
    states, error = deliveries.summary(source, deliveries.MAIL), deliveries.last_error(source, deliveries.MAIL)
    return Mail(states, error, choices.refusals(source))


def _push(source: Engine) -> Push | None:
    states = deliveries.summary(source, deliveries.PUSH)
    return Push(states, deliveries.last_error(source, deliveries.PUSH)) if states else None


def _outbox(source: Engine) -> tuple[dict[str, int], float | None]:
    with read(source) as connection:
        rows = connection.execute(select(outbox.c.queue, func.count()).group_by(outbox.c.queue)).all()
        oldest = connection.execute(select(func.min(outbox.c.occurred_at))).scalar()
    return {row[0]: row[1] for row in rows}, time.time() - oldest if oldest else 0.0


def _quantile(cumulative: dict[float, float], share: float) -> float:
    """The bucket's upper bound under which `share` of the observations lie."""
    total = max(cumulative.values(), default=0.0)
    for bound in sorted(cumulative):
        if cumulative[bound] >= share * total:
            return bound
    return 0.0


def _scrape(url: str) -> str:
    try:
        answer = call("GET", url, seconds=_SCRAPE_SECONDS)
    except CallFailed:
        return ""
    return answer.body.decode() if answer.is_success else ""


def _note(name: str) -> dict[str, Any] | None:
    """A JSON object in the data dir; None when there is none."""
    try:
        found = orjson.loads((get_settings().data_dir / name).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _rss(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def _age(path: Path) -> float:
    try:
        return max(0.0, time.time() - path.stat().st_mtime)
    except OSError:
        return float("inf")


def _or_none(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except (redis.RedisError, BrokerAway, SQLAlchemyError, OSError):
        return None
