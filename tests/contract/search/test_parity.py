"""Both engines answer alike: the same articles found, nearly the same ones on top."""

import unicodedata
from collections.abc import Iterator

import pytest

from services.search.documents import IndexDocument
from services.search.engines.base import PUBLIC, SearchEngine
from services.search.engines.elasticsearch_engine import ElasticsearchEngine
from services.search.engines.tantivy_engine import TantivyEngine
from services.search.queries import plan, read
from shared.settings import get_settings
from tests.contract.search.conftest import put
from tests.contract.search.made_paper import made_paper
from tests.elasticsearch import ElasticsearchNode


@pytest.fixture
def both(elasticsearch_node: ElasticsearchNode) -> Iterator[tuple[SearchEngine, SearchEngine]]:
    embedded = TantivyEngine(get_settings().data_dir / "search")
    assert embedded.own()
    production = ElasticsearchEngine(elasticsearch_node.url, "parity")
    yield embedded, production
    embedded.close()
    production.close()
    elasticsearch_node.forget("parity")


def _queries(paper: list[IndexDocument]) -> list[str]:
    asked = []
    for one in paper[::4]:
        words = one.title.split()
        asked += [
            one.title,
            " ".join(words[2:7]),
            unicodedata.normalize("NFD", " ".join(words[3:8])),
            "".join(c for c in unicodedata.normalize("NFD", one.title) if not unicodedata.combining(c)),
            f'"{" ".join(words[:3])}" {words[-1]} -{words[5]}',
            words[-2] + " " + words[1],
        ]
    return asked


@pytest.mark.elasticsearch
def test_both_engines_answer_alike(both: tuple[SearchEngine, SearchEngine]) -> None:
    paper = made_paper(120)
    for engine in both:
        put(engine, paper)
    shared, listed, firsts, asked = 0, 0, 0, _queries(paper)
    for typed in asked:
        wanted = plan(read(typed))
        one, other = (engine.current().search(wanted, PUBLIC, 0, 10) for engine in both)
        assert one.total == other.total, typed
        assert {name: sorted(rows) for name, rows in one.facets.items()} == {
            name: sorted(rows) for name, rows in other.facets.items()
        }, typed
        top, same = [{document.id for document in found.documents} for found in (one, other)]
        shared += len(top & same)
        listed += max(len(top), len(same))
        firsts += [d.id for d in one.documents[:1]] == [d.id for d in other.documents[:1]]
        newest = [[d.id for d in e.current().search(wanted, PUBLIC, 0, 10, "newest").documents] for e in both]
        assert newest[0] == newest[1] or len(set(newest[0]) ^ set(newest[1])) <= 2, typed
    assert shared / listed > 0.95
    assert firsts / len(asked) > 0.95
