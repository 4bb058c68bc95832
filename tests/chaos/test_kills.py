"""kill -9 of anybody at any moment of a push: every acknowledged story is read and found once, in its last version."""

import os
import random
import signal
import threading
from collections.abc import Sequence
from functools import partial

import pytest

from tests.chaos import LONG, PUSHES, note, since
from tests.house import House
from tests.newsroom import PATIENCE_S, Newsroom, Readers
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.timeout(1500 if LONG else 400)]

STORES = ["redis.broker", "redis.counters"]
PROGRAMS = [
    "ingest.http",
    "ingest.worker",
    "search.index",
    "search.query",
    "counter.worker",
    "web.http",
    "web.worker",
]
SEED = 20261125
ROUNDS = 3 if LONG else 1


class Storm(threading.Thread):
    """Sends a signal to one role after another, each while it runs, whether or not the others are back."""

    def __init__(self, house: House, roles: Sequence[str], number: int, seed: int) -> None:
        super().__init__(name="storm", daemon=True)
        self._house = house
        self._roles = roles
        self._number = number
        self._chance = random.Random(seed)
        self._done = threading.Event()
        self.sent: dict[str, list[int]] = {}
        """Role -> the pids that were hit."""

    def run(self) -> None:
        try:
            for role in self._roles:
                pid = until(partial(self._pid, role), PATIENCE_S, f"{role} runs")
                self._done.wait(self._chance.uniform(0.1, 0.8))
                try:
                    os.kill(pid, self._number)
                except ProcessLookupError:
                    continue  # a neighbour's end took it along
                self.sent.setdefault(role, []).append(pid)
        finally:
            self._done.set()

    def _pid(self, role: str) -> int | None:
        pid: int | None = self._house.role(role)["pid"]
        return pid

    @property
    def is_over(self) -> bool:
        return self._done.is_set()


def in_rounds(roles: Sequence[str], rounds: int, seed: int) -> list[str]:
    """Every role once a round, each round in another order."""
    chance = random.Random(seed)
    return [role for _ in range(rounds) for role in chance.sample(list(roles), len(roles))]


def weather(newsroom: Newsroom, storm: Storm) -> float:
    """Push through a storm, at least PUSHES stories; returns the seconds from its end until all is well."""
    storm.start()
    while not storm.is_over or len(newsroom.stories) < PUSHES:
        newsroom.push_one()
        if len(newsroom.stories) >= PUSHES:
            storm.join(0.3)  # the rest of the storm needs no more than a story now and then
    storm.join()
    with since() as recovery:
        newsroom.house.wait_ready(PATIENCE_S)
        newsroom.settle()
    return recovery.seconds


def test_whoever_is_killed(newsroom: Newsroom) -> None:
    roles = [*STORES, *PROGRAMS]
    storm = Storm(newsroom.house, in_rounds(roles, ROUNDS, SEED), signal.SIGKILL, SEED)
    before = {role: newsroom.house.role(role)["restarts"] for role in roles}
    with Readers(newsroom) as readers:
        recovery = weather(newsroom, storm)
    hits = sum(map(len, storm.sent.values()))
    assert set(storm.sent) == set(roles)
    for role in roles:
        assert newsroom.house.role(role)["restarts"] > before[role]
    readers.until_counted()
    views = sum(readers.acknowledged.values())
    note(f"kill -9, {hits} times, every role", recovery, newsroom, f"{views} views counted once")
    assert not readers.errors
    assert newsroom.house.toasoan("dead", "list", "--json").stdout.strip() == "[]"


@pytest.mark.chaos
def test_everybody_is_restarted_in_turn(newsroom: Newsroom) -> None:
    storm = Storm(newsroom.house, in_rounds(PROGRAMS, 1, SEED), signal.SIGTERM, SEED)
    with Readers(newsroom) as readers:
        recovery = weather(newsroom, storm)
    assert set(storm.sent) == set(PROGRAMS)
    readers.until_counted()
    note("SIGTERM, every program in turn", recovery, newsroom)
    assert not readers.errors
