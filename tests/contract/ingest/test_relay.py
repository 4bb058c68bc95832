"""The relay process: what was committed reaches the broker, and the clock is kept, whatever is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import reading
from services.ingest.articles.store.articles import save_article
from services.ingest.articles.versions import Saved
from services.ingest.events import build_from
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.tables import outbox
from shared.celery_factory import make_celery
from shared.contracts.events import ArticlePublished
from shared.database import read
from shared.settings import get_settings
from tests.contract.ingest.base import EDITOR, STORY, migrated
from tests.plans import scanned
from tests.servers import RedisServer
from tests.wait import until


class RelayProcess:
    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        run_dir = get_settings().run_dir
        (run_dir / "ingest.relay.json").unlink(missing_ok=True)
        self._process = subprocess.Popen([sys.executable, "-m", "services.ingest.relay"], env=dict(os.environ))
        until((run_dir / "ingest.relay.json").exists, 30, "the relay is ready")

    def stop(self, number: int = signal.SIGKILL) -> int:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self._process.wait(15)


@pytest.fixture
def relay(broker: RedisServer, counters_redis: RedisServer) -> Iterator[RelayProcess]:
    made = RelayProcess()
    yield made
    made.stop()


@pytest.fixture
def store(relay: RelayProcess) -> Engine:
    return migrated()


def save(store: Engine, **fields: Any) -> Saved:
    return save_article(store, read_fields(ArticleInput, {**STORY, **fields}), EDITOR)


def waiting(store: Engine) -> int:
    with read(store) as connection:
        return int(connection.execute(select(func.count()).select_from(outbox)).scalar_one())


def messages(queue: str) -> list[tuple[str, int]]:
    """(kind, version) of every article event in a queue, which is empty afterwards."""
    found: list[tuple[str, int]] = []
    app = make_celery("tests")
    with app.connection_for_read() as connection, connection.SimpleQueue(app.amqp.queues[queue]) as simple:
        while True:
            try:
                message = simple.get(block=False)
            except simple.Empty:
                return found
            _, arguments, _ = message.payload
            kind = message.headers["task"].partition(".")[2]
            found += [(kind, event["version"]) for event in arguments.get("events", []) if kind.startswith("article")]
            message.ack()


def test_committed_changes_reach_every_subscriber(relay: RelayProcess, store: Engine) -> None:
    relay.start()
    save(store)
    until(lambda: waiting(store) == 0, 10, "the outbox is empty")
    for queue in ("page", "index", "count"):
        assert messages(queue) == [("article_published", 1)]
    assert relay.stop(signal.SIGTERM) == 0


def test_nothing_is_lost_while_broker_or_relay_are_away(
    relay: RelayProcess, store: Engine, broker: RedisServer
) -> None:
    relay.start()
    broker.kill()
    saved = save(store)
    relay.stop()
    save(store, external_id="other")
    broker.start()
    relay.start()
    until(lambda: waiting(store) == 0, 30, "the outbox is empty")
    assert saved.id
    assert messages("page").count(("article_published", 1)) == 2


def test_scheduled_story_goes_out_once_with_the_scheduler_killed_in_between(relay: RelayProcess, store: Engine) -> None:
    relay.start()
    due = datetime.now(UTC) + timedelta(seconds=2)
    saved = save(store, published_at=due.isoformat())
    relay.stop()
    relay.start()
    until(lambda: reading.article(store, saved.id)["status"] == "published", 20)
    shown = reading.history(store, saved.id)[0]
    assert (shown.version, shown.actor) == (2, "scheduler")
    # It had to come back first; once there, it is not later than a tick.
    assert shown.at >= due
    until(lambda: waiting(store) == 0, 10, "the outbox is empty")
    assert messages("page") == [("article_published", 2)]


def test_what_goes_out_together_is_found_without_reading_all_revisions() -> None:
    store = migrated()
    saved = [save(store, external_id=f"e-{number}", title=f"Bài {number}") for number in range(6)]
    save(store, external_id="e-0", title="Bài 0, sửa")
    pointers = [(str(one.id), 1) for one in saved[:3]] + [(str(saved[0].id), 2)]
    with scanned(store) as tables:
        payloads = build_from(store, ArticlePublished.kind, pointers)
    assert {key: isinstance(payload, bytes) and b"s\xe1\xbb\xada" in payload for key, payload in payloads.items()} == {
        (str(saved[0].id), 1): False,
        (str(saved[1].id), 1): False,
        (str(saved[2].id), 1): False,
        (str(saved[0].id), 2): True,
    }
    assert not tables
