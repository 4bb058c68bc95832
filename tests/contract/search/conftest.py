"""Both engines behind one interface: every test of this folder that takes `engine` runs on tantivy and on a real
Elasticsearch node."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from services.search.answers import Answers
from services.search.documents import IndexDocument
from services.search.engines.base import SearchEngine
from services.search.engines.choose import make_engine
from shared.contracts.commands import SearchAnswer, SearchArticles, SearchHit
from tests.conftest import forget_settings
from tests.contract.search.processes import SearchHouse
from tests.elasticsearch import ElasticsearchNode
from tests.servers import RedisServer

ENGINES = ["tantivy", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)]


@pytest.fixture(params=ENGINES)
def settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The settings point to an empty engine; the value is its name."""
    name = str(request.param)
    node: ElasticsearchNode | None = None
    alias = f"t{uuid4().hex[:12]}"
    if name == "elasticsearch":
        node = request.getfixturevalue("elasticsearch_node")
        monkeypatch.setenv("ELASTICSEARCH_URL", node.url)
        monkeypatch.setenv("TOASOAN_SEARCH_INDEX", alias)
    forget_settings()
    yield name
    if node is not None:
        node.forget(alias)


@pytest.fixture
def engine(settings: str) -> Iterator[SearchEngine]:
    made = make_engine()
    assert made.own()
    made.current()
    try:
        yield made
    finally:
        made.close()


class Reader:
    """Asks as web does, without the queue in between. Every question is a new one: nothing comes from a cache."""

    def __init__(self, engine: SearchEngine) -> None:
        self.engine = engine

    def search(self, q: str, **more: object) -> SearchAnswer:
        return Answers(self.engine).search(SearchArticles.model_validate({"q": q, **more}))

    def hits(self, q: str, **more: object) -> tuple[SearchHit, ...]:
        return self.search(q, **more).results

    def ids(self, q: str, **more: object) -> list[int]:
        return [hit.id for hit in self.hits(q, **more)]


@pytest.fixture
def reader(engine: SearchEngine) -> Reader:
    return Reader(engine)


def put(engine: SearchEngine, documents: Sequence[IndexDocument]) -> None:
    """Index some documents; they are searchable when this returns, in either engine."""
    for first in range(0, len(documents), 10):
        engine.apply(documents[first : first + 10])


def article(number: int, title: str = "", text: str = "", version: int = 1, **fields: object) -> IndexDocument:
    """A published article of 9 January 2023, one second later for each number."""
    values: dict[str, object] = {
        "id": number,
        "version": version,
        "status": "published",
        "title": title or f"Bài số {number}",
        "text": text,
        "url": f"/thoi-su/bai-{number}",
        "section_slug": "thoi-su",
        "section_name": "Thời sự",
        "published_at": 1_673_261_940 + number,
        **fields,
    }
    return IndexDocument.from_stored(values)


@pytest.fixture
def house(settings: str, broker: RedisServer, counters_redis: RedisServer, tmp_path: Path) -> Iterator[SearchHouse]:
    """Search's two processes over this test's engine; none is started yet."""
    made = SearchHouse(broker, tmp_path)
    try:
        yield made
    finally:
        made.close()
