"""Search's real processes, and the queues and questions around them."""

import base64
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from shared.ask import Asker, NoAnswer
from shared.celery_factory import make_celery
from shared.contracts.articles import ArticleState
from shared.contracts.commands import ListSearchVersions, SearchAnswer, SearchArticles
from shared.contracts.events import (
    ArticlePublished,
    ArticleSaved,
    ArticleWithdrawn,
    Event,
    SearchRule,
    SearchRulesChanged,
)
from shared.publishing import send_all
from tests.servers import RedisServer
from toasoan.processes import die_with_parent

ROOT = Path(__file__).resolve().parents[3]
AT = datetime(2023, 1, 9, 10, 59, tzinfo=UTC)


class Process:
    """A process of the house that can be killed and started again."""

    def __init__(self, command: Sequence[str], log: Path, sole: str = "") -> None:
        self._command = [sys.executable, "-m", *command]
        self._log = log
        self.environment = {**os.environ, **({"TOASOAN_SOLE_CONSUMER": sole} if sole else {})}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Process":
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(os.getpid()),
            )
        return self

    def by_clock(self, seconds: int) -> None:
        """Start it as on a host whose clock is so far ahead."""
        self._command = ["faketime", "-f", f"{seconds:+d}s", *self._command]
        self.environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(10)

    def stop(self) -> int:
        assert self.process
        self.process.terminate()
        return self.process.wait(25)

    def wait(self, seconds: float) -> int:
        assert self.process
        return self.process.wait(seconds)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""


class SearchHouse:
    """The indexing and the answering process; `start` what a test needs."""

    def __init__(self, broker: RedisServer, folder: Path) -> None:
        self._broker = broker
        self._folder = folder
        self._app = make_celery("ingest")
        self._asker = Asker(self._app).start()
        self.index = self.program("index", "services.search.worker", "index", sole="search.index")
        self.query = self.program("query", "services.search.worker", "query", sole="search.query")
        self._started: list[Process] = [self.index, self.query]

    def set(self, name: str, value: str) -> None:
        """Of the processes that are started from now on."""
        for process in self._started:
            process.environment[name] = value

    def program(self, name: str, *command: str, sole: str = "") -> Process:
        return Process(command, self._folder / f"{name}.log", sole)

    def command(self, *arguments: str) -> Process:
        """`toasoan …`, started."""
        process = self.program("command", "toasoan", *arguments).start()
        self._started.append(process)
        return process

    def close(self) -> None:
        self._asker.close()
        for process in self._started:
            process.kill()

    # ------------------------------------------------------------ what the other services say and ask

    def publish(self, *articles: ArticleState) -> None:
        self._send([(ArticlePublished(article=one), one.id, one.version) for one in articles])

    def save(self, *articles: ArticleState) -> None:
        self._send([(ArticleSaved(article=one), one.id, one.version) for one in articles])

    def say(self, version: int, *rules: SearchRule) -> None:
        """What editors say of readers' words."""
        self._send([(SearchRulesChanged(version=version, rules=rules), 1, version)])

    def withdraw(self, article_id: int, version: int) -> None:
        event = ArticleWithdrawn(
            article_id=article_id, version=version, reason_kind="withdrawn", section_slug="thoi-su", at=AT
        )
        self._send([(event, article_id, version)])

    def _send(self, events: list[tuple[Event, str | int, int]]) -> None:
        send_all(self._app, events)

    def ask(self, q: str, timeout: float = 10, **more: object) -> SearchAnswer:
        answer = self._asker.ask_sync(SearchArticles.model_validate({"q": q, **more}), timeout)
        assert isinstance(answer, SearchAnswer)
        return answer

    def answers(self, q: str = "", timeout: float = 1) -> bool:
        try:
            self.ask(q, timeout)
            return True
        except NoAnswer:
            return False

    def versions(self) -> dict[int, int]:
        return dict(self._asker.ask_sync(ListSearchVersions(limit=20_000), 10).versions)

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Payloads of this kind on web's queue, oldest first."""
        found = []
        with self._broker.client() as client:
            for raw in reversed(client.lrange("ts:page", 0, -1)):
                message = orjson.loads(raw)
                if message["headers"]["task"] == f"web.{kind}":
                    _args, kwargs, _embed = orjson.loads(base64.b64decode(message["body"]))
                    found += [event["payload"] for event in kwargs["events"]]
        return found


def state(number: int, title: str, body: str = "", version: int = 1, **fields: object) -> ArticleState:
    values: dict[str, object] = {
        "id": number,
        "version": version,
        "status": "published",
        "title": title,
        "slug": "bai",
        "body": body,
        "section_slug": "thoi-su",
        "section_name": "Thời sự",
        "published_at": AT,
        "updated_at": AT,
        **fields,
    }
    return ArticleState.model_validate(values)
