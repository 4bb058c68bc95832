"""The newsroom's side: from a push to what readers see and find, calm, beside readers, and during an import."""

import resource
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import orjson

from benchmarks import load, stories, tools
from benchmarks.bare import BareCelery
from benchmarks.figures import Figure, Report
from benchmarks.tools import percentile
from tests.house import ROOT, House
from tests.wait import until

_FIRST = 10_000_000
"""Numbers of pushed articles begin here."""
_RESTED = 130
"""Seconds after which a house has stopped following its news (services.ingest.ops.delivery_check)."""


def run(report: Report, place: Path, short: bool) -> None:
    with tools.house(place / "house") as house, BareCelery(place / "bare") as bare:
        tools.push_many(house, [stories.sent(number) for number in range(100)])
        tools.settle(house)
        bare_trips = bare.round_trips(50 if short else 200)
        pusher = Pusher(house)
        time.sleep(0 if short else _RESTED)
        _idle(report, house, 4 if short else 20)
        _calm(report, house, pusher, bare_trips, 20 if short else 150)
        _beside_readers(report, house, pusher, bare_trips, 50 if short else 500)
        _beside_an_import(report, house, pusher, bare_trips, place, 300 if short else 50_000)
        tools.settle(house)
        _import(report, house, place, 300 if short else 10_000)


class Pusher:
    """Publishes one article at a time by the API and watches for it, as a reader who reloads would."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._headers = {"authorization": f"Bearer {house.key}"}
        self._client = httpx2.Client(timeout=30, trust_env=False)
        self._number = _FIRST

    def push(self) -> tuple[str, str, float]:
        """(address, a word that only this article has, moment it was sent)"""
        self._number += 1
        word = f"zq{self._number}"
        story = stories.sent(self._number, title=f"{stories.title(self._number)} {word}")
        sent = time.monotonic()
        answer = self._client.post(f"{self._house.ingest_url}/api/articles", json=story, headers=self._headers)
        assert answer.status_code == 201, answer.text
        return answer.json()["url"], word, sent

    def until_visible(self, url: str, sent: float, deadline_s: float = 30.0) -> float:
        """Milliseconds from sending to the article's page."""
        while self._client.get(url).status_code != 200:
            assert time.monotonic() - sent < deadline_s, f"{url} was not to be seen"
            time.sleep(0.003)
        return (time.monotonic() - sent) * 1000

    def until_found(self, word: str, sent: float, deadline_s: float = 60.0) -> float:
        """Milliseconds from sending to being found."""
        while not self._client.get(f"{self._house.web_url}/api/search", params={"q": word}).json().get("total"):
            assert time.monotonic() - sent < deadline_s, f"{word} was not found"
            time.sleep(0.01)
        return (time.monotonic() - sent) * 1000


def _add(
    report: Report, name: str, times: list[float], bare: list[float], wanted: tuple[float | None, float | None]
) -> None:
    for share, bound in zip((50, 99), wanted, strict=True):
        report.figures.append(
            Figure("newsroom", f"{name}, p{share}", "ms", [percentile(times, share)],
                   f"bare Celery there and back, p{share}", [percentile(bare, share)],
                   better="lower", wanted=bound, of="value", note=f"{len(times)} pushes")
        )  # fmt: skip


def _idle(report: Report, house: House, seconds: int) -> None:
    pids = list(tools.pids(house).values())
    shares = []
    for _ in range(3):
        before = tools.cpu_seconds(pids)
        time.sleep(seconds)
        shares.append((tools.cpu_seconds(pids) - before) / seconds * 100)
    report.figures.append(
        Figure("newsroom", "house with nothing to do", "% of a core", shares, "one core", [100.0], better="lower",
               wanted=1.0, of="value", note=f"{len(pids)} processes, both Redis servers and the supervisor included")
    )  # fmt: skip


def _calm(report: Report, house: House, pusher: Pusher, bare: list[float], many: int) -> None:
    visible: list[float] = []
    found: list[float] = []
    for _ in range(many):
        url, word, sent = pusher.push()
        visible.append(pusher.until_visible(url, sent))
        if len(found) < many // 3:
            found.append(pusher.until_found(word, sent))
        time.sleep(0.05)
    _add(report, "push to visible, calm", visible, bare, (50.0, 250.0))
    _add(report, "push to searchable, calm", found, bare, (None, 2000.0))


def _beside_readers(report: Report, house: House, pusher: Pusher, bare: list[float], many: int) -> None:
    """Pushes while readers load the front page, sections and articles at 300 pages a second."""
    urls = ["/", "/thoi-su", "/kinh-te"] + [
        str(hit["url"]).removeprefix(house.web_url)
        for hit in house.get("/api/search", params={"q": "mường lò", "size": 30}).json()["results"]
    ]
    readers = load.start(load.Orders(house.web_port, 40_000, connections=60, per_second=300, paths=urls))
    try:
        visible: list[float] = []
        while len(visible) < many and readers.poll() is None:
            url, _word, sent = pusher.push()
            visible.append(pusher.until_visible(url, sent))
    finally:
        readers.kill()
        readers.wait()
    _add(report, "push to visible beside 300 pages/s", visible, bare, (None, 250.0))


def _import(report: Report, house: House, place: Path, many: int) -> None:
    """An import by the command line, until search holds everything, and its work until the house rests again."""
    started, worked, before = time.monotonic(), _worked(house), indexed(house)
    assert importing(house, place, 1_000_000, many).wait(400) == 0
    in_ingest = time.monotonic() - started
    until(lambda: indexed(house) >= before + many, 400, "everything imported is found", 0.2)
    taken = time.monotonic() - started
    tools.settle(house, 60)
    worked = _worked(house) - worked
    report.figures.append(
        Figure("newsroom", "import, all stores", "articles/s", [many / taken],
               *_elasticsearch_or_plain(place, many, report), wanted=300.0, of="value",
               note=f"{many} articles by the command line until page, search and counter had them all, "
                    f"in ingest after {in_ingest:.1f} s")
    )  # fmt: skip
    report.figures.append(
        Figure("newsroom", "an imported article, all processes", "ms of processor time", [worked / many * 1000],
               "two cores at 300 a second", [2000 / 300], better="lower", wanted=1.0,
               note="the command line, ingest, relay, page, index, counts, related articles")
    )  # fmt: skip


def _beside_an_import(report: Report, house: House, pusher: Pusher, bare: list[float], place: Path, many: int) -> None:
    """An editor publishes while an import goes through the house."""
    visible: list[float] = []
    wanted = indexed(house) + many
    started = time.monotonic()
    running = importing(house, place, 2_000_000, many)
    while running.poll() is None or indexed(house) < wanted + len(visible):
        assert time.monotonic() - started < 900, f"{indexed(house)} of {wanted} articles are there"
        url, _word, sent = pusher.push()
        visible.append(pusher.until_visible(url, sent))
        time.sleep(0.1)
    assert running.returncode == 0
    _add(report, "push to visible during an import", visible, bare, (None, 1000.0))


def importing(house: House, place: Path, first: int, many: int) -> subprocess.Popen[bytes]:
    """The running command that imports so many."""
    file = place / f"import-{first}.ndjson"
    file.write_bytes(b"".join(orjson.dumps(stories.sent(first + number)) + b"\n" for number in range(many)))
    return subprocess.Popen(
        [sys.executable, "-m", "toasoan", "import", str(file)],
        cwd=ROOT,
        env=house.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _worked(house: House) -> float:
    """Processor seconds of the house and of commands that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return tools.cpu_seconds(tools.pids(house).values()) + ended.ru_utime + ended.ru_stime


def indexed(house: House) -> int:
    """Public articles that search knows."""
    return int(house.get("/api/search", params={"from": "2000-01-01", "size": 1}).json().get("total") or 0)


def _elasticsearch_or_plain(place: Path, many: int, report: Report) -> tuple[str, list[float]]:
    """The rate at which Elasticsearch alone takes the same articles by its own bulk; without Java, SQLite alone."""
    import pytest

    from tests.elasticsearch import ElasticsearchNode

    try:
        node = ElasticsearchNode()
    except pytest.skip.Exception as why:
        report.left_out.append(f"Elasticsearch's bulk: {why}")
        return "plain SQLite inserts", [_sqlite_rate(place, many)]
    try:
        node.start()
        return "Elasticsearch's bulk alone", [_bulk_rate(node.url, many)]
    finally:
        node.close()


def _bulk_rate(url: str, many: int) -> float:
    client = httpx2.Client(base_url=url, timeout=60, trust_env=False, headers={"content-type": "application/x-ndjson"})
    rows = [orjson.dumps({"index": {}}) + b"\n" + orjson.dumps(stories.sent(number)) + b"\n" for number in range(many)]
    started = time.monotonic()
    for first in range(0, many, 500):
        answer = client.post("/bench/_bulk", content=b"".join(rows[first : first + 500])).json()
        assert not answer["errors"], answer
    client.post("/bench/_refresh", content=b"")
    return many / (time.monotonic() - started)


def _sqlite_rate(place: Path, many: int) -> float:
    import sqlite3

    rows = [(number, orjson.dumps(stories.sent(number))) for number in range(many)]
    with sqlite3.connect(place / "plain.db") as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, state TEXT)")
        started = time.monotonic()
        for first in range(0, many, 20):
            connection.executemany("INSERT INTO articles VALUES (?, ?)", rows[first : first + 20])
            connection.commit()
        return many / (time.monotonic() - started)
