"""What web tells the counter of readers' searches, and what it keeps to itself."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from kombu.exceptions import OperationalError

from services.web import search_tally
from services.web.beacons import ViewSink
from services.web.groupcommit import ViewTransport
from services.web.search_tally import RATE, is_personal, searched_for
from shared.contracts.commands import CountSearches, CountViews, SearchArticles
from shared.settings import get_settings
from shared.views.token import ViewTokens

HOME = "14.160.25.9"
CHROME = b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
FIREFOX = b"Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
READER = {b"user-agent": CHROME, b"sec-fetch-site": b"same-origin"}
Told = list[tuple[str, str, str]]


class Line(ViewTransport):
    """Stands in for the way to the counter."""

    def __init__(self) -> None:
        self.told: Told = []

    def send(self, command: CountViews | CountSearches) -> None:
        if isinstance(command, CountSearches):
            self.told += command.searches

    def queue_is_empty(self) -> bool:
        return True

    def applied(self, names: list[str]) -> tuple[set[str], set[str]]:
        return set(names), set(names)

    def close(self) -> None:
        pass


@pytest.fixture
def told(tmp_path: Path, counters_redis: object) -> Callable[..., Told]:
    """Runs something on a web process's sink; what was sent."""

    def run(work: Callable[[ViewSink], Any], line: Line | None = None) -> Told:
        line = line or Line()

        async def whole() -> None:
            sink = ViewSink(tmp_path / "journal", line=line)
            await sink.start()
            try:
                await work(sink)
            finally:
                await sink.close()

        asyncio.run(whole())
        return line.told

    return run


def ask(sink: ViewSink, query: str, total: int = 3, headers: dict[bytes, bytes] | None = None, **more: Any) -> None:
    said = SearchArticles.model_validate({"q": query, **more})
    sink.searches.searched(said, total, READER | (headers or {}), HOME)


def test_searches_are_told_once_with_what_became_of_them(told: Callable[..., Told]) -> None:
    async def work(sink: ViewSink) -> None:
        for _ in range(3):
            ask(sink, "giá  vàng")
        ask(sink, "giá vàng", headers={b"user-agent": FIREFOX})
        ask(sink, "tphcm", total=0)

    sent = told(work)
    assert sorted((query, outcome) for query, _, outcome in sent) == [
        ("giá vàng", "found"), ("giá vàng", "found"), ("tphcm", "unfound"),
    ]  # fmt: skip
    assert len({mark for _, mark, _ in sent}) == 3, "nobody sees that one reader asked two things"


def test_robots_further_pages_and_what_other_sites_make_readers_ask_are_no_searches(told: Callable[..., Told]) -> None:
    async def work(sink: ViewSink) -> None:
        ask(sink, "một", headers={b"user-agent": b"Googlebot/2.1 (+http://www.google.com/bot.html)"})
        ask(sink, "hai", page=2)
        ask(sink, "ba", section="thoi-su")
        ask(sink, "bốn", headers={b"sec-fetch-site": b"cross-site"})
        ask(sink, "năm", headers={b"sec-purpose": b"prefetch"})
        ask(sink, "", date_from="2026-01-01T00:00:00Z")
        ask(sink, "sáu")

    assert [query for query, _, _ in told(work)] == ["sáu"]


def test_a_view_that_came_from_the_search_page_is_a_click(told: Callable[..., Told]) -> None:
    site = get_settings().site_url

    async def work(sink: ViewSink) -> None:
        ask(sink, "giá vàng")
        for referrer in (
            f"{site}/tim-kiem?q=gi%C3%A1+v%C3%A0ng&trang=2",
            f"{site}/kinh-te",
            "https://tim.example/?q=x",
        ):
            body = orjson.dumps({"token": ViewTokens(get_settings().secret_key).issue(7), "referrer": referrer})
            assert await sink.accept(READER, HOME, body) == 204

    (_, first, _), (query, second, outcome) = sorted(told(work), key=lambda one: one[2], reverse=True)
    assert (query, outcome) == ("giá vàng", "clicked") and first == second


def test_what_looks_like_somebody_s_data_does_not_leave_the_process(told: Callable[..., Told]) -> None:
    async def work(sink: ViewSink) -> None:
        ask(sink, "0912 345 678")
        ask(sink, "mưa lũ")

    assert [query for query, _, _ in told(work)] == ["mưa lũ"]


@pytest.mark.parametrize(
    "query",
    ["0912345678", "nhà anh Nam 0912.345.678", "+84 (912) 345-678", "079 203 001 234", "stk 12345678",
     "an@nhan.example", "https://mxh.example/u/1", "x" * 31, "a " * 51, "０９１２ ３４５ ６７８"],
)  # fmt: skip
def test_personal(query: str) -> None:
    assert is_personal(query)


@pytest.mark.parametrize(
    "query", ["30/04/1975", "ngày 30/4 và 1/5", "năm 2023 2024", "QL 1A", "1.000.000 đồng", "covid-19", "SEA Games 33"]
)
def test_not_personal(query: str) -> None:
    assert not is_personal(query)


@pytest.mark.parametrize(
    "referrer",
    ["http://bao.example.evil/tim-kiem?q=a", "http://bao.example/tim-kiem/x?q=a", "http://bao.example/?q=/tim-kiem",
     "http://[/tim-kiem?q=a", "http://bao.example/tim-kiem", "http://bao.example/tim-kiem?" + "q=a&" * 30, None, 7],
)  # fmt: skip
def test_other_pages_are_no_search(referrer: object) -> None:
    assert searched_for(referrer, "bao.example") == ""


def test_a_flood_is_bounded_and_a_broker_away_costs_only_the_figures(
    told: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away(Line):
        def send(self, command: CountViews | CountSearches) -> None:
            self.told.append(("away", "", "found"))
            raise OperationalError("away")

    async def work(sink: ViewSink) -> None:
        for number in range(3000):
            ask(sink, f"bịa {number}")

    assert RATE.burst <= len(told(work)) < RATE.burst + 5
    monkeypatch.setattr(search_tally, "MOST_NOTED", 20)
    assert len(told(work)) == 20
    assert len(told(work, Away())) == 1
