"""The readers' site as its own process, fed with events as its worker would apply them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

import httpx2
import pytest
from sqlalchemy import Engine

from shared.contracts.articles import ArticleState
from shared.contracts.envelope import Delivered, Envelope
from shared.contracts.events import ArticlePublished, ArticleWithdrawn, Event
from tests import loaded
from tests.servers import RedisServer, free_port
from tests.tables import migrated
from tests.wait import until
from toasoan.processes import die_with_parent

ROOT = Path(__file__).resolve().parents[3]
START = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
E = TypeVar("E", bound=Event)


def delivered(event: E, key: object, version: int = 1) -> Delivered[E]:
    """An event as the handler base gives it to web."""
    envelope = Envelope(event_id="e", key=str(key), version=version, occurred_at=time.time(), payload={})
    return Delivered(envelope, event)


def state(article_id: int, version: int = 1, **fields: Any) -> ArticleState:
    """A public article, a minute after the one with the id before."""
    at = START + timedelta(minutes=article_id)
    known = {
        "id": article_id,
        "version": version,
        "status": "published",
        "title": f"Bài số {article_id}",
        "slug": f"bai-so-{article_id}",
        "summary": f"Tóm tắt {article_id}",
        "body": f"<p>Nội dung bài {article_id}.</p>",
        "section_slug": "thoi-su",
        "section_name": "Thời sự",
        "published_at": at,
        "first_published_at": at,
        "updated_at": at,
    }
    return ArticleState(**{**known, **fields})


def published(article: ArticleState) -> Delivered[ArticlePublished]:
    return delivered(ArticlePublished(article=article), article.id, article.version)


def withdrawn(
    article_id: int, version: int, kind: Literal["withdrawn", "unpublished"] = "withdrawn"
) -> Delivered[ArticleWithdrawn]:
    event = ArticleWithdrawn(
        article_id=article_id, version=version, reason_kind=kind, section_slug="thoi-su", at=datetime.now(UTC)
    )
    return delivered(event, article_id, version)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_engine(request: pytest.FixtureRequest) -> Engine:
    """Web's engine on an empty, migrated database."""
    if request.param == "postgres":
        request.getfixturevalue("postgres")
    return migrated("web")


class Site:
    """A running web process; `tell` applies events to its read model."""

    def __init__(self, log: Path) -> None:
        self.engine = migrated("web")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx2.Client(base_url=self.url, timeout=20, trust_env=False)
        self._log = log
        self.process: loaded.Forked | None = None
        self._environment: dict[str, str] | None = None

    def start(self, **environment: str) -> "Site":
        """Where it was ended: once more as it was."""
        if self._environment is None:
            self._environment = {**os.environ, "TOASOAN_WEB_PORT": str(self.port)}
        self.process = loaded.start("services.web.app", {**self._environment, **environment}, self._log)
        until(lambda: self.client.get("/readyz").status_code == 200, 60, "web is ready")
        return self

    def tell(self, apply: Any, *events: Delivered[Any]) -> None:
        """Apply events (services.web.store functions) and hint, as web's worker does."""
        from services.web.tasks import HINT
        from shared.hints import send_hint

        apply(self.engine, list(events))
        send_hint(HINT)

    def get(self, path: str, **arguments: Any) -> httpx2.Response:
        return self.client.get(path, **arguments)

    def until(self, path: str, text: str, status: int = 200) -> httpx2.Response:
        """Wait until a page answers `status` and holds `text`."""

        def shown() -> httpx2.Response | None:
            answer = self.get(path)
            return answer if answer.status_code == status and text in answer.text else None

        found = until(shown, 20, f"{path} shows {text!r}")
        assert isinstance(found, httpx2.Response)
        return found

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def close(self) -> None:
        self.client.close()
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


@pytest.fixture
def site(tmp_path: Path, broker: RedisServer, counters_redis: RedisServer) -> Iterator[Site]:
    """The site on SQLite with both Redis servers."""
    made = Site(tmp_path / "web.log")
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends is believed to be who the proxy says."""
    monkeypatch.setenv("TOASOAN_TRUSTED_PROXIES", "127.0.0.1")


@pytest.fixture
def start_worker() -> Iterator[Callable[[], None]]:
    """Starts a worker of ingest."""
    started = []

    def start() -> None:
        command = [sys.executable, "-m", "services.ingest.worker"]
        started.append(subprocess.Popen(command, cwd=ROOT, preexec_fn=die_with_parent(os.getpid())))

    yield start
    for process in started:
        process.kill()
        process.wait(10)
