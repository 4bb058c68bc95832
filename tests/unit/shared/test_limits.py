"""The limiter's rules, at times of the test's own."""

import pytest

from shared import limits
from shared.limits import AddressLimit, Bound, Limiter, bounded


def taken(limiter: Limiter, key: str, times: int, now: float, *bounds: Bound) -> int:
    return sum(limiter.take(bounded(key, *bounds), now) == 0.0 for _ in range(times))


def test_a_bound_gives_its_burst_and_then_one_every_so_often() -> None:
    limiter, bound = Limiter(), Bound(5, 20)
    assert taken(limiter, "a", 9, 1000, bound) == 5
    assert limiter.take(bounded("a", bound), 1000) == 20
    assert taken(limiter, "b", 1, 1000, bound) == 1
    assert [taken(limiter, "a", 1, now, bound) for now in (1019, 1020, 1021, 1040)] == [0, 1, 0, 1]
    assert taken(limiter, "a", 9, 5000, bound) == 5


def test_what_is_refused_uses_up_nothing() -> None:
    limiter, own, all_of_us = Limiter(), Bound(2, 10), Bound(5, 10)
    for _ in range(100):
        limiter.take(bounded("one", own) + bounded("all", all_of_us), 1000)
    others = [limiter.take(bounded(f"other {n}", own) + bounded("all", all_of_us), 1000) for n in range(5)]
    assert others == [0, 0, 0, 10, 10]


def test_several_bounds_make_a_delay_that_grows() -> None:
    limiter, now, waits = Limiter(), 1000.0, []
    for _ in range(12):
        while wait := limiter.take(bounded("a", Bound(2, 10), Bound(4, 100), Bound(6, 1000)), now):
            waits.append(round(wait))
            now += wait
    assert waits == sorted(waits)
    assert {10, 1000} <= set(waits) and any(10 < wait <= 100 for wait in waits)


def test_a_right_try_is_given_back_and_no_other() -> None:
    limiter, bound = Limiter(), Bound(3, 60)
    for _ in range(50):
        assert limiter.take(bounded("a", bound), 1000) == 0.0
        limiter.give_back(bounded("a", bound))
    assert taken(limiter, "a", 9, 1000, bound) == 3
    limiter.give_back(bounded("a", bound))
    assert taken(limiter, "a", 9, 1000, bound) == 1


def test_an_address_is_held_with_its_64_and_more_widely_with_its_48() -> None:
    limit = AddressLimit("x", Bound(5, 20), Bound(12, 20))
    assert [limit.wait("2001:ee0::1", 100) for _ in range(6)] == [0] * 5 + [20]
    assert limit.wait("2001:ee0::2", 100) == 20
    others = [limit.wait(f"2001:ee0:0:{n:x}::1", 100) for n in range(1, 10)]
    assert others == [0] * 7 + [20] * 2
    assert limit.wait("2001:ee0:1::1", 100) == limit.wait("14.160.25.9", 100) == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "fd00::1"])
def test_a_proxy_that_nobody_told_us_to_trust_is_not_held_unless_that_is_meant(address: str) -> None:
    usual, all_the_same = (AddressLimit("x", Bound(1, 9), Bound(1, 9), spare_private=spare) for spare in (True, False))
    assert [usual.wait(address, 1) for _ in range(50)] == [0] * 50
    assert [all_the_same.wait(address, 1) for _ in range(3)] == [0, 9, 9]


def test_a_flood_of_keys_neither_fills_the_memory_nor_wipes_what_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_KEYS", 100)
    limiter, slow, quick = Limiter(), Bound(3, 3600), Bound(1, 0.001)
    assert taken(limiter, "guesser", 9, 1000, slow) == 3
    for n in range(5000):
        assert limiter.take(bounded(f"passer-by {n}", quick), 1000 + n / 100) == 0.0
    assert taken(limiter, "guesser", 9, 1060, slow) == 0
    assert len(limiter._full_at) <= 101
