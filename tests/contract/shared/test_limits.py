"""The limiter in Redis and beside it: the same answers, in one process or many."""

import pytest

from shared import redis_client
from shared.limits import Bound, Limiter, SharedLimiter, bounded
from tests.servers import RedisServer

ADDRESS = "203.0.113.77"
LADDER = (Bound(2, 10), Bound(4, 100), Bound(6, 1000))
NOW = 1_800_000_000.0


@pytest.fixture(params=["memory", "redis"])
def limiter(request: pytest.FixtureRequest) -> Limiter:
    if request.param == "memory":
        return Limiter()
    request.getfixturevalue("counters_redis")
    redis_client._resting_until = 0.0
    return SharedLimiter()


def test_a_delay_grows_and_heals(limiter: Limiter) -> None:
    wanted, now, waits = bounded(ADDRESS, *LADDER), NOW, []
    for _ in range(8):
        while wait := limiter.take(wanted, now):
            waits.append(round(wait))
            now += wait
    assert waits == sorted(waits) and waits[0] == 10 and waits[-1] > 700
    assert [limiter.take(wanted, now + 9000) for _ in range(2)] == [0, 0]


def test_from_all_or_from_none_and_given_back(limiter: Limiter) -> None:
    own, everybody = Bound(2, 10), Bound(5, 10)
    for _ in range(20):
        limiter.take(bounded("one", own) + bounded("all", everybody), NOW)
    taken = [limiter.take(bounded(f"{n}", own) + bounded("all", everybody), NOW) for n in range(5)]
    assert taken == pytest.approx([0, 0, 0, 10, 10])
    limiter.give_back(bounded("0", own) + bounded("all", everybody))
    assert limiter.take(bounded("9", own) + bounded("all", everybody), NOW) == 0
    assert limiter.take(bounded("9", own) + bounded("all", everybody), NOW) == pytest.approx(10)


def test_processes_count_together_and_go_on_without_redis(counters_redis: RedisServer) -> None:
    redis_client._resting_until = 0.0
    wanted = bounded(ADDRESS, Bound(4, 100))
    first, second = SharedLimiter(), SharedLimiter()
    assert [one.take(wanted, NOW) for one in (first, second, first, second)] == [0] * 4
    assert first.take(wanted, NOW) == second.take(wanted, NOW) == pytest.approx(100)
    counters_redis.kill()
    assert [first.take(wanted, NOW) for _ in range(6)] == [0] * 4 + [100] * 2
    redis_client._resting_until = 0.0


def test_no_address_is_kept_and_no_key_for_longer_than_it_counts(counters_redis: RedisServer) -> None:
    redis_client._resting_until = 0.0
    assert SharedLimiter().take(bounded(ADDRESS, *LADDER), NOW) == 0
    with counters_redis.client() as client:
        keys = client.keys("*")
        assert len(keys) == 3 and all(key.startswith(b"ts:limit:") and ADDRESS.encode() not in key for key in keys)
        assert sorted(round(client.pttl(key) / 1000) for key in keys) == pytest.approx([10, 100, 1000], abs=9)
