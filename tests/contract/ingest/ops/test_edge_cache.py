"""Ingest's own word to nginx when an article is taken from readers."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import func, select

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store.articles import save_article, unpublish
from services.ingest.articles.store.revisions import EDGE_CACHE
from services.ingest.kit.actors import Actor
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.tables import outbox
from services.ingest.ops import edge_cache
from shared.database import read
from tests.contract.ingest.base import migrated

EDITOR = Actor("user:house@bao.example")


class _Nginx(BaseHTTPRequestHandler):
    asked: list[str]
    status = 204
    url = ""

    def do_DELETE(self) -> None:
        self.asked.append(self.path)
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def nginx(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Nginx]]:
    _Nginx.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Nginx)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setattr(_Nginx, "url", f"http://127.0.0.1:{server.server_port}/pages")
    yield _Nginx
    server.shutdown()
    server.server_close()


def test_nginx_is_told_of_a_withdrawal_until_it_has_forgotten(
    nginx: type[_Nginx], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, url = migrated(), nginx.url
    fields = {"title": "Họp chợ", "body": "<p>Chợ họp.</p>", "section": "kinh-te", "status": "published"}
    saved = save_article(store, read_fields(ArticleInput, fields), EDITOR)

    def due() -> bool:
        with read(store) as connection:
            rows = connection.execute(select(func.count()).where(outbox.c.queue == EDGE_CACHE)).scalar_one()
            assert bool(rows) is bool(connection.execute(select(edge_cache.DUE)).scalar())
            return bool(rows)

    assert not due(), "a publication takes nothing away"
    unpublish(store, saved.id, EDITOR)
    nginx.status = 500
    with pytest.raises(OSError, match="500"):
        edge_cache.work(store, url)
    assert due()
    nginx.status, nginx.asked = 204, []
    edge_cache.work(store, url)
    assert sorted(nginx.asked) == [f"/pages/{folder}/" for folder in "0123456789abcdef"]
    assert due(), "an answer may have been on its way"
    monkeypatch.setattr(edge_cache, "_AGAIN_SECONDS", -1.0)
    edge_cache.work(store, url)
    assert len(nginx.asked) == 32 and not due()
    edge_cache.work(store, url)
    assert len(nginx.asked) == 32, "copies stay while nothing was taken away"


def test_where_there_is_no_nginx_nothing_waits() -> None:
    store = migrated()
    fields = {"title": "Họp chợ", "body": "<p>Chợ họp.</p>", "section": "kinh-te", "status": "published"}
    saved = save_article(store, read_fields(ArticleInput, fields), EDITOR)
    unpublish(store, saved.id, EDITOR)
    edge_cache.work(store, "")
    with read(store) as connection:
        assert not connection.execute(select(edge_cache.DUE)).scalar()
