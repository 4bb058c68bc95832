"""A sample worker under the house's own handler base, restarted when it dies, and a look into its queues."""

import base64
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from shared.celery_factory import make_celery, publish
from shared.contracts.queues import Queue
from shared.settings import get_settings
from tests.contract.shared import sample_worker
from tests.servers import RedisServer
from tests.wait import until
from toasoan.processes import die_with_parent

ROOT = Path(__file__).resolve().parents[3]


def article(id_: int, version: int = 1, title: str = "Tin") -> dict[str, Any]:
    """The payload of `article_published`."""
    state = {"id": id_, "version": version, "status": "published", "title": title, "slug": "tin"}
    state |= {"section_slug": "kinh-te", "section_name": "Kinh tế", "updated_at": "2026-01-01T00:00:00Z"}
    return {"article": state}


def envelope(id_: int, version: Any = 1, title: str = "Tin", **changes: Any) -> dict[str, Any]:
    return {
        "event_id": uuid4().hex,
        "schema_version": 1,
        "key": str(id_),
        "version": version,
        "occurred_at": time.time(),
        "payload": article(id_, title=title),
        **changes,
    }


class Sample:
    """The worker, and what it left behind."""

    def __init__(self, folder: Path, broker: RedisServer) -> None:
        folder.mkdir()
        self.folder = folder
        self.broker = broker
        self.app = make_celery("tests")
        self.deaths: list[int] = []
        self.process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> "Sample":
        self._keeper.start()
        until((get_settings().run_dir / "sample.json").exists, 30, "the worker is ready")
        return self

    def _keep(self) -> None:
        while not self._stopping.is_set():
            self.process = subprocess.Popen(
                [sys.executable, sample_worker.__file__, str(self.folder)],
                env={**os.environ, "PYTHONPATH": str(ROOT), "TOASOAN_SOLE_CONSUMER": "sample"},
                stderr=(self.folder / "log").open("ab"),
            )
            self.deaths.append(self.process.wait())

    def close(self) -> None:
        self._stopping.set()
        while self._keeper.is_alive():
            if self.process:
                self.process.kill()
            self._keeper.join(0.2)

    def is_waiting(self) -> bool:
        """Whether the worker's question for the next message is open."""
        with self.broker.client() as client:
            return any("b" in str(connection["flags"]) for connection in client.client_list())

    def send(self, *events: dict[str, Any], queue: Queue = Queue.page) -> None:
        arguments = {"events": list(events), "sent_at": time.time()}
        publish(self.app, "web.article_published", queue, arguments)

    @property
    def handled(self) -> list[str]:
        try:
            return (self.folder / "handled").read_text().split("\n")[:-1]
        except FileNotFoundError:
            return []

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def dead(self) -> list[dict[str, Any]]:
        """The dead letters on their way to ingest."""
        return [arguments["message"] for task, arguments in messages(self.broker, Queue.dead) if "dead_letter" in task]


def messages(broker: RedisServer, queue: Queue) -> list[tuple[str, dict[str, Any]]]:
    """(task, keyword arguments) of what waits in a queue, oldest first; it stays there."""
    found = []
    with broker.client() as client:
        for raw in reversed(client.lrange(f"ts:{queue.value}", 0, -1)):
            message = orjson.loads(raw)
            body = base64.b64decode(message["body"])
            if message["headers"].get("compression") == "application/x-gzip":
                body = zlib.decompress(body)
            found.append((message["headers"]["task"], orjson.loads(body)[1]))
    return found


@pytest.fixture
def sample(broker: RedisServer, counters_redis: RedisServer, tmp_path: Path) -> Iterator[Sample]:
    made = Sample(tmp_path / "sample", broker)
    try:
        yield made.start()
    finally:
        made.close()


__all__ = ["ROOT", "Sample", "article", "die_with_parent", "envelope", "messages", "signal"]
