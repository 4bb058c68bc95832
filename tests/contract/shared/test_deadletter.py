"""Dead letters: kept once, found, put back where they came from, or dropped."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData

from shared import deadletter
from shared.celery_factory import publisher
from shared.contracts.commands import StoreDeadLetter
from shared.contracts.queues import Queue
from shared.database import engine, write
from shared.deadletter import dead_letter_table
from shared.publishing import bury
from tests.contract.shared.conftest import Sample, envelope, messages
from tests.servers import RedisServer
from tests.wait import until

METADATA = MetaData()
TABLE = dead_letter_table(METADATA)


@pytest.fixture
def source() -> Engine:
    made = engine("tests")
    METADATA.create_all(made)
    return made


def letter(id_: str, **changes: Any) -> StoreDeadLetter:
    fields: dict[str, object] = {"id": id_, "service": "web", "task": "web.article_published", "source_queue": "page"}
    fields |= {"message": {"events": [envelope(1)]}, "error": "ValueError: x", "attempts": 5, "at": datetime.now(UTC)}
    return StoreDeadLetter.model_validate(fields | changes)


def keep(source: Engine, *letters: StoreDeadLetter) -> None:
    for one in letters:
        with write(source) as connection:
            deadletter.store(connection, TABLE, one)


def test_a_letter_is_kept_once_however_often_it_comes(source: Engine) -> None:
    one = letter("a1")
    keep(source, one, one, one)
    assert deadletter.depth(source, TABLE) == 1
    found = deadletter.find(source, TABLE, "a")
    assert found is not None
    assert found.message == one.message
    assert found.error == "ValueError: x"


def test_a_name_that_fits_two_letters_finds_none(source: Engine) -> None:
    keep(source, letter("a1"), letter("a2"), letter("b%"))
    assert deadletter.find(source, TABLE, "a") is None
    assert deadletter.find(source, TABLE, "%") is None
    assert deadletter.find(source, TABLE, "a2") is not None


def test_replaying_puts_the_message_back_and_it_is_handled(source: Engine, sample: Sample) -> None:
    keep(source, letter("a1", message={"events": [envelope(7)]}))
    assert deadletter.replay(publisher("ingest"), source, TABLE, "a1")
    until(lambda: sample.handled == ["7 1"], 20)
    assert deadletter.depth(source, TABLE) == 0
    assert not deadletter.replay(publisher("ingest"), source, TABLE, "gone")


def test_a_broker_that_is_away_keeps_the_letter(source: Engine, broker: RedisServer) -> None:
    keep(source, letter("a1"))
    broker.kill()
    with pytest.raises(Exception, match=r"(?i)connect|socket|file"):
        deadletter.replay(publisher("ingest"), source, TABLE, "a1")
    assert deadletter.depth(source, TABLE) == 1


def test_what_never_had_a_handler_cannot_be_replayed(source: Engine, broker: RedisServer) -> None:
    keep(source, letter("a1", source_queue="dead", task="?", message={"raw": "garbage"}))
    assert not deadletter.replay(publisher("ingest"), source, TABLE, "a1")
    assert messages(broker, Queue.dead) == []
    assert deadletter.depth(source, TABLE) == 1
    assert deadletter.drop(source, TABLE, "a1")
    assert deadletter.depth(source, TABLE) == 0
    assert not deadletter.drop(source, TABLE, "a1")


def test_burying_names_the_error_and_bounds_it(broker: RedisServer) -> None:
    bury(publisher("web"), "web", "web.x", "page", {"events": []}, ValueError("ngắn" * 5000), 5)
    ((task, arguments),) = messages(broker, Queue.dead)
    assert task == "ingest.store_dead_letter"
    assert arguments["message"]["error"].startswith("ValueError: ngắn")
    assert len(arguments["message"]["error"]) == 4000
