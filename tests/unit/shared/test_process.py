"""When a worker leaves because it gets nothing any more, and when it does not."""

import time

import pytest

from shared import broker, process
from shared.celery_factory import make_celery
from shared.contracts.queues import Queue

LATER = process.DEAF_SECONDS + 1


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the broker says is waiting: the last number."""
    lengths = [3]
    monkeypatch.setattr(broker, "message_count", lambda _app, _queue: lengths[-1])
    return lengths


@pytest.fixture
def guard() -> process._Guard:
    return process._Guard("search.index", make_celery("search"), [Queue.index], lambda: True)


def test_a_worker_that_gets_none_of_what_waits_leaves(guard: process._Guard, waiting: list[int]) -> None:
    now = time.monotonic()
    assert not guard._is_deaf(now + 1)  # not idle for long enough to look
    assert not guard._is_deaf(now + LATER)  # they may have come just now
    assert not guard._is_deaf(now + LATER + 1)
    assert guard._is_deaf(now + 2 * LATER)


def test_a_worker_that_gets_something_stays(guard: process._Guard, waiting: list[int]) -> None:
    now = time.monotonic()
    assert not guard._is_deaf(now + LATER)
    guard.begin("task")
    assert not guard._is_deaf(now + 2 * LATER)
    guard.end("task")
    assert not guard._is_deaf(now + 2 * LATER)  # counted from here on


def test_an_empty_queue_is_no_sign(guard: process._Guard, waiting: list[int]) -> None:
    now = time.monotonic()
    assert not guard._is_deaf(now + LATER)
    waiting.append(0)
    assert not guard._is_deaf(now + 2 * LATER)
    waiting.append(3)
    assert not guard._is_deaf(now + 3 * LATER)
