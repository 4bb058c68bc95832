"""What is kept for long and not for ever, with the clock moved on."""

import time

import pytest
from sqlalchemy import Engine, Table, func, select

from services.counter import retention, statistics, store
from services.counter.hot import SLOT_SECONDS, Delta
from services.counter.tables import daily, referrers, tallies
from shared.contracts.statistics import ArticleStatistics
from shared.database import read
from shared.vietnamese.dates import day_number

NOW = int(time.time())
DAY = 86_400


def count(source: Engine, table: Table) -> int:
    with read(source) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def read_from(source: Engine, at: int, name: str, views: int, domains: int = 1) -> None:
    """Views of article 7 at a time, one each from so many domains, and refused beacons of that hour."""
    of = {(7, day_number(at), f"bao-{number}.example"): 1 for number in range(domains)}
    seen = {(7, at // SLOT_SECONDS): views}
    store.add_delta(source, Delta(name, at, seen, referrers=of, tallies={(at // 3600, "robot"): 3}))


def test_referrers_and_tallies_go_after_their_time_in_bounded_steps(
    source: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 20)
    for name, at, domains in (("d-1", NOW - 410 * DAY, 50), ("d-2", NOW - 100 * DAY, 2), ("d-3", NOW, 2)):
        read_from(source, at, name, 60, domains)
    kept = count(source, daily)
    with read(source) as connection:
        of_seven = select(func.count()).select_from(referrers).where(referrers.c.article_id == 7)
        assert connection.execute(of_seven).scalar_one() == 54
    before = count(source, referrers)
    retention.prune(source, NOW)
    assert before - count(source, referrers) == 20, "a step"
    for _ in range(9):
        retention.prune(source, NOW)
    assert count(source, referrers) == before - 50 * (before // 54), "a year and a month stays"
    assert count(source, tallies) == 1, "90 days"
    assert count(source, daily) == kept, "days stay"
    retention.prune(source, NOW + 401 * DAY)
    retention.prune(source, NOW + 401 * DAY)
    assert (count(source, referrers), count(source, tallies)) == (0, 0)


def test_views_of_whose_way_nothing_is_known_any_more_are_not_called_direct(source: Engine) -> None:
    read_from(source, NOW - 500 * DAY, "d-1", 60, 5)
    read_from(source, NOW, "d-2", 10, 4)
    retention.prune(source, NOW)
    asked = ArticleStatistics(article_id=7, days=1000)
    sources = {share.name: share.views for share in statistics.of_article(source, asked, NOW).sources}
    assert sources == {"Trực tiếp": 6, **{f"bao-{number}.example": 1 for number in range(4)}}
