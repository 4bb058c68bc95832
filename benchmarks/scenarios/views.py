"""Counting: one web process and one counter worker with the readers' machine beside them on the same cores."""

import time
from functools import partial
from pathlib import Path

import redis

from benchmarks import hotpart, load, stories, tools
from benchmarks.figures import Figure, Report, Series
from benchmarks.tools import SECRET, Nginx, metric, percentile
from tests.house import House
from tests.servers import RedisServer

_ARTICLES = 200
_CONNECTIONS = 700


def run(report: Report, place: Path, short: bool) -> None:
    with tools.house(place / "house") as house:
        saved = tools.push_many(house, [stories.sent(number, 3) for number in range(_ARTICLES)])
        articles = [int(one["id"]) for one in saved]
        tools.settle(house)
        nginx = Nginx(place / "nginx", {})
        try:
            _house(report, house, nginx, articles, short)
        finally:
            nginx.close()
    _hot_part(report, place / "hot", short)


def _house(report: Report, house: House, nginx: Nginx, articles: list[int], short: bool) -> None:
    orders = partial(load.Orders, connections=_CONNECTIONS, articles=articles, secret=SECRET)
    first = 0

    # As fast as it goes, in turns with an nginx that answers 204 to the same beacons and keeps nothing.
    many = 20_000 if short else 120_000
    rates, nothing, behind = [], [], []
    costs, nothing_costs = [], []
    for _ in range(1 if short else 3):
        before = tools.cpu_seconds([nginx.pid])
        nothing.append(load.send(orders(nginx.port, many, first=first)).per_second)
        nothing_costs.append((tools.cpu_seconds([nginx.pid]) - before) / many * 1e6)
        before = tools.cpu_seconds(tools.pids(house).values())
        outcome = load.send(orders(house.web_port, many, first=first))
        assert outcome.statuses == {"204": many}, outcome
        ended = time.monotonic()
        rates.append(outcome.per_second)
        first += many
        _until_shown(house, articles, first)
        behind.append(time.monotonic() - ended)
        costs.append((tools.cpu_seconds(tools.pids(house).values()) - before) / many * 1e6)
    note = f"all {first:,} shown to the unit, the last {max(behind):.1f} s after the last beacon"
    report.figures.append(
        Figure("views", "beacons taken, one web process", "views/s", rates, "nginx return 204", nothing,
               wanted=20_000, of="value", note=note)
    )  # fmt: skip
    report.figures.append(
        Figure("views", "a view, from beacon to page, all processes", "µs of processor time", costs,
               "nginx return 204", nothing_costs, better="lower", note="broker, Redis, both workers and SQL included")
    )  # fmt: skip

    # At a steady pace, latency from the moment each beacon was due.
    pace, rounds = 5000, 1 if short else 3
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(load.send(orders(nginx.port, pace * 4, per_second=pace, first=first)).latency_ms["99"])
        outcome = load.send(orders(house.web_port, pace * 4, per_second=pace, first=first))
        assert outcome.statuses == {"204": pace * 4}, outcome
        first += pace * 4
        ours.append(outcome.latency_ms["99"])
    report.figures.append(
        Figure("views", "204 at 5,000 views/s, p99", "ms", ours, "nginx return 204, p99", theirs, better="lower",
               wanted=50.0, of="value", note="15 ms of it is the wait for company of the group commit")
    )  # fmt: skip
    _until_shown(house, articles, first)
    accepted = metric(house, "web.http", "views_accepted_total")
    assert accepted == first, (accepted, first)
    _shown(report, house, articles, first, short)


def _shown(report: Report, house: House, articles: list[int], first: int, short: bool) -> None:
    """From a view's 204 to its number on the page, one at a time, while other readers come at 1,000/s."""
    *others, mine = articles
    many = 20 if short else 60
    crowd = load.start(
        load.Orders(house.web_port, many * 1500, connections=200, per_second=1000, articles=others, secret=SECRET,
                    first=first)
    )  # fmt: skip
    times = []
    shown = _views(house, mine)
    for number in range(many):
        lone = load.Orders(house.web_port, 1, 1, articles=[mine], secret=SECRET, first=10_000_000 + number)
        assert load.send(lone).statuses == {"204": 1}
        started = time.monotonic()
        while _views(house, mine) == shown:
            time.sleep(0.01)
        times.append((time.monotonic() - started) * 1000)
        shown += 1
        assert _views(house, mine) == shown
        if crowd.poll() is not None:
            break
    crowd.kill()
    crowd.wait()
    pings = []
    with house_redis(house) as client:
        for _ in range(1000):
            started = time.perf_counter()
            client.ping()
            pings.append((time.perf_counter() - started) * 1000)
    report.figures.append(
        Figure("views", "view to shown, p99", "ms", [percentile(times, 99)], "redis PING, p99", [percentile(pings, 99)],
               better="lower", wanted=2000.0, of="value",
               note=f"p50 {percentile(times, 50):.0f} ms over {len(times)} views; a drain each 400 ms")
    )  # fmt: skip


def house_redis(house: House) -> redis.Redis:
    """The counters' Redis of a house."""
    return redis.Redis(unix_socket_path=str(house._socket_dir() / "counters.sock"))


def _views(house: House, article: int) -> int:
    return int(house.get(f"/api/articles/{article}").json()["views"])


def _until_shown(house: House, articles: list[int], wanted: int, deadline_s: float = 60.0) -> None:
    give_up = time.monotonic() + deadline_s
    while (shown := sum(_views(house, article) for article in articles)) != wanted:
        if time.monotonic() > give_up or shown > wanted:
            raise AssertionError(f"{shown} views are shown, {wanted} were acknowledged")
        time.sleep(0.1)


# ---------------------------------------------------------------- many articles


def _hot_part(report: Report, place: Path, short: bool) -> None:
    """Memory of the hot part, time of a drain and of all lists, as viewed articles grow to a million."""
    sizes = [10_000, 100_000] if short else [10_000, 100_000, 1_000_000]
    server = RedisServer(place / "redis")
    server.start()
    try:
        memory, drains, lists = hotpart.measured(place / "data", server.url, sizes)
    finally:
        server.close()
    report.series.append(
        Series("views", "most-read lists and one drain of 5,000 views, by articles with views", "ms",
               [float(size) for size in sizes], {"drain": drains, "all lists": lists})
    )  # fmt: skip
    report.figures.append(
        Figure("views", f"hot part of {sizes[-1]:,} viewed articles", "MB", [memory[-1]], "of 10,000", [memory[0]],
               better="lower", wanted=300.0, of="value", note="used_memory of the counters' Redis")
    )  # fmt: skip
    report.figures.append(
        Figure("views", f"drain with {sizes[-1]:,} articles", "ms", [drains[-1]], "with 10,000", [drains[0]],
               better="lower", wanted=2.0)
    )  # fmt: skip
    report.figures.append(
        Figure("views", f"all most-read lists of {sizes[-1]:,} articles", "ms", [lists[-1]], "of 10,000", [lists[0]],
               better="lower", wanted=3.0, note="the lists of five windows and nine sections")
    )  # fmt: skip
