"""A reader who searches while an import goes through the house, on both engines: what is found late by, beside calm.

Behind the import come its related articles; the reader asks until both are done.
"""

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import pytest

from benchmarks import stories, tools
from benchmarks.figures import Figure, Report
from benchmarks.scenarios.newsroom import importing, indexed
from benchmarks.tools import percentile
from tests.house import House
from tests.wait import until

_EVERY_SECONDS = 0.25
_BEFORE = 1_000
"""Articles that are there when it begins."""
_UNANSWERED_MS = 3_000.0
_CALM = 120


def run(report: Report, place: Path, short: bool) -> None:
    many = 300 if short else 10_000
    _beside(report, "tantivy", place / "tantivy", many, {})
    with _elasticsearch(report) as url:
        if url:
            _beside(report, "Elasticsearch", place / "elasticsearch", many, {"ELASTICSEARCH_URL": url})


def _beside(report: Report, engine: str, place: Path, many: int, settings: dict[str, str]) -> None:
    with tools.house(place, **settings) as house:
        assert importing(house, place, 1, _BEFORE).wait(300) == 0
        until(lambda: _is_done(house, _BEFORE), 300, "the paper is there", 0.3)
        tools.settle(house, 60)
        reader = Reader(house)
        reader.ask_while(lambda: len(reader.times) < _CALM)
        calm, reader.times = reader.times, []
        running, began = importing(house, place, 1_000_000, many), time.monotonic()
        reader.ask_while(lambda: running.poll() is None or not _is_done(house, _BEFORE + many))
        took = time.monotonic() - began
    assert running.returncode == 0
    unanswered = sum(one >= _UNANSWERED_MS for one in reader.times)
    report.figures.append(
        Figure("importing", f"a search during an import, p95, {engine}", "ms", [percentile(reader.times, 95)],
               "calm, p95", [percentile(calm, 95)], better="lower", wanted=2.0,
               note=f"{many} articles and their related ones in {took:.0f} s, {len(reader.times)} searches, "
                    f"{unanswered} unanswered; p50 {percentile(reader.times, 50):.1f}, calm {percentile(calm, 50):.1f}")
    )  # fmt: skip


class Reader:
    """Asks something else four times a second; `times` are milliseconds."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._client = httpx2.Client(timeout=_UNANSWERED_MS / 1000, trust_env=False)
        self._numbers = itertools.count(1)
        self.times: list[float] = []

    def ask_while(self, asking: Callable[[], bool]) -> None:
        due = time.monotonic()
        while asking():
            due = max(due + _EVERY_SECONDS, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
            self.times.append(self._ask())

    def _ask(self) -> float:
        began = time.monotonic()
        words = " ".join(stories.title(next(self._numbers)).split()[:4])
        try:
            answer = self._client.get(f"{self._house.web_url}/api/search", params={"q": words})
        except httpx2.TimeoutException:
            return _UNANSWERED_MS
        return (time.monotonic() - began) * 1000 if answer.status_code == 200 else _UNANSWERED_MS


def _is_done(house: House, articles: int) -> bool:
    """Search has as many, and web was told what is related to each."""
    if indexed(house) < articles:
        return False
    with closing(sqlite3.connect(house.data_dir / "search" / "related.db")) as waiting:
        return not waiting.execute("SELECT count(*) FROM waiting").fetchone()[0]


@contextmanager
def _elasticsearch(report: Report) -> Iterator[str]:
    """The address of a node, "" where there can be none."""
    from tests.elasticsearch import ElasticsearchNode

    try:
        node = ElasticsearchNode(quick_start=False)
    except pytest.skip.Exception as why:
        report.left_out.append(f"importing: Elasticsearch: {why}")
        yield ""
        return
    try:
        node.start()
        yield node.url
    finally:
        node.close()
