"""The bound that the threat model states: tries at one account, over all strangers."""

import time
from collections.abc import Callable

import pytest
from fastapi import Request

from services.ingest.accounts import guessing
from services.ingest.accounts.store.holders import Holder
from services.ingest.kit import tries
from services.ingest.kit.errors import TooMany

CHIEF = Holder(7, "stamp", one_time=False)
BEGINNING = 1_800_000_000


@pytest.fixture(autouse=True)
def nobody_has_tried() -> None:
    tries.limiter._full_at.clear()


def attack(
    monkeypatch: pytest.MonkeyPatch, take: Callable[[Request], object], addresses: list[str], hours: int
) -> list[int]:
    """How many tries were let through in each hour, when every address tries once a minute."""
    through = [0] * hours
    for minute in range(60 * hours):
        monkeypatch.setattr(time, "time", lambda now=BEGINNING + 60 * minute: now)
        for address in addresses:
            request = Request({"type": "http", "client": (address, 1), "headers": []})
            try:
                take(request)
            except TooMany:
                continue
            through[minute // 60] += 1
    return through


def password(request: Request) -> object:
    return guessing.password(request, CHIEF, "chief@bao.example")


def code(request: Request) -> object:
    return guessing.code(request, CHIEF)


def test_all_strangers_together_have_110_passwords_in_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    through = attack(monkeypatch, password, [f"192.0.{n // 200}.{n % 200}" for n in range(200)], 5)
    assert through[0] in range(105, 111) and max(through[1:]) <= 60


def test_all_strangers_together_have_60_codes_in_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    through = attack(monkeypatch, code, [f"192.0.{n // 200}.{n % 200}" for n in range(200)], 5)
    assert through[0] in range(55, 61) and max(through[1:]) <= 10


@pytest.mark.parametrize(
    ("addresses", "first", "then"),
    [
        (["203.0.113.9"], 20, 1),
        ([f"2001:db8:7:8::{n:x}" for n in range(20)], 20, 1),
        ([f"2001:db8:7:{n:x}::9" for n in range(100)], 41, 2),
    ],
    ids=["one address", "a /64", "a /48"],
)
def test_one_client_waits_longer_and_longer_and_leaves_the_account_to_others(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], first: int, then: int
) -> None:
    through = attack(monkeypatch, password, addresses, 6)
    assert through[0] <= first and max(through[2:]) <= then
    password(Request({"type": "http", "client": ("198.51.100.7", 1), "headers": []}))
