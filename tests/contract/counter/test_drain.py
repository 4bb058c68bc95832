"""The drain beside a Redis that comes back empty: what SQL knows already stays."""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
import redis
from sqlalchemy import Engine, select

from services.counter import store
from services.counter.drain import drain, keep_readers
from services.counter.hot import SKETCHED_OVER, Hot
from services.counter.tables import SITE, daily
from shared.contracts.commands import CountViews
from shared.database import read
from shared.vietnamese.dates import day_number
from tests.servers import RedisServer

NOW = int(time.time())
TODAY = day_number(NOW)


@pytest.fixture
def client(counters_redis: RedisServer) -> Iterator["redis.Redis"]:
    with counters_redis.client() as made:
        yield made


def readers_of(source: Engine) -> dict[tuple[int, int], int | None]:
    with read(source) as connection:
        return {(row.article_id, row.day): row.readers for row in connection.execute(select(daily))}


def visit(hot: Hot, source: Engine, article: int, numbers: range, at: int = NOW) -> None:
    views = tuple((article, f"reader{number:05}", at, "") for number in numbers)
    hot.apply(CountViews(batch_id=f"{uuid4().hex[:16]}-0", views=views))
    drain(hot, source)


def test_losing_redis_takes_no_reader_from_yesterday_or_today(source: Engine, client: "redis.Redis") -> None:
    hot = Hot(client, lambda: store.stored_batches(source))
    many = SKETCHED_OVER + 100
    for at in (NOW, NOW - 86_400):
        visit(hot, source, 7, range(20), at)
        visit(hot, source, 7, range(20, many), at)
    keep_readers(hot, source, NOW)
    before = readers_of(source)
    assert all(before[article, day] for article in (SITE, 7) for day in (TODAY, TODAY - 1)), before

    client.flushall()
    keep_readers(hot, source, NOW)
    assert readers_of(source) == before

    visit(hot, source, 7, range(5000, 5000 + SKETCHED_OVER))
    visit(hot, source, 7, range(6000, 6005))
    keep_readers(hot, source, NOW)
    after = readers_of(source)
    assert all((after[key] or 0) >= (number or 0) for key, number in before.items())

    visit(hot, source, 7, range(7000, 7400))
    keep_readers(hot, source, NOW)
    assert (readers_of(source)[SITE, TODAY] or 0) > (before[SITE, TODAY] or 0)
