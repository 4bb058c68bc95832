"""The reader's side of one web process, beside nginx with the same bytes as files."""

import gzip
import statistics
import time
from functools import partial
from pathlib import Path

from benchmarks import load, stories, tools
from benchmarks.figures import Figure, Report
from benchmarks.fill import fill
from benchmarks.tools import Nginx, Served, metric, percentile
from tests.house import House
from tests.wait import until

_OLD = 10_000
"""Articles of the paper; a crawler asks for all of them."""
_COLD = 150
_ROUNDS = 6
# As browsers and crawlers ask.
_PACKED = {"accept-encoding": "gzip"}
_PLAIN = {"accept-encoding": "identity"}
_SPIKE = 100


def run(report: Report, place: Path, short: bool) -> None:
    fill(place / "data", 2000 if short else _OLD)
    with tools.house(place) as house:
        # About 30 KB, as articles of real papers are.
        article = tools.push_many(house, [stories.sent(1_000_000, 46)])[0]["url"].removeprefix(house.web_url)
        house.until_page(article)
        paths = {"article": article, "front page": "/", "section": "/thoi-su"}
        files = {f"{number}.html": house.get(path).content for number, path in enumerate(paths.values())}
        files |= {f"{name}.gz": gzip.compress(data, 9) for name, data in files.items()}
        nginx = Nginx(place / "nginx", files)
        try:
            # Some seconds after its start the house compares its stores, on the cores that are measured here.
            time.sleep(0 if short else 12)
            tools.settle(house)
            _hot(report, house, nginx, paths, 1 if short else _ROUNDS)
            _cold(report, house)
            _spike(report, house)
            _crawler(report, house, nginx, 1000 if short else _OLD)
        finally:
            nginx.close()


def _hot(report: Report, house: House, nginx: Nginx, paths: dict[str, str], rounds: int) -> None:
    pid = tools.pids(house)["web.http"]

    def both(
        path: str, file: str, asked: dict[str, str], theirs: dict[str, str] | None = None
    ) -> tuple[list[Served], list[Served]]:
        house_, nginx_ = tools.in_turns(
            rounds,
            partial(tools.served, house.web_url + path, pid, asked),
            partial(tools.served, f"{nginx.url}/{file}", nginx.pid, theirs or asked),
        )
        return house_, nginx_

    # The first seconds under load are slower than all that follow.
    for _ in range(rounds):
        tools.served(house.web_url + paths["article"], pid, _PACKED)
    ours: list[Served] = []
    for number, (name, path) in enumerate(paths.items()):
        answer = house.client.get(house.web_url + path, headers=_PACKED)
        found = both(path, f"{number}.html", _PACKED)
        _compare(report, f"{name}, hot", "nginx static", *found, note=f"{answer.headers['content-length']} bytes, gzip")
        ours = ours or found[0]
    article = paths["article"]
    found = both(article, "0.html", _PLAIN)
    note = f"{len(house.get(article).content)} bytes"
    _compare(report, "article, hot, not packed", "nginx static", *found, wanted=None, note=note)
    pages = (house.web_url + article, f"{nginx.url}/0.html")
    unchanged = [{"if-none-match": house.client.get(page, headers=_PLAIN).headers["etag"]} for page in pages]
    found = both(article, "0.html", *unchanged)
    _compare(report, "article, not modified", "nginx 304", *found, wanted=None)
    _compare(report, "article, not modified", "our own 200", found[0], ours, wanted=1.0)


def _compare(
    report: Report,
    name: str,
    baseline: str,
    ours: list[Served],
    theirs: list[Served],
    wanted: float | None = 0.7,
    note: str = "",
) -> None:
    cores, base = [one.per_core for one in ours], [one.per_core for one in theirs]
    clock = statistics.median(one.per_second for one in ours) / statistics.median(one.per_second for one in theirs)
    note = f"{note}; by the clock, with wrk beside it, {clock:.2f} of it".removeprefix("; ")
    report.figures.append(Figure("reader", name, "req/core-s", cores, baseline, base, wanted=wanted, note=note))


def _cold(report: Report, house: House) -> None:
    """Work of making a page that nobody has asked for, beside an answer made of nothing by the same process."""
    pid = tools.pids(house)["web.http"]
    first, *addresses = _addresses(house, 1, _COLD + 1)
    # The first one of a process also reads its template and builds its statements.
    house.get(first)

    def ask(paths: list[str]) -> tuple[float, list[float]]:
        """(processor time an answer, how long each took), in ms."""
        times, before = [], tools.cpu_seconds([pid])
        for path in paths:
            started = time.perf_counter()
            assert house.get(path).status_code == 200
            times.append((time.perf_counter() - started) * 1000)
        return (tools.cpu_seconds([pid]) - before) / len(paths) * 1000, times

    nothing, nothing_times = ask(["/healthz"] * _COLD)
    work, times = ask(addresses)
    note = f"{_COLD} pages, with SQL, template, gzip, HTTP; answered in {percentile(times, 50):.1f} ms (p50), "
    note += f"/healthz in {percentile(nothing_times, 50):.1f} ms"
    report.figures.append(
        Figure("reader", "cold article", "ms of processor time", [work], "/healthz", [nothing], better="lower",
               wanted=5.0, of="value", note=note)
    )  # fmt: skip


def _spike(report: Report, house: House) -> None:
    """Many readers at once on a page that is not there yet."""
    address = _addresses(house, 400, 1)[0]
    before = metric(house, "web.http", "page_render_seconds_count", page="article")
    outcome = load.send(load.Orders(house.web_port, _SPIKE, connections=_SPIKE, paths=[address]))
    assert outcome.statuses == {"200": _SPIKE}, outcome
    made = metric(house, "web.http", "page_render_seconds_count", page="article") - before
    report.figures.append(
        Figure("reader", f"{_SPIKE} readers at once on a cold page", "renders", [made], "once", [1.0], better="lower",
               wanted=1.0, note=f"slowest of them waited {outcome.latency_ms['99.9']} ms")
    )  # fmt: skip


def _crawler(report: Report, house: House, nginx: Nginx, old: int) -> None:
    """The front page's p99 at 200 readers a second, alone and beside a crawler that asks for every old article."""
    addresses = _addresses(house, 1, old)
    front = load.Orders(house.web_port, 1500, connections=40, per_second=200, paths=["/"])

    def front_page() -> float:
        return load.send(front).latency_ms["99"]

    calm = [front_page(), front_page()]
    crawl = load.start(load.Orders(house.web_port, old, connections=2, paths=addresses))
    beside: list[float] = []
    while crawl.poll() is None and len(beside) < 6:
        beside.append(front_page())
    outcome = load.finish(crawl)
    assert set(outcome.statuses) == {"200"}, outcome
    report.figures.append(
        Figure("reader", f"front page p99 while a crawler reads {old:,} old articles", "ms", beside or calm,
               "front page p99 alone", calm, better="lower", wanted=10.0, of="value",
               note=f"crawler got {outcome.per_second:.0f} pages/s over two connections")
    )  # fmt: skip
    until(lambda: house.get("/").status_code == 200, 10)


def _addresses(house: House, first: int, many: int) -> list[str]:
    """Paths of old articles."""
    from shared.contracts.addresses import article_path

    total = int(house.get("/sitemap.xml").text.count("<loc>")) * 2000
    states = stories.states(first, first + many, max(total, first + many))
    return [article_path(state.section_slug, state.slug, state.id) for state in states]
