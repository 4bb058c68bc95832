"""The made readers of the peers' measurements, and how their tables read."""

from benchmarks.peers.readers import crawlers, reader, request
from benchmarks.peers.report import PeerReport
from shared.views.bots import is_bot


def test_readers_are_different_people_and_no_robots() -> None:
    some = [reader(number) for number in range(0, 2_000_000, 997)]
    assert len(set(some)) == len(some)
    assert not any(is_bot(one.agent) for one in some)
    assert all(0 < int(part) < 256 or part == "0" for one in some for part in one.address.split("."))


def test_crawlers_are_fifty_different_ones() -> None:
    chosen = crawlers(50)
    assert len({one.agent for one in chosen}) == len({one.address for one in chosen}) == 50


def test_a_request_is_whole() -> None:
    assert request("POST", "/count", 80, {"a": "b"}, b"xy") == (
        b"POST /count HTTP/1.1\r\nhost: 127.0.0.1:80\r\nconnection: close\r\na: b\r\ncontent-length: 2\r\n\r\nxy"
    )


def test_tables_show_medians_and_what_a_system_does_not_do() -> None:
    report = PeerReport({name: {"version": "1", "setup": ""} for name in ("House", "Pages", "Views")})
    report.row("page", "article page", "ms").values |= {"House": [2.0, 1.0, 4.25], "Pages": [30.0]}
    lost = report.row("lost", "lost")
    lost.values |= {"House": [0.0, 0.0], "Views": [40.0, 60.0]}
    lost.of |= {"House": [190.0, 190.0], "Views": [190.0, 191.0]}
    report.systems["Views"]["counter"] = "Plugin"
    report.left_out.append("Pages' counting: it has none")
    assert report.table().splitlines() == [
        "|  | House | Pages | Views |",
        "|---|---|---|---|",
        "| version | 1 | 1 | 1 |",
        "| article page (ms) | 2 (1–4.25) | 30 | – |",
        "| lost | 0 of 190 | – | 50 (40–60) of 190 |",
        "",
        "Not measured: Pages' counting: it has none",
    ]
    assert report.counters({"lost": "views lost"}, "/").splitlines() == [
        "|  | House | Plugin |",
        "|---|---|---|",
        "| views lost | 0 / 190 | 50 / 190 |",
    ]
