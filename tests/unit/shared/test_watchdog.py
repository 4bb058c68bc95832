"""When a worker leaves because it gets nothing any more, and when it does not."""

import time

import pytest

from shared import watchdog as watchdog_module
from shared.celery_factory import make_celery
from shared.contracts.queues import Queue
from shared.watchdog import Watchdog

LATER = watchdog_module.DEAF_SECONDS + 1


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the broker says is waiting: the last number."""
    lengths = [3]
    monkeypatch.setattr(watchdog_module, "message_count", lambda _app, _queue: lengths[-1])
    return lengths


@pytest.fixture
def watchdog() -> Watchdog:
    return Watchdog("search.index", make_celery("search"), [Queue.index], lambda: True)


def test_a_worker_that_gets_none_of_what_waits_leaves(watchdog: Watchdog, waiting: list[int]) -> None:
    now = time.monotonic()
    assert not watchdog._is_deaf(now + 1)  # not idle for long enough to look
    assert not watchdog._is_deaf(now + LATER)  # they may have come just now
    assert not watchdog._is_deaf(now + LATER + 1)
    assert watchdog._is_deaf(now + 2 * LATER)


def test_a_worker_that_gets_something_stays(watchdog: Watchdog, waiting: list[int]) -> None:
    now = time.monotonic()
    assert not watchdog._is_deaf(now + LATER)
    watchdog.begin("task")
    assert not watchdog._is_deaf(now + 2 * LATER)
    watchdog.end("task")
    assert not watchdog._is_deaf(now + 2 * LATER)  # counted from here on


def test_an_empty_queue_is_no_sign(watchdog: Watchdog, waiting: list[int]) -> None:
    now = time.monotonic()
    assert not watchdog._is_deaf(now + LATER)
    waiting.append(0)
    assert not watchdog._is_deaf(now + 2 * LATER)
    waiting.append(3)
    assert not watchdog._is_deaf(now + 3 * LATER)
