"""Ingest's store on both databases, and its API as a real server."""

import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

import httpx2
import pytest
import uvicorn
from sqlalchemy import Engine, Table, event

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store.articles import save_article
from services.ingest.articles.versions import Saved
from services.ingest.desk_kit import presence
from services.ingest.kit import tries
from services.ingest.kit.actors import Actor
from services.ingest.kit.json_input import read_fields
from services.ingest.tables import FEATURES
from shared import limits
from tests.contract.ingest.base import EDITOR, STORY, migrated
from tests.contract.ingest.desk import desk
from tests.contract.ingest.newsroom import newsroom
from tests.contract.ingest.outside import fetcher, outside
from tests.wait import until

__all__ = ["desk", "fetcher", "newsroom", "outside"]

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Engine:
    """Ingest's engine on an empty, migrated database."""
    if request.param == "postgres":
        request.getfixturevalue("postgres")
    return migrated()


@pytest.fixture(autouse=True)
def nobody_has_been_here() -> None:
    """What this process remembers where there is no Redis: articles of every test's store have the same numbers."""
    tries.limiter._full_at.clear()
    presence._places.clear()


@pytest.fixture
def time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the limiter: nothing heals, however slow the machine is."""
    now = time.time()
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: now))


@pytest.fixture(autouse=True)
def only_stores_write() -> Iterator[None]:
    """Whatever a test does: no SQL changes a feature's table but from the feature's store."""
    wrong: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found = _CHANGES.match(statement)
        owner = _OWNERS.get(found[1]) if found else None
        writer = _writer() if owner else None
        if found and owner and writer and not f"{writer}/".replace(".py/", "/").startswith(owner):
            wrong.append(f"{writer} writes {found[1]}")

    event.listen(Engine, "before_cursor_execute", look)
    yield
    event.remove(Engine, "before_cursor_execute", look)
    assert not wrong


_CHANGES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
_OWNERS: dict[str, str | tuple[str, ...]] = {
    **{
        name: f"services/ingest/{feature}/store/"
        for feature, module in FEATURES.items()
        for name in vars(module)
        if isinstance(vars(module)[name], Table)
    },
    "audit": "services/ingest/kit/audit/",
    "dead_letters": ("services/ingest/ops/store/", "services/ingest/kit/letters/"),
    "generations": "services/ingest/kit/generation/",
    "made_things": "services/ingest/kit/once/",
    "outbox": "shared/outbox/",
}


def _writer() -> str | None:
    """The file of ingest (or the shared part that keeps the outbox) whose code runs, None for a test's own."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT):
            file = path.relative_to(ROOT).as_posix()
            if file.startswith(("tests/", "services/")) or file == "shared/outbox.py":
                return file if file.startswith(("services/ingest/", "shared/")) and "/migrations/" not in file else None
        frame = frame.f_back
    return None


Save = Callable[..., Saved]


@pytest.fixture
def save(store: Engine) -> Save:
    """Save STORY with some fields changed."""

    def work(actor: Actor = EDITOR, **fields: Any) -> Saved:
        return save_article(store, read_fields(ArticleInput, {**STORY, **fields}), actor)

    return work


class Api:
    """The API as a client with a key sees it."""

    def __init__(self, base_url: str, key: str) -> None:
        self.key = key
        self.client = httpx2.Client(base_url=base_url, timeout=30, headers={"Authorization": f"Bearer {key}"})

    def __call__(self, method: str, path: str, **arguments: Any) -> httpx2.Response:
        return self.client.request(method, path, **arguments)

    def post(self, path: str = "/api/articles", **fields: Any) -> httpx2.Response:
        return self.client.post(path, json=fields)

    def story(self, **fields: Any) -> dict[str, Any]:
        """Push STORY with some fields changed; returns ingest's answer."""
        answer = self.post(**{**STORY, **fields})
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    def read(self, article_id: int) -> dict[str, Any]:
        return dict(self.client.get(f"/api/articles/{article_id}").json())


@pytest.fixture
def api_store() -> Engine:
    return migrated()


@pytest.fixture
def sqlite() -> Engine:
    """Ingest's engine on an empty SQLite database."""
    return migrated()


@pytest.fixture
def api(api_store: Engine) -> Iterator[Api]:
    """A running API on SQLite, with a key that may publish."""
    from services.ingest.accounts import bearer
    from services.ingest.accounts.store.keys import create_key
    from services.ingest.app import make_app

    bearer._recent.clear()
    server = uvicorn.Server(uvicorn.Config(make_app(), host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, 20, "the API listens")
    port = server.servers[0].sockets[0].getsockname()[1]
    made = Api(f"http://127.0.0.1:{port}", create_key("tests", ["publish"]))
    try:
        yield made
    finally:
        made.client.close()
        server.should_exit = True
        thread.join(15)
