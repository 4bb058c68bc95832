"""A line that is cut so that neither end hears of it: whoever speaks or listens on it finds out by itself."""

import threading
import time
from collections.abc import Iterator

import pytest
import redis

from shared.ask import Asker
from shared.celery_factory import make_celery
from shared.contracts.commands import ListSearchVersions, VersionsAnswer
from shared.hints import listen, send_hint
from shared.redis_client import redis_client
from tests.conftest import forget_settings
from tests.contract.shared.conftest import Sample, envelope
from tests.servers import RedisServer
from tests.swallow import Swallower
from tests.wait import until

# What is waited for at most, with a busy machine's share; a line that nobody looks after is silent for hours.
_FOUND_S = 60


@pytest.fixture
def cable(counters_redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Swallower]:
    with Swallower(str(counters_redis.socket)) as made:
        monkeypatch.setenv("TOASOAN_REDIS_URL", f"redis://127.0.0.1:{made.port}/0")
        forget_settings()
        yield made


def test_a_command_ends(cable: Swallower) -> None:
    assert redis_client().ping()
    cable.swallow()
    cable.cut = True
    began = time.monotonic()
    with pytest.raises(redis.RedisError):
        redis_client().get("a")
    assert time.monotonic() - began < _FOUND_S


def test_who_listens_for_hints_listens_anew(cable: Swallower) -> None:
    came: list[bytes] = []
    halt = threading.Event()
    listen("silence", came.append, halt)
    try:
        until(lambda: send_hint("silence", b"1"), 20, "it listens")
        until(lambda: came, 20, "the hint came")
        cable.swallow()
        until(lambda: send_hint("silence", b"2") and b"2" in came, _FOUND_S, "it listens anew")
    finally:
        halt.set()


def test_who_waits_for_answers_listens_anew(cable: Swallower, counters_redis: RedisServer, broker: RedisServer) -> None:
    asker = Asker(make_celery("tests")).start()
    answer = VersionsAnswer(versions=((1, 2),)).model_dump_json()

    def answered() -> bool:
        """As whoever answers does: on the channel of the question."""
        with counters_redis.client() as client:
            question = asker._put(ListSearchVersions(after=0, limit=1), 5.0)
            client.publish(f"ts:answer:{question.id}", answer)
            try:
                return question.answer.result(1.0) == answer.encode()
            except TimeoutError:
                return False
            finally:
                asker._settle(question)

    try:
        until(answered, 20, "an answer is heard")
        cable.swallow()
        until(answered, _FOUND_S, "an answer is heard on a new line")
    finally:
        asker.close()


def test_a_worker_that_waits_for_messages_waits_anew(
    broker: RedisServer, counters_redis: RedisServer, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    with Swallower(str(broker.socket)) as cable:
        monkeypatch.setenv("TOASOAN_BROKER_URL", f"redis://127.0.0.1:{cable.port}/0")
        forget_settings()
        sample: Sample = request.getfixturevalue("sample")
        sample.send(envelope(1))
        until(lambda: "1 1" in sample.handled, 30, "the worker works")
        cable.swallow()
        sample.send(envelope(2))
        until(lambda: "2 1" in sample.handled, _FOUND_S, "it works again")
