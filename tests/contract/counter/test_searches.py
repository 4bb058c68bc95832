"""What readers search for: when it is known, what is counted once, what a flood leaves; on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytest
from sqlalchemy import Engine, func, select

from services.counter import retention, searches, tables
from services.counter.hot import Hot
from services.counter.searches import LEAST_READERS
from shared.contracts.commands import CountSearches
from shared.contracts.statistics import SearchedQuery, SearchStatistics, SearchStatisticsAnswer
from shared.database import read
from tests.servers import RedisServer

TODAY = datetime(2026, 11, 2, 5, tzinfo=UTC)
ENOUGH = range(LEAST_READERS)
Outcome = Literal["found", "unfound", "clicked"]


@pytest.fixture
def hot(counters_redis: RedisServer) -> Hot:
    return Hot(counters_redis.client())


def told(*entries: tuple[str, str, Outcome], at: datetime = TODAY) -> CountSearches:
    return CountSearches(at=at, searches=entries)


def asked_by(readers: range, query: str, outcome: Outcome = "found", at: datetime = TODAY) -> CountSearches:
    return told(*((query, f"{query} {reader}", outcome) for reader in readers), at=at)


def known(source: Engine, days: int = 1) -> SearchStatisticsAnswer:
    last = date(2026, 11, 2)
    return searches.told(source, SearchStatistics(first=last - timedelta(days=days - 1), last=last))


def test_a_query_is_known_when_enough_different_readers_asked_it_on_one_day(source: Engine, hot: Hot) -> None:
    yesterday = TODAY - timedelta(days=1)
    for told_now in (
        asked_by(range(LEAST_READERS - 1), "giá vàng"),
        asked_by(range(1), "gia vang"),
        *[told(("Giá  VÀNG", "giá vàng 0", "found"))] * 9,
        asked_by(range(100, 100 + LEAST_READERS - 1), "giá vàng", at=yesterday),
    ):
        searches.keep(source, hot.searches.count(told_now))
        searches.keep(source, hot.searches.count(told_now))  # it comes twice
    # The one who wrote it without marks is another than those who wrote it with them.
    assert [(row.query, row.readers) for row in known(source).frequent] == [("giá vàng", LEAST_READERS)]
    with read(source) as connection:
        assert connection.execute(select(func.count()).select_from(tables.searches)).scalar_one() == 1


def test_it_is_told_what_is_asked_most_in_vain_and_without_opening_anything(source: Engine, hot: Hot) -> None:
    for message in (
        asked_by(range(30), "bão số 9"),
        asked_by(range(12), "bão số 9", "clicked"),
        asked_by(range(20), "tphcm", "unfound"),
        asked_by(range(8), "lịch cúp điện"),
        asked_by(range(7), "bão số 9", at=TODAY - timedelta(days=6)),
        asked_by(range(50), "quá lâu", at=TODAY - timedelta(days=7)),
    ):
        searches.keep(source, hot.searches.count(message))
    week = known(source, 7)
    storm = SearchedQuery(query="bão số 9", readers=37, unfound=0, clicked=12)
    city = SearchedQuery(query="tphcm", readers=20, unfound=20, clicked=0)
    power = SearchedQuery(query="lịch cúp điện", readers=8, unfound=0, clicked=0)
    assert week == SearchStatisticsAnswer(frequent=(storm, city, power), unfound=(city,), unclicked=(power,))
    assert known(source).frequent[0].readers == 30


def test_a_message_that_comes_late_or_twice_takes_nothing_back(source: Engine, hot: Hot) -> None:
    first = hot.searches.count(asked_by(ENOUGH, "động đất"))
    second = hot.searches.count(asked_by(range(LEAST_READERS + 3), "động đất"))
    searches.keep(source, second)
    searches.keep(source, first)
    assert [row.readers for row in known(source).frequent] == [LEAST_READERS + 3]


def test_a_flood_of_made_up_queries_stays_small_and_leaves_what_is_known(
    source: Engine, hot: Hot, counters_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "MOST_RARE", 50)
    monkeypatch.setattr(searches, "MOST_KNOWN", 3)
    searches.keep(source, hot.searches.count(asked_by(ENOUGH, "thật")))
    for number in range(20):
        flood = [(f"bịa {number} {part}", f"{number} {part}", "found") for part in range(40)]
        hot.searches.count(CountSearches.model_validate({"at": TODAY, "searches": flood}))
        searches.keep(source, hot.searches.count(asked_by(ENOUGH, f"dựng lên {number}")))
    searches.keep(source, hot.searches.count(asked_by(range(LEAST_READERS + 2), "thật")))
    assert known(source).frequent[0] == SearchedQuery(query="thật", readers=LEAST_READERS + 2, unfound=0, clicked=0)
    assert len(known(source).frequent) == 3
    with counters_redis.client() as client:
        keys = list(client.scan_iter("ts:c:*"))
        held = {key: client.hlen(key) for key in keys if client.type(key) == b"hash"}
        assert len(held) == 2 and max(held.values()) <= 50
        assert all(0 < client.ttl(key) <= 2 * 86_400 for key in keys)


def test_readers_marks_are_nowhere(source: Engine, hot: Hot, counters_redis: RedisServer) -> None:
    searches.keep(source, hot.searches.count(told(*(("mưa", f"secret-{number}", "found") for number in range(9)))))
    with counters_redis.client() as client:
        held = [client.dump(key) or b"" for key in client.scan_iter("ts:c:*")]
        assert held and not any(b"secret-" in value for value in held)


def test_searches_go_when_the_desk_shows_them_no_more(source: Engine, hot: Hot) -> None:
    searches.keep(source, hot.searches.count(asked_by(ENOUGH, "hôm nay")))
    retention.prune(source, (TODAY + timedelta(days=31)).timestamp())
    assert len(known(source).frequent) == 1
    retention.prune(source, (TODAY + timedelta(days=32)).timestamp())
    assert known(source).frequent == ()
