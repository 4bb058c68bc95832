"""The outbox and its relay on a real broker: published if and only if committed, whatever dies in between."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from kombu.exceptions import OperationalError
from sqlalchemy import Engine, MetaData, func, select, update

from shared import outbox
from shared.broker import message_count
from shared.celery_factory import publisher
from shared.contracts.articles import Contract
from shared.contracts.envelope import BATCH_BYTES, BATCH_EVENTS
from shared.contracts.events import ArticlePublished, SectionSaved
from shared.contracts.queues import Queue
from shared.database import engine, read, write
from shared.outbox import BULK_QUEUE_LENGTH, Pointer, Relay, add, outbox_table
from tests.contract.shared.conftest import ROOT, article, messages
from tests.servers import RedisServer
from tests.wait import until

METADATA = MetaData()
TABLE = outbox_table(METADATA)
PADDING = 0
PROGRAM = str(Path(__file__).with_name("relay_process.py"))


def build(kind: str, pointers: Sequence[Pointer]) -> dict[Pointer, Contract | bytes | None]:
    """Payloads as ingest makes them; key 9404 speaks of nothing any more."""

    def one(key: str, version: int) -> Contract | None:
        if key == "9404":
            return None
        if kind == SectionSaved.kind:
            return SectionSaved(id=int(key), version=version, slug="kinh-te", name="Kinh tế")
        return ArticlePublished.model_validate(article(int(key), version, title="x" * PADDING))

    return {pointer: one(*pointer) for pointer in pointers}


def make_relay() -> Relay:
    source = engine("tests")
    METADATA.create_all(source)
    return Relay("tests", source, TABLE, publisher("tests"), build)


@pytest.fixture
def source(broker: RedisServer, counters_redis: RedisServer) -> Engine:
    made = engine("tests")
    METADATA.create_all(made)
    return made


def note(source: Engine, *pointers: tuple[str | int, int], **options: Any) -> None:
    with write(source) as connection:
        add(connection, TABLE, options.pop("event", ArticlePublished), pointers, **options)


def rows(source: Engine) -> int:
    with read(source) as connection:
        return int(connection.execute(select(func.count()).select_from(TABLE)).scalar_one())


def events(broker: RedisServer, queue: Queue = Queue.page) -> list[tuple[str, int]]:
    """(key, version) in a queue, in its order."""
    return [(one["key"], one["version"]) for _, arguments in messages(broker, queue) for one in arguments["events"]]


def test_what_was_rolled_back_is_never_published(source: Engine, broker: RedisServer) -> None:
    with pytest.raises(ZeroDivisionError), write(source) as connection:
        add(connection, TABLE, ArticlePublished, [(1, 1)])
        raise ZeroDivisionError
    assert make_relay().run_once() == 0
    assert events(broker) == []


def test_each_subscriber_gets_the_newest_version_in_few_messages(source: Engine, broker: RedisServer) -> None:
    note(source, *((number, 1) for number in range(BATCH_EVENTS + 20)))
    note(source, (7, 3), (7, 2), ("9404", 1))
    relay = make_relay()
    while relay.run_once():
        pass
    for queue in (Queue.page, Queue.index, Queue.count):
        assert len(messages(broker, queue)) == 2
        told = events(broker, queue)
        assert len(told) == BATCH_EVENTS + 20
        assert ("7", 3) in told
        assert ("9404", 1) not in told
    assert rows(source) == 0
    assert relay.observe() == (0, 0.0)


def test_large_events_travel_in_smaller_batches(
    source: Engine, broker: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "PADDING", BATCH_BYTES // 3)
    note(source, *((number, 1) for number in range(6)), queues=[Queue.page])
    make_relay().run_once()
    assert [len(arguments["events"]) for _, arguments in messages(broker, Queue.page)] == [2, 2, 2]


def test_bulk_waits_for_room_and_news_pass_it(source: Engine, broker: RedisServer) -> None:
    # Batches of one kind are 100 events: 10 of them wait.
    note(source, *((number, 1) for number in range(10 * BATCH_EVENTS)), queues=[Queue.page], bulk=True)
    relay = make_relay()
    for _ in range(20):
        relay.run_once()
    held = len(messages(broker, Queue.page))
    assert BULK_QUEUE_LENGTH <= held < 10
    note(source, (5000, 1), queues=[Queue.page])
    relay.run_once()
    assert events(broker)[-1] == ("5000", 1)
    assert len(messages(broker, Queue.page)) == held + 1
    assert message_count(publisher("tests"), Queue.page) == held + 1
    with broker.client() as client:
        client.delete("ts:page")
    relay.run_once()
    assert events(broker)


def test_a_broker_that_is_away_keeps_nothing_from_being_sent_later(source: Engine, broker: RedisServer) -> None:
    relay = make_relay()
    note(source, (1, 1))
    broker.kill()
    with pytest.raises((OperationalError, OSError)):
        relay.run_once()
    assert relay.observe()[0] == 3
    broker.start()

    def sent() -> bool:
        relay.run_once()
        return rows(source) == 0

    until(sent, 30)
    assert events(broker) == [("1", 1)]


def test_a_relay_killed_between_publishing_and_marking_causes_only_a_duplicate(
    source: Engine, broker: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(source, (1, 1), (2, 1), queues=[Queue.page])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, PROGRAM, "die"], env=environment, check=False).returncode == 9
    assert events(broker) == [("1", 1), ("2", 1)]
    assert rows(source) == 2
    relay = make_relay()
    assert relay.run_once() == 0  # the dead one still has its lease
    monkeypatch.setattr(time, "time", lambda real=time.time: real() + outbox.LEASE_SECONDS + 1)
    assert relay.run_once() == 2
    assert events(broker) == [("1", 1), ("2", 1)] * 2
    assert rows(source) == 0


@pytest.mark.parametrize("bulk", [False, True])
def test_what_a_later_release_wrote_waits_for_it_and_holds_nothing_up(
    source: Engine, broker: RedisServer, bulk: bool
) -> None:
    """After going back to the release before."""
    note(source, *((n, 1) for n in range(outbox.CLAIM_ROWS)), queues=[Queue.page], bulk=bulk)
    with write(source) as connection:
        connection.execute(update(TABLE).values(kind="of_a_later_release"))
    note(source, (7, 1))
    relay = make_relay()
    assert relay.run_once() == 3
    assert events(broker) == [("7", 1)]
    assert (relay.run_once(), rows(source)) == (0, outbox.CLAIM_ROWS)


def test_two_relays_lose_nothing_and_do_not_repeat_each_other(source: Engine, broker: RedisServer) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    note(source, *((number, 1) for number in range(3000)), queues=[Queue.page])
    other = subprocess.Popen([sys.executable, PROGRAM], env=environment)
    relay = make_relay()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            while rows(source):
                relay.run_once()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert other.wait(60) == 0
    assert failures == []
    told = sorted(int(key) for key, _ in events(broker))
    assert told == list(range(3000))


def test_a_change_wakes_the_relay_before_its_poll(source: Engine) -> None:
    relay, halt = make_relay(), threading.Event()
    relay.listen(halt)

    def woken() -> bool:
        outbox.wake("tests")
        began = time.monotonic()
        relay.awake.wait(12)
        relay.awake.clear()
        return time.monotonic() - began < 8

    try:
        # The first hint may be sent before the line is open.
        assert woken() or woken() or woken()
    finally:
        halt.set()
