"""The queues: the house's base around a handler beside a bare Celery task, and what a question costs."""

import statistics
import time
from pathlib import Path

from benchmarks import stories, tools
from benchmarks.bare import BareCelery, Rates
from benchmarks.figures import Figure, Report
from benchmarks.tools import percentile

_QUESTIONS = ("mường lò", "cau treo", "lễ hội xuân", '"trường học"', "nông nghiệp giáo dục", "zq")


def run(report: Report, place: Path, short: bool) -> None:
    rates = Rates(place / "rates").measure(1500 if short else 6000, 1 if short else 3)
    report.figures += [
        Figure("queues", "handler with the house's base", "messages/core-s", rates["house"], "bare Celery task",
               rates["bare"], wanted=0.8,
               note="decoding, checks, metrics, log context, acknowledged after the work; the bare task before it"),
        Figure("queues", "the same, a hundred events a message", "events/core-s", [100 * r for r in rates["batch"]],
               "bare Celery task", rates["bare"], wanted=1.0, note="as imports and rebuilds come"),
        Figure("queues", "publishing", "messages/core-s", rates["publish house"], "bare apply_async",
               rates["publish bare"], wanted=0.8),
    ]  # fmt: skip
    with tools.house(place / "house") as house, BareCelery(place / "bare") as bare:
        tools.push_many(house, [stories.sent(number) for number in range(200 if short else 2000)])
        tools.settle(house, 60)
        added, whole = [], []
        for number in range(60 if short else 400):
            question = _QUESTIONS[number % len(_QUESTIONS)]
            started = time.perf_counter()
            answer = house.get("/api/search", params={"q": question}).json()
            taken = (time.perf_counter() - started) * 1000
            whole.append(taken)
            added.append(taken - answer["took_ms"])
        trips = bare.round_trips(50 if short else 200)
    report.figures.append(
        Figure("queues", "a question's way beside the engine's own time", "ms", [percentile(added, 50)],
               "bare Celery there and back", [percentile(trips, 50)], better="lower", wanted=5.0, of="value",
               note=f"HTTP, web, broker, worker and back: p99 {percentile(added, 99):.1f} ms; the whole answer p50 "
                    f"{statistics.median(whole):.1f} ms")
    )  # fmt: skip
