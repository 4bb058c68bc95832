"""The whole house as the paper grows tenfold and tenfold again: what readers wait for must not follow."""

import random
import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from benchmarks import making, stories, tools
from benchmarks.figures import Figure, Report, Series
from benchmarks.fill import fill
from benchmarks.scenarios.newsroom import Pusher
from benchmarks.tools import percentile
from shared.vietnamese.text import fold
from tests.house import House

_ASKED = 60
"""Searches of one kind at one size."""
_PUSHED = 20
_WORDS = "huyện xã lúa chè cầu đường trường lễ hội xuân rừng thuốc bóng vốn dự án biên phòng".split()
_PHRASES = ("mường lò", "lễ hội xuân", "trường học", "nông nghiệp", "biên phòng", "du lịch cộng đồng", "chợ phiên")


@dataclass
class Measured:
    """One size. Times in ms but for `start_s`; sizes in MB."""

    start_s: float = 0.0
    pages: dict[str, tuple[float, float]] = field(default_factory=dict)
    answers: dict[str, list[float]] = field(default_factory=dict)
    visible: list[float] = field(default_factory=list)
    memory: dict[str, float] = field(default_factory=dict)
    disk: dict[str, float] = field(default_factory=dict)


def run(report: Report, folder: Path, short: bool, million: bool) -> None:
    sizes = [200, 2000] if short else [1000, 10_000, 100_000, *([1_000_000] if million else [])]
    found = [_size(folder / str(size), size) for size in sizes]
    x = [float(size) for size in sizes]

    def curve(name: str, unit: str, line: Callable[[Measured], dict[str, float]]) -> None:
        rows = [line(one) for one in found]
        report.series.append(Series("scale", name, unit, x, {key: [row[key] for row in rows] for key in rows[0]}))

    for number, share in enumerate(("median", "99th percentile")):
        curve(f"making a page, {share}", "ms of processor time", partial(_pages, number))
    curve("answers over HTTP, median", "ms", _medians)
    curve("answers over HTTP, 99th percentile", "ms", _slowest)
    curve("memory, resident", "MB", lambda one: {**one.memory, "all": sum(one.memory.values())})
    curve("disk", "MB", lambda one: {**one.disk, "all": sum(one.disk.values())})
    curve("start to serving", "s", lambda one: {"all processes ready, page and search answered": one.start_s})
    _compare(report, sizes, found)


def _pages(place: int, one: Measured) -> dict[str, float]:
    return {kind: row[place] for kind, row in one.pages.items()}


def _medians(one: Measured) -> dict[str, float]:
    return {
        **{kind: statistics.median(times) for kind, times in one.answers.items()},
        "push to visible": statistics.median(one.visible),
    }


def _slowest(one: Measured) -> dict[str, float]:
    return {kind: percentile(times, 99) for kind, times in one.answers.items()}


def _made(kind: str, one: Measured) -> list[float]:
    return [one.pages[kind][0]]


def _answered(kind: str, one: Measured) -> list[float]:
    return one.answers[kind]


def _compare(report: Report, sizes: list[int], found: list[Measured]) -> None:
    """The largest paper beside the smallest one of the same run: nothing on a reader's path may be linear."""
    (few, many), (small, large) = (sizes[0], sizes[-1]), (found[0], found[-1])

    def add(
        name: str,
        unit: str,
        values: Callable[[Measured], list[float]],
        wanted: float | None,
        of: Literal["ratio", "value"] = "ratio",
    ) -> None:
        report.figures.append(
            Figure("scale", f"{name}, {many:,} articles", unit, values(large), f"{few:,} articles", values(small),
                   better="lower", wanted=wanted, of=of)
        )  # fmt: skip

    for kind in large.pages:
        # A sitemap's readers are machines; its index has a line for each 2,000 articles.
        wanted = None if kind.startswith("sitemap") else 3.0
        add(f"{kind}, made", "ms of processor time", partial(_made, kind), wanted)
    for kind in large.answers:
        add(kind, "ms", partial(_answered, kind), None)
    add("push to visible", "ms", lambda one: one.visible, 3.0)
    add("start to serving", "s", lambda one: [one.start_s], 30.0, of="value")
    add("memory of all processes", "MB", lambda one: [sum(one.memory.values())], None)
    held = {id(small): few, id(large): many}
    add("disk for an article", "KB", lambda one: [sum(one.disk.values()) * 1000 / held[id(one)]], None)


def _size(place: Path, size: int) -> Measured:
    fill(place / "data", size)
    one = Measured()
    begun = time.monotonic()
    with tools.house(place) as house:
        assert house.get("/").status_code == 200
        _search(house, "mường lò")
        one.start_s = time.monotonic() - begun
        tools.settle(house, 60)
        one.memory = _memory(house)
        _answers(house, size, one)
        pusher = Pusher(house)
        for _ in range(_PUSHED):
            url, _word, sent = pusher.push()
            one.visible.append(pusher.until_visible(url, sent))
    one.disk = _disk(place / "data")
    one.pages = making.measured(place / "data", size)
    shutil.rmtree(place)
    return one


def _memory(house: House) -> dict[str, float]:
    """Service → MB resident; Redis and the supervisor for themselves."""
    found: dict[str, float] = {}
    for row in house.status():
        found[row["service"]] = found.get(row["service"], 0.0) + row["rss_bytes"] / 1e6
    return found


def _disk(data: Path) -> dict[str, float]:
    """Store → MB."""
    found: dict[str, float] = {}
    for path in data.rglob("*"):
        if path.is_file():
            name = path.relative_to(data).parts[0].partition(".")[0]
            found[name] = found.get(name, 0.0) + path.stat().st_size / 1e6
    return {name: found[name] for name in ("ingest", "web", "counter", "search")}


def _answers(house: House, size: int, one: Measured) -> None:
    """Times of answers over HTTP, one reader at a time."""
    dice = random.Random(size)
    numbers = [dice.randint(1, size) for _ in range(_ASKED)]
    questions = {
        # A headline's last word is a number that no other article has.
        "search, a headline": [stories.title(number) for number in numbers],
        "search, two words": [" ".join(dice.sample(_WORDS, 2)) for _ in numbers],
        "search, a phrase": [f'"{dice.choice(_PHRASES)}"' for _ in numbers],
        "search, without marks": [fold(dice.choice(_PHRASES)) for _ in numbers],
    }
    for kind, asked in questions.items():
        one.answers[kind] = [_search(house, question) for question in asked]
    one.answers["suggestions"] = [_timed(house, "/api/suggest", q=stories.title(number)[:10]) for number in numbers]
    one.answers["article, cold"] = [_timed(house, path) for path in making.addresses(size)["article"]]
    one.answers["article, hot"] = [_timed(house, path) for path in making.addresses(size)["article"]]
    one.answers["front page, hot"] = [_timed(house, "/") for _ in numbers]


def _search(house: House, question: str) -> float:
    return _timed(house, "/api/search", q=question)


def _timed(house: House, path: str, **parameters: str) -> float:
    """Milliseconds to a whole answer. Raises AssertionError for any other than 200."""
    started = time.perf_counter()
    answer = house.get(path, params=parameters)
    taken = (time.perf_counter() - started) * 1000
    assert answer.status_code == 200, (path, parameters, answer.status_code)
    return taken
