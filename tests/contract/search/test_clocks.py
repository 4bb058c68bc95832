"""Hosts whose clocks are ten minutes apart work together: the searching process runs by the clock of another host."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from services.ingest.kit.periodic import moment
from shared import canary, clock
from shared.celery_factory import make_celery
from shared.contracts.queues import Queue
from tests.contract.search.processes import SearchHouse, state
from tests.servers import RedisServer
from tests.wait import until

APART = 600


@pytest.fixture(params=[APART, -APART])
def other_host(
    request: pytest.FixtureRequest, broker: RedisServer, counters_redis: RedisServer, tmp_path: Path
) -> Iterator[SearchHouse]:
    made = SearchHouse(broker, tmp_path)
    made.query.by_clock(request.param)
    made.index.by_clock(request.param)
    try:
        made.index.start()
        made.query.start()
        yield made
    finally:
        made.close()


def test_its_questions_and_canaries_are_answered(other_host: SearchHouse) -> None:
    other_host.publish(state(1, "Khai mạc hội chợ"))
    until(lambda: other_host.answers("hội chợ"), 60, "questions are answered")
    until(lambda: other_host.ask("hội chợ").total == 1, 30, "the article is found")
    assert canary.pass_through(make_celery("tests"), Queue.query, 10)
    assert abs(canary.ran_at()["query"] - time.time()) < 60


@pytest.mark.parametrize("apart", [APART, -APART])
def test_a_host_with_another_clock_judges_by_the_houses(
    counters_redis: RedisServer, monkeypatch: pytest.MonkeyPatch, apart: float
) -> None:
    monkeypatch.setattr(clock, "_booted_at", None)
    other = SimpleNamespace(
        time=lambda: time.time() + apart, clock_gettime=time.clock_gettime, CLOCK_BOOTTIME=time.CLOCK_BOOTTIME
    )
    monkeypatch.setattr(clock, "time", other)
    assert abs(clock.now() - time.time() - apart) < 60
    with counters_redis.client() as client:
        clock.set_by(client)
    assert abs(clock.now() - time.time()) < 5
    due = moment(timedelta(seconds=30)).callable
    assert due is not None
    assert abs(due().timestamp() - time.time() - 30) < 5
    # And when its clock jumps, until it asks again.
    other.time = lambda: time.time() - 10 * apart
    assert abs(clock.now() - time.time()) < 5
