"""The counter's Lua on a real redis-server: what counts, once, and for how long it remembers."""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
import redis

from services.counter.hot import Delta, Hot
from shared.contracts.commands import CountViews
from shared.vietnamese.dates import day_number
from shared.views.definition import WINDOW_SECONDS
from tests.servers import RedisServer
from tests.wait import until

# Inside one half hour's window and one house day, some seconds before now, so that nothing is in the future.
NOW = int(time.time())


@pytest.fixture
def client(counters_redis: RedisServer) -> Iterator["redis.Redis"]:
    with counters_redis.client() as made:
        yield made


@pytest.fixture
def hot(client: "redis.Redis") -> Hot:
    return Hot(client)


def batch(*views: tuple[int, str, int, str], name: str = "", **rejected: int) -> CountViews:
    return CountViews(batch_id=name or f"{uuid4().hex[:16]}-0", views=views, rejected=rejected)


def counted(hot: Hot) -> Delta:
    """Everything that waits for SQL, in one."""
    whole = Delta("", 0)
    for name in hot.close_delta():
        delta = hot.load(name)
        assert delta is not None
        for key, number in delta.views.items():
            whole.views[key] = whole.views.get(key, 0) + number
        for source, number in delta.referrers.items():
            whole.referrers[source] = whole.referrers.get(source, 0) + number
        for tally, number in delta.tallies.items():
            whole.tallies[tally] = whole.tallies.get(tally, 0) + number
    return whole


def total(hot: Hot, article: int) -> int:
    return sum(number for (of, _slot), number in counted(hot).views.items() if of == article)


def test_a_hundred_reloads_count_once_and_are_tallied(hot: Hot) -> None:
    hot.apply(batch(*((7, "reader", NOW + n // 10, "") for n in range(100))))

    delta = counted(hot)

    assert sum(delta.views.values()) == 1
    # In the hour in which they arrived, by Redis' clock.
    ((hour, reason),) = delta.tallies
    assert delta.tallies[hour, reason] == 99 and reason == "repeated"
    assert NOW // 3600 <= hour <= time.time() // 3600


def test_two_readers_and_two_articles_count_apart(hot: Hot) -> None:
    assert hot.apply(batch((7, "a", NOW, ""), (7, "b", NOW, ""), (8, "a", NOW, ""))) == (3, 0)


@pytest.mark.parametrize(("later", "counts"), [(WINDOW_SECONDS - 1, 1), (WINDOW_SECONDS, 2), (WINDOW_SECONDS + 1, 2)])
@pytest.mark.parametrize("offset", [0, 1, 900, WINDOW_SECONDS - 1])
def test_the_window_slides_from_the_counted_view(hot: Hot, later: int, counts: int, offset: int) -> None:
    first = NOW // WINDOW_SECONDS * WINDOW_SECONDS - 3 * WINDOW_SECONDS + offset
    hot.apply(batch((7, "a", first, "")))
    hot.apply(batch((7, "a", first + later, "")))

    assert total(hot, 7) == counts


def test_a_view_that_arrives_late_is_held_against_the_newer_one(hot: Hot) -> None:
    edge = NOW // WINDOW_SECONDS * WINDOW_SECONDS
    hot.apply(batch((7, "a", edge + 5, "")))
    hot.apply(batch((7, "a", edge - 5, "")))

    assert total(hot, 7) == 1


def test_midnight_does_not_count_a_reader_twice(hot: Hot) -> None:
    hot.apply(batch((7, "before", NOW - 600, "")))
    hot.apply(batch((7, "after.before", NOW, "")))
    hot.apply(batch((7, "after.before", NOW + 1, "")))
    hot.apply(batch((7, "other.stranger", NOW, "")))

    assert total(hot, 7) == 2


def test_a_batch_applied_five_times_counts_once(hot: Hot) -> None:
    one = batch((7, "a", NOW, "vnexpress.net"), (8, "b", NOW, ""), bot=3)
    for _ in range(5):
        hot.apply(one)

    delta = counted(hot)

    assert sum(delta.views.values()) == 2
    assert delta.referrers == {(7, day_number(NOW), "vnexpress.net"): 1}
    assert {reason: number for (_hour, reason), number in delta.tallies.items()} == {"bot": 3}


def test_batches_of_one_producer_may_come_in_any_order(hot: Hot) -> None:
    for number in (3, 1, 2, 0, 65_535):
        hot.apply(batch((7, f"reader {number}", NOW, ""), name=f"0123456789abcdef-{number}"))
        hot.apply(batch((7, f"reader {number}", NOW + 1, ""), name=f"0123456789abcdef-{number}"))

    assert counted(hot).tallies == {}
    assert hot.apply(batch((7, "reader 5", NOW, ""), name="0123456789abcdef-5")) == (1, 0)


def test_a_batch_without_a_proper_name_is_refused(hot: Hot) -> None:
    for name in ("", "x", "0123456789abcdef-65536", "0123456789abcdef--1", "0123456789ABCDEF-1"):
        with pytest.raises(ValueError, match="batch name"):
            hot.apply(CountViews(batch_id=name, views=((7, "a", NOW, ""),)))


def test_a_bad_name_fails_no_question_about_others(hot: Hot) -> None:
    hot.apply(batch((7, "a", NOW, ""), name="0123456789abcdef-7"))

    asked = ["", "\0", "0123456789abcdef-65536", "0123456789abcdef-7", "0123456789abcdef-8"]

    assert hot.applied(asked) == ["0123456789abcdef-7"]


def test_a_delta_is_never_reopened_after_redis_came_back_older(hot: Hot, client: "redis.Redis") -> None:
    """Redis lost its last moments: the delta that SQL holds already is open again. Nothing new may go into it."""
    hot.apply(batch((7, "a", NOW, "")))
    (stored,) = hot.close_delta()
    client.rename(f"ts:c:delta:{stored}", "ts:c:delta")
    client.delete("ts:c:sealed")
    client.script_flush()

    hot.apply(batch((7, "b", NOW, "")))

    names = hot.close_delta()
    assert names[0] == stored
    assert len(names) == 2
    again, fresh = hot.load(names[0]), hot.load(names[1])
    assert again is not None and sum(again.views.values()) == 1
    assert fresh is not None and sum(fresh.views.values()) == 1


def test_a_large_delta_is_closed_in_parts(hot: Hot) -> None:
    for part in range(30):
        hot.apply(batch(*((part * 2000 + n + 1, "a", NOW, "") for n in range(2000))))

    names = hot.close_delta()

    assert len(names) == 3
    assert sum(counted(hot).views.values()) == 60_000


def test_what_was_seen_is_forgotten_after_two_windows(hot: Hot, client: "redis.Redis") -> None:
    hot.apply(batch(*((n, f"r{n % 50}", NOW, "dantri.com.vn") for n in range(1, 200))))
    over = NOW // WINDOW_SECONDS * WINDOW_SECONDS + 2 * WINDOW_SECONDS

    hot.forget_old(over)
    kept = len(list(client.scan_iter("ts:c:seen:*")))
    hot.forget_old(over + 61)

    assert kept > 150
    assert list(client.scan_iter("ts:c:seen:*")) == []
    hot.apply(batch(*((5, f"reader {n}", NOW, "") for n in range(200))))
    hot.forget_old(NOW + 3 * 86400)
    lasting = {key for key in client.scan_iter("ts:c:*") if client.ttl(key) == -1}
    assert all(key.startswith((b"ts:c:delta", b"ts:c:batches")) for key in lasting), lasting


def test_readers_are_estimated_within_two_percent(hot: Hot) -> None:
    for part in range(5):
        hot.apply(batch(*((5, f"reader {part * 2000 + n}", NOW, "") for n in range(2000))))
        hot.apply(batch(*((5, f"reader {part * 2000 + n}", NOW + WINDOW_SECONDS, "") for n in range(2000))))
    day = day_number(NOW)

    assert 9800 <= hot.readers_of_day(day) <= 10_200
    assert list(hot.sketched_articles(day)) == [5]


def test_referrers_of_a_day_are_bounded(hot: Hot) -> None:
    for part in range(3):
        hot.apply(batch(*((5, f"r{part}-{n}", NOW, f"site{part * 2000 + n}.vn") for n in range(2000))))

    sources = counted(hot).referrers

    assert len(sources) == 5001
    assert sources[5, day_number(NOW), "*"] == 1000


def settled_memory(client: "redis.Redis") -> int:
    """Bytes in use once the append-only file is not being written anew: until then Redis keeps what comes in twice."""
    until(lambda: not client.info("persistence")["aof_rewrite_in_progress"], 60, "the file is written")
    return int(client.info("memory")["used_memory"])


@pytest.mark.timeout(180)
def test_memory_with_many_articles(hot: Hot, client: "redis.Redis") -> None:
    """A tenth of a million articles viewed in an hour: the hot part of a million stays under 300 MB, also undrained."""
    empty = settled_memory(client)
    for part in range(50):
        views = ((part * 2000 + n + 1, f"{part * 2000 + n:011d}", NOW, "") for n in range(2000))
        hot.apply(batch(*views))
    undrained = settled_memory(client) - empty
    for name in hot.close_delta():
        hot.forget(name)
    drained = settled_memory(client) - empty

    assert undrained < 30_000_000
    assert drained < 15_000_000
