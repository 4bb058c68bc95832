"""A process that is alive and stands still: the supervisor puts another in its place, and nothing is lost."""

import signal

import pytest

from tests.chaos import PUSHES, note, since
from tests.newsroom import PATIENCE_S, Newsroom, Readers
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.timeout(600)]

ROLES = [
    "ingest.worker",
    "web.worker",
    "search.index",
    "counter.worker",
    "web.http",
    "ingest.http",
    "redis.broker",
    "redis.counters",
]


@pytest.mark.chaos
@pytest.mark.parametrize("role", ROLES)
def test_a_frozen_process_is_replaced(newsroom: Newsroom, role: str) -> None:
    house = newsroom.house
    newsroom.push(2)
    newsroom.settle()
    with Readers(newsroom) as readers:
        frozen = house.signal_role(role, signal.SIGSTOP)
        with since() as recovery:
            newsroom.push(PUSHES // 4)
            row = until(
                lambda: (now := house.role(role))["pid"] not in (None, frozen) and now["ready"] and now,
                PATIENCE_S,
                f"another {role} works",
                interval_s=0.3,
            )
            newsroom.settle()
    assert row["restarts"] >= 1
    assert f"{role} stands still, killing it" in house.log
    readers.until_counted()
    note(f"SIGSTOP {role}", recovery.seconds, newsroom)
    assert not readers.errors


def test_a_message_that_died_with_its_worker_is_sent_again(newsroom: Newsroom) -> None:
    """Redis gives a message away before the worker can note that it has it: killed in between, it is on no list."""
    house = newsroom.house
    newsroom.push(2)
    newsroom.settle()
    house.signal_role("search.index", signal.SIGSTOP)
    newsroom.push(2)
    for story in newsroom.stories:
        house.until_page(story.url, story.word, deadline_s=PATIENCE_S)  # it has left the outbox
    with since() as recovery:
        house.signal_role("search.index", signal.SIGKILL)
        newsroom.settle()
    note("kill -9 search.index with a message in hand", recovery.seconds, newsroom)
