"""The roles of deploy/elasticsearch give each account what the engine asks for with it, and no more.

The node here has no security: what the house asks is written down on its way to a real one, and each request needs the
privilege that Elasticsearch's documentation names for it.
"""

import json
import re
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import pytest

from services.search.engines.base import PUBLIC
from services.search.engines.elasticsearch_engine import ElasticsearchEngine
from services.search.queries import Field, plan, read
from shared.away import Unavailable
from shared.contracts.events import SearchRule
from tests.contract.search.conftest import article

pytestmark = pytest.mark.elasticsearch
ROLES = Path(__file__).resolve().parents[3] / "deploy" / "elasticsearch" / "roles"
# https://www.elastic.co/docs/deploy-manage/users-roles/cluster-or-deployment-auth/elasticsearch-privileges
NEEDED = (
    (r"(GET|POST) /[^/]+/(_search|_count|_mget|_termvectors)", "read"),
    (r"(PUT|POST) /[^/]+/_bulk", "write"),
    (r"(GET|HEAD) /[^/_]+(/_alias.*)?", "view_index_metadata"),
    (r"(GET|HEAD) /[^/]+/(_alias|_mapping|_settings).*", "view_index_metadata"),
    (r"POST /[^/]+/_refresh", "maintenance"),
    (r"PUT /[^/]+/_mapping", "manage"),
    (r"PUT /[^/_]+", "create_index"),
    (r"DELETE /[^/_]+", "delete_index"),
    (r"POST /_aliases", "manage"),
)


class Recorder(ThreadingHTTPServer):
    """Hands every request on to a node and keeps what was asked."""

    def __init__(self, node: str) -> None:
        self.node = node.removeprefix("http://")
        self.asked: list[str] = []
        self.refuses = ""
        """A method that is forbidden, as to an account that only asks."""
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def privileges(self) -> set[str]:
        """What the requests since the last call need."""
        asked, self.asked = self.asked, []
        found = set()
        for request in asked:
            names = [name for pattern, name in NEEDED if re.fullmatch(pattern, request.partition("?")[0])]
            assert names, f"{request}: say which privilege it needs"
            found.add(names[0])
        return found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Recorder

    def _hand_on(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.command == self.server.refuses:
            self.send_response(403)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")
            return
        link = HTTPConnection(self.server.node, timeout=30)
        link.request(self.command, self.path, body, dict(self.headers.items()))
        answer = link.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _hand_on

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def recorder(elasticsearch_url: str) -> Iterator[Recorder]:
    made = Recorder(elasticsearch_url)
    yield made
    made.shutdown()


def given(role: str) -> dict[str, set[str]]:
    """Names of indexes -> privileges."""
    text = json.loads((ROLES / f"{role}.json").read_text())
    assert set(text) == {"indices"}, "nothing of the cluster"
    return {",".join(entry["names"]): set(entry["privileges"]) for entry in text["indices"]}


def test_who_asks_needs_no_more_than_it_has_and_has_nothing_that_changes(recorder: Recorder) -> None:
    alias = f"toasoan-articles-{uuid4().hex[:8]}"
    writing, asking = (ElasticsearchEngine(recorder.url, alias) for _ in range(2))
    try:
        writing.current().apply([article(1, "Cầu treo bản Nà Sản")])
        writing.begin()
        writing.switch()
        writing.rollback()
        writing.keep_words(1, (SearchRule(words=("UBND", "ủy ban")),))
        needed = recorder.privileges()
        (indexes, aliases) = given("search-index").values()
        assert needed <= indexes and "manage" in aliases
        assert {"write", "create_index", "manage"} <= needed, "otherwise this test asks too little"

        index = asking.current()
        index.search(plan(read("cầu treo")), PUBLIC, 0, 10)
        index.counts([plan(read("cầu"))])
        index.similar(article(1, "Cầu treo bản Nà Sản"), 3)
        index.complete("cau", 5)
        index.documents([1])
        index.versions(0, 10)
        index.documents_held()
        index.frequencies(Field.exact_pairs, ["cầu_treo"])
        index.spellings(["cau"])
        index.size()
        assert asking.words().version == 1
        (may,) = given("search-query").values()
        assert recorder.privileges() == may == {"read", "view_index_metadata", "maintenance"}
    finally:
        for name in ("current", "building", "previous"):
            if found := writing._indexes()[name]:
                writing._delete(found.name)
        writing._delete(f"{alias}-words")
        writing.close()
        asking.close()


def test_who_only_asks_waits_for_the_index_that_another_makes(recorder: Recorder) -> None:
    recorder.refuses = "PUT"
    asking = ElasticsearchEngine(recorder.url, f"toasoan-articles-{uuid4().hex[:8]}")
    with pytest.raises(Unavailable, match="may not make it"):
        asking.current()
    asking.close()
