"""The numbers of the bound on comments: what a crowd needs, and what a flood gets."""

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Never

import pytest

from services.web.comment_journal import CommentJournal
from services.web.commenting import Comments
from shared import limits

HOUR = 3600


class Clock(SimpleNamespace):
    now = 1_800_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limits, "time", clock)
    return clock


@pytest.fixture
def comments(tmp_path: Path) -> Comments:
    def ask(*_: object) -> Never:
        raise AssertionError("nobody asks")

    return Comments(CommentJournal(tmp_path / "comments"), ask)


def phone(number: int) -> str:
    return f"2402:800:6105:{number:x}::1"


def test_the_readers_of_a_carrier_s_48_are_not_held(comments: Comments, clock: Clock) -> None:
    # Ten times the 33 an hour of 65,536 phones, and a rush of forty in a minute when the match ends.
    chance = random.Random(1)
    moments = sorted([chance.uniform(0, HOUR) for _ in range(330)] + [chance.uniform(1800, 1860) for _ in range(40)])
    begun = clock.now
    for moment in moments:
        clock.now = begun + moment
        assert comments.wait(phone(chance.randrange(65_536))) == 0


def test_the_readers_behind_one_ipv4_address_are_not_held(comments: Comments, clock: Clock) -> None:
    for _ in range(60):
        assert comments.wait("27.64.1.1") == 0
        clock.now += HOUR / 60


def test_a_flood_out_of_every_64_of_a_48_gets_780_in_its_first_hour(comments: Comments, clock: Clock) -> None:
    taken = 0
    for number in range(HOUR * 5):
        taken += comments.wait(phone(number % 65_536)) == 0
        clock.now += 0.2
    assert 770 <= taken <= 781
    assert comments.wait("2402:800:6106::1") == 0


def test_one_phone_s_flood_leaves_its_neighbours_their_turn(comments: Comments, clock: Clock) -> None:
    for _ in range(HOUR):
        comments.wait(phone(1))
        clock.now += 1
    assert [comments.wait(phone(2 + number)) for number in range(40)] == [0] * 40
