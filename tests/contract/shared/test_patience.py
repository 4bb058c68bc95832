"""How long a message stays with a worker whose store is away."""

from collections.abc import Callable, Iterator

import pytest

from shared import clock as house_clock
from shared import handler
from shared.away import Unavailable
from shared.celery_factory import TASK_SECONDS, make_celery
from shared.contracts.envelope import Delivered
from shared.contracts.events import ArticlePublished
from tests.contract.shared.conftest import envelope
from tests.servers import RedisServer

Events = list[Delivered[ArticlePublished]]


class Clock(house_clock.Host):
    """It goes on only while a handler sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Iterator[Clock]:
    made = Clock()
    house_clock.pass_by(made)
    yield made
    house_clock.pass_by(house_clock.Host())


def handed_over(function: Callable[[Events], None]) -> str:
    """What became of a message of three events."""
    task = handler.handles(make_celery("tests"), ArticlePublished, "web")(function)
    return str(task.apply(kwargs={"events": [envelope(number) for number in (1, 2, 3)]}).state)


@pytest.mark.parametrize("answer_s", [0.0, 9.0, 25.0])
def test_a_store_that_takes_its_time_to_say_no_gets_no_more_of_it(
    clock: Clock, counters_redis: RedisServer, answer_s: float
) -> None:
    """Else the watchdog would end the worker, and five times so is a dead letter."""

    def slowly_away(_events: Events) -> None:
        clock.sleep(answer_s)
        raise Unavailable("the store is away")

    began = clock.now
    assert handed_over(slowly_away) == "REJECTED"
    assert clock.now - began <= handler.WAIT_SECONDS + answer_s < TASK_SECONDS


def test_the_events_of_a_message_share_its_time(clock: Clock, counters_redis: RedisServer) -> None:
    tried = []

    def one_by_one(events: Events) -> None:
        tried.append(len(events))
        if len(events) > 1:
            raise ValueError("one of them is wrong")
        clock.sleep(11)
        if len(tried) % 2:
            raise Unavailable("the store is away")

    began = clock.now
    assert handed_over(one_by_one) == "REJECTED"
    assert clock.now - began <= handler.WAIT_SECONDS + 2 * 11
