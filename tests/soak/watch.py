"""What the house says of itself every few seconds, and what follows from it: who grows, and which queue does."""

import itertools
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from tests.house import House
from tests.soak.day import Day

WARM_UP = 0.25
"""The part of the day after a process's start in which it may grow: it imports, connects, and fills its caches."""
GROWTH_MB = 0.25
"""Megabytes of growth that a simulated hour may leave in a process: what a slope is told from noise by."""
VIEW_BYTES = 150
"""The counters' Redis holds who saw what for 30 to 60 minutes of real time, all day long here: so much a view."""
FILES = 8
"""Open files that a process may have more of at the end than in the middle."""
_MB = 1_000_000


@dataclass(frozen=True)
class Sample:
    """A process at a moment. `held` are bytes that it keeps on purpose, up to a bound: finished pages."""

    second: float
    pid: int
    rss: int
    files: int
    held: int = 0


@dataclass
class Grown:
    """A line of the table: memory of one role. Megabytes."""

    role: str
    start: float
    middle: float
    end: float
    slope: float | None
    """For each simulated hour after warm-up; None where no process lived long enough to tell."""
    files: tuple[int, int]
    """In the middle and at the end."""


@dataclass
class Watch:
    """Looks every few seconds until stopped."""

    house: House
    day: Day
    began: float
    every_s: float = 3.0
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    queues: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """What waits, by what it is -> (second, number)."""
    unready: dict[str, int] = field(default_factory=dict)
    """Role -> looks at which it did not do its work."""

    def __post_init__(self) -> None:
        self._halt = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._halt.set()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._halt.wait(self.every_s):
            self.look()

    def look(self) -> None:
        """One sample of everything."""
        second = time.monotonic() - self.began
        rows = self.house.status()
        for row in rows:
            role = row["role"]
            if not row["ready"]:
                self.unready[role] = self.unready.get(role, 0) + 1
            if row["pid"] and row["rss_bytes"]:
                held = int(self._metrics(row["metrics_url"]).get("page_cache_bytes", 0)) if role == "web.http" else 0
                sample = Sample(second, row["pid"], row["rss_bytes"], _files(row["pid"]), held)
                self.samples.setdefault(role, []).append(sample)
        for name, value in self.waiting(rows).items():
            self.queues.setdefault(name, []).append((second, value))

    def waiting(self, rows: list[dict[str, Any]] | None = None) -> dict[str, float]:
        """What waits now, by what it is: messages, outbox rows, dead letters, bytes of views and of logs."""
        urls = {row["role"]: row["metrics_url"] for row in rows or self.house.status()}
        said = {**self._metrics(urls.get("ingest.worker")), **self._metrics(urls.get("web.http"))}
        names = ("celery_queue_length", "outbox_pending", "dead_letter_depth", "broker_unacked", "view_spool_bytes")
        told = {name: value for name, value in said.items() if name.startswith(names)}
        logs = self.house.data_dir.glob("*.db-wal")
        return {**told, "write-ahead logs of SQL, bytes": sum(path.stat().st_size for path in logs)}

    def _metrics(self, url: str | None) -> dict[str, float]:
        """Gauges and counters by name and label values; nothing while the process is away."""
        if not url:
            return {}
        try:
            text = self.house.client.get(url, timeout=5).text
        except httpx2.TransportError:
            return {}
        return {
            " ".join([sample.name, *sample.labels.values()]): sample.value
            for family in text_string_to_metric_families(text)
            if family.type in ("gauge", "counter")
            for sample in family.samples
        }

    # ------------------------------------------------------------ what follows

    def grown(self) -> list[Grown]:
        """Every role that was seen, the one with most memory first."""
        found = []
        for role, samples in self.samples.items():
            third = max(1, len(samples) // 20)
            half = len(samples) // 2
            parts = (samples[:third], samples[half : half + third], samples[-third:])
            start, middle, end = (statistics.median(one.rss for one in part) / _MB for part in parts)
            files = [int(statistics.median(one.files for one in part)) for part in parts[1:]]
            found.append(Grown(role, start, middle, end, self._slope(samples), (files[0], files[1])))
        return sorted(found, key=lambda one: -one.end)

    def _slope(self, samples: Sequence[Sample]) -> float | None:
        """Of the process that lived longest, without its warm-up."""
        lives = [list(life) for _, life in itertools.groupby(samples, key=lambda one: one.pid)]
        life = max(lives, key=lambda one: one[-1].second - one[0].second)
        warm = life[0].second + WARM_UP * self.day.seconds
        points = [
            (self.day.hours(one.second), (one.rss - one.held) / _MB)
            for one in life
            if one.second >= warm or one.second >= 0.5 * (life[0].second + life[-1].second)
        ]
        return slope(points) if len(points) >= 20 else None

    def peaks(self) -> dict[str, tuple[float, str, float]]:
        """What waits -> (most, when, median of the last third)."""
        told = {}
        for name, seen in sorted(self.queues.items()):
            most = max(seen, key=lambda one: one[1])
            last = statistics.median(value for _, value in seen[-max(1, len(seen) // 3) :])
            told[name] = (most[1], self.day.clock(most[0]), last)
        return told


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The median of the slopes between all pairs of points (Theil and Sen): a burst of work does not bend it."""
    return statistics.median(_slopes(points))


def _slopes(points: Sequence[tuple[float, float]]) -> Iterator[float]:
    for (x, y), (later, above) in itertools.combinations(points, 2):
        if later > x:
            yield (above - y) / (later - x)


def _files(pid: int) -> int:
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return 0
