"""A Redis that loses everything, or takes nothing more: the house mends itself and says what it mended."""

import signal
from collections.abc import Iterator

import orjson
import pytest
import redis

from tests.chaos import LONG, PUSHES, note, since
from tests.house import House
from tests.newsroom import PATIENCE_S, Newsroom, Readers
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.timeout(900 if LONG else 400)]


@pytest.fixture
def stores(newsroom: Newsroom) -> Iterator[dict[str, redis.Redis]]:
    """Both Redis of the house, by role."""
    clients = {
        row["role"]: redis.Redis.from_url(row["url"], socket_timeout=10)
        for row in newsroom.house.status()
        if row["role"].startswith("redis.")
    }
    yield clients
    for client in clients.values():
        client.close()


def reconcile(house: House) -> dict[str, int]:
    """Store -> how many stories differed, as the command prints it; every store must answer."""

    def compared() -> dict[str, int]:
        return dict(orjson.loads(house.toasoan("reconcile", "--json").stdout))

    return until(compared, PATIENCE_S, "every store answers")


def test_a_wiped_broker(newsroom: Newsroom, stores: dict[str, redis.Redis]) -> None:
    house, broker = newsroom.house, stores["redis.broker"]
    newsroom.push(PUSHES // 4)
    told = len(house.log)
    # With its worker standing still, messages for search are on the broker and nowhere else.
    frozen = house.signal_role("search.index", signal.SIGSTOP)
    try:

        def something_to_lose() -> bool:
            newsroom.push_one()
            return int(broker.llen("ts:index")) >= 3

        until(something_to_lose, 20, "messages wait for search", interval_s=0.2)
        broker.flushall()
    finally:
        house.signal_role("search.index", signal.SIGCONT)
    newsroom.push(PUSHES // 4)
    broker.flushall()
    with since() as recovery:
        mended = reconcile(house)
        newsroom.settle()
    assert house.role("search.index")["pid"] == frozen
    assert reconcile(house) == {"web": 0, "search": 0, "counter": 0}
    if not mended["search"]:  # the house's own round was there first, or it had missed fresh news
        own = ("read models differed", "fresh news had not arrived, sent again")
        until(lambda: any(words in house.log[told:] for words in own), 30, "the house says what it mended")
    said = ", ".join(f"{store} {number}" for store, number in mended.items() if number)
    note("FLUSHALL of the broker, then reconcile", recovery.seconds, newsroom, f"mended: {said or 'by itself'}")


def test_wiped_counters_keep_the_totals(newsroom: Newsroom, stores: dict[str, redis.Redis]) -> None:
    newsroom.push(3)
    newsroom.settle()
    readers = Readers(newsroom)
    for story in newsroom.stories * 4:
        readers.read(story)
    readers.until_counted()
    stores["redis.counters"].flushall()
    with since() as recovery:
        newsroom.push(PUSHES // 4)
        newsroom.settle()
        for story in newsroom.stories:
            readers.read(story)
        readers.until_counted()
    views = sum(readers.acknowledged.values())
    assert views == 12 + len(newsroom.stories)
    note("FLUSHALL of the counters", recovery.seconds, newsroom, f"{views} views counted once")


def test_a_full_broker(newsroom: Newsroom, stores: dict[str, redis.Redis]) -> None:
    broker = stores["redis.broker"]
    with Readers(newsroom) as readers:
        newsroom.push(PUSHES // 8)
        newsroom.settle()
        broker.config_set("maxmemory", 1)
        newsroom.push(PUSHES // 4)  # editors and wires notice nothing
        broker.config_set("maxmemory", 0)
        with since() as recovery:
            newsroom.settle()
    readers.until_counted()
    note("broker out of memory", recovery.seconds, newsroom, "editors went on saving")
    assert not readers.errors
