"""Visitor keys: the same reader for a day, nobody afterwards."""

from collections.abc import Iterator

import pytest
import redis

from shared.vietnamese.dates import day_start
from shared.views.definition import WINDOW_SECONDS
from shared.views.visitor import PARTED_CHARS, Secrets, VisitorKeys, parts
from tests.servers import RedisServer

DAY = 30_000  # in 2052: what Redis keeps for then does not run out in the test
NOON = day_start(DAY) + 12 * 3600


@pytest.fixture
def client(counters_redis: RedisServer) -> Iterator["redis.Redis"]:
    with counters_redis.client() as made:
        yield made


def keys_of_a_process(client: "redis.Redis", now: float, site: str = "https://bao.vn") -> VisitorKeys:
    days = Secrets(client)
    days.refresh(now)
    return VisitorKeys(site, days)


def test_web_processes_agree(client: "redis.Redis") -> None:
    one, other = keys_of_a_process(client, NOON), keys_of_a_process(client, NOON)

    assert one.key("203.0.113.9", "Firefox", NOON) == other.key("203.0.113.9", "Firefox", NOON + 100)


def test_browser_address_and_site_tell_readers_apart(client: "redis.Redis") -> None:
    keys = keys_of_a_process(client, NOON)
    found = {
        keys.key("203.0.113.9", "Firefox", NOON),
        keys.key("203.0.113.9", "Chrome", NOON),
        keys.key("203.0.113.8", "Firefox", NOON),
        keys_of_a_process(client, NOON, "https://khac.vn").key("203.0.113.9", "Firefox", NOON),
    }

    assert len(found) == 4
    assert all(len(key) == PARTED_CHARS and "." not in key for key in found)


def test_the_secret_changes_at_midnight_and_both_keys_hold_for_one_window(client: "redis.Redis") -> None:
    midnight = day_start(DAY)
    days = Secrets(client)
    days.refresh(midnight - 60)
    keys = VisitorKeys("site", days)
    before = keys.key("203.0.113.9", "Firefox", midnight - 1)
    days.refresh(midnight + 1)
    after = keys.key("203.0.113.9", "Firefox", midnight + 1)
    days.refresh(midnight + WINDOW_SECONDS)
    later = keys.key("203.0.113.9", "Firefox", midnight + WINDOW_SECONDS)

    fresh, _, old = after.partition(".")
    assert old == before
    assert fresh == later != before


def test_a_process_that_starts_after_midnight_knows_the_old_key(client: "redis.Redis") -> None:
    midnight = day_start(DAY)
    before = keys_of_a_process(client, midnight - 60).key("203.0.113.9", "Firefox", midnight - 1)

    after = keys_of_a_process(client, midnight + 60).key("203.0.113.9", "Firefox", midnight + 60)

    assert after.partition(".")[2] == before


def test_redis_drops_a_secret_one_window_after_its_day(client: "redis.Redis") -> None:
    keys_of_a_process(client, NOON)

    (name,) = list(client.scan_iter("ts:visitor-secret:*"))
    expires_at = int(client.execute_command("PTTL", name)) / 1000 + float(client.time()[0])
    assert abs(expires_at - (day_start(DAY + 1) + WINDOW_SECONDS)) < 2


def test_without_redis_a_process_goes_on_and_comes_back(counters_redis: RedisServer) -> None:
    with counters_redis.client() as client:
        shared = keys_of_a_process(client, NOON)
    lonely_days = Secrets(redis.Redis.from_url(counters_redis.url, socket_timeout=1))
    counters_redis.kill()
    lonely_days.refresh(NOON)
    lonely = VisitorKeys("https://bao.vn", lonely_days)

    alone = lonely.key("203.0.113.9", "Firefox", NOON)
    assert alone == lonely.key("203.0.113.9", "Firefox", NOON + 0.5)
    assert shared.key("203.0.113.9", "Firefox", NOON) != alone

    counters_redis.start()
    lonely_days.refresh(NOON + 5)
    assert lonely.key("203.0.113.9", "Firefox", NOON + 5) == shared.key("203.0.113.9", "Firefox", NOON + 5)


def test_a_public_network_and_its_browsers_are_told_apart_without_being_known(client: "redis.Redis") -> None:
    keys = keys_of_a_process(client, NOON)

    def of(address: str, agent: str = "Firefox") -> tuple[str, str, str]:
        key = keys.key(address, agent, NOON)
        assert len(key) == PARTED_CHARS
        return parts(key)

    one, other = of("14.160.25.9"), of("14.160.25.9", "Chrome")
    assert (one[:2], one[2] != other[2]) == (other[:2], True)
    assert of("14.160.25.10")[:2] != one[:2] and of("14.160.25.10")[2] == one[2]
    phone, neighbour, far = of("2402:800:61:1::1"), of("2402:800:61:2::1"), of("2402:800:62:1::1")
    assert phone == of("2402:800:61:1:9:9:9:9")
    assert phone[0] == neighbour[0] != far[0]
    assert len({phone[1], neighbour[1], far[1]}) == 3


def test_a_key_of_tomorrow_is_known_shortly_before_midnight(client: "redis.Redis") -> None:
    midnight = day_start(DAY)
    keys = keys_of_a_process(client, midnight - 60)
    ahead = keys.ahead("14.160.25.9", "Firefox", midnight - 60)

    assert keys.ahead("14.160.25.9", "Firefox", midnight - 3600) == ""
    assert ahead == keys.key("14.160.25.9", "Firefox", midnight + 1).partition(".")[0]
