"""Vectors of a server that an operator names: what it is asked, what it may answer, what its absence costs."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.search import embedding
from services.search.answers import Answers
from services.search.documents import tombstone
from services.search.embedding import Embeddings, NoVectors
from services.search.engines.base import SearchEngine
from services.search.meaning import Learning, Meaning
from shared.contracts.commands import SearchArticles
from tests.contract.search.conftest import article, put

QUESTION = "làm sao để người già ở bản cao khỏi phải đi xa"


class Server(ThreadingHTTPServer):
    """Answers as OpenAI's API does: a text is near another one where both speak of the same of these `subjects`."""

    subjects = ("siêu âm", "khám", "người già", "đàn", "ong")
    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []
        self.keys: list[str | None] = []
        self.says: bytes | None = None
        self.status, self.location = 200, ""
        self.waits = threading.Event()
        self.waits.set()
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/embeddings"

    @property
    def texts(self) -> list[str]:
        """All that it was told."""
        return [text for asked in self.asked for text in asked["input"]]  # type: ignore[attr-defined]


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        self.server.keys.append(self.headers.get("Authorization"))
        self.server.waits.wait(20)
        vectors = [[0.1, *(float(one in text) for one in self.server.subjects)] for text in asked["input"]]
        data = [{"object": "embedding", "index": at, "embedding": one} for at, one in enumerate(vectors)]
        said = self.server.says if self.server.says is not None else json.dumps({"data": data[::-1]}).encode()
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        with suppress(OSError):  # nobody waits any more
            self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.waits.set()
    made.shutdown()
    made.server_close()


def learn(engine: SearchEngine, server: Embeddings) -> None:
    Learning(engine, server, engine.vectors(server.model), lambda: False).run_once()


def paper(engine: SearchEngine) -> None:
    """By their words all answer the question, and the fourth least."""
    words = "Làm sao để người ở bản cao khỏi phải đi xa, già trẻ làm sao khỏi phải đi xa."
    put(
        engine,
        [
            article(1, "Đi xa để làm gì", words),
            article(2, "Bản cao đi xa", words),
            article(3, "Ở bản cao", words + " Cây đàn, con ong."),
            article(4, "Máy siêu âm về xã", "Khám cho người già ở bản cao khỏi phải đi xa."),
            article(5, "Người già siêu âm ở đâu", words, status="draft"),
        ],
    )


def ids(answers: Answers, q: str = QUESTION, **more: object) -> list[int]:
    return [hit.id for hit in answers.search(SearchArticles.model_validate({"q": q, **more})).results]


def test_what_is_near_by_meaning_comes_first_and_drafts_are_told_to_nobody(
    engine: SearchEngine, server: Server
) -> None:
    paper(engine)
    by_words = ids(Answers(engine))
    assert sorted(by_words) == [1, 2, 3, 4] and by_words[0] != 4
    made = Embeddings(server.url, "m1", "khoa")
    learn(engine, made)
    answers = Answers(engine, meaning=Meaning(made, engine.vectors("m1")))
    assert ids(answers)[0] == 4
    assert sorted(ids(answers)) == [1, 2, 3, 4]
    assert ids(answers, page=2, size=2) == [one for one in ids(answers, size=4) if one not in ids(answers, size=2)]
    # Few words mean each of them, an order by time is one; what is asked of drafts stays in the house.
    told = len(server.texts)
    ids(answers, "đi xa")
    ids(answers, sort="newest")
    ids(answers, "người già ở bản cao đi xa", drafts=True)
    assert len(server.texts) == told
    assert server.texts.count(QUESTION) == 1, "a question is asked once"
    assert not any("Người già siêu âm ở đâu" in text for text in server.texts)
    assert set(server.keys) == {"Bearer khoa"} and {asked["model"] for asked in server.asked} == {"m1"}


def test_only_what_lacks_a_vector_is_sent_and_what_is_withdrawn_is_forgotten(
    engine: SearchEngine, server: Server
) -> None:
    paper(engine)
    made, vectors = Embeddings(server.url, "m1"), engine.vectors("m1")
    learning = Learning(engine, made, vectors, lambda: False)
    learning.run_once()
    assert vectors.versions([1, 2, 3, 4, 5]) == {1: 1, 2: 1, 3: 1, 4: 1}
    before = len(server.texts)
    put(engine, [article(1, "Đi xa để làm gì", "Đã sửa.", version=2), tombstone(2, 2)])
    learning.indexed([article(1, version=2), tombstone(2, 2)])
    learning.run_once()
    assert len(server.texts) == before + 1
    assert vectors.versions([1, 2, 3, 4, 5]) == {1: 2, 3: 1, 4: 1} and set(vectors.of([1, 2, 5])) == {1}
    # A worker that was away finds by comparing what came meanwhile; another model needs all of them.
    put(engine, [tombstone(3, 2)])
    learn(engine, made)
    assert set(vectors.of([1, 2, 3, 4])) == {1, 4} and len(server.texts) == before + 1
    learn(engine, Embeddings(server.url, "m2"))
    assert len(server.texts) == before + 3
    assert not vectors.of([1, 4]) and set(engine.vectors("m2").of([1, 4])) == {1, 4}


def test_a_slow_or_broken_server_costs_a_moment_once_and_the_order_is_that_of_the_words(
    engine: SearchEngine, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper(engine)
    made = Embeddings(server.url, "m1")
    learn(engine, made)
    by_words = ids(Answers(engine))
    meaning = Meaning(made, engine.vectors("m1"))
    answers = Answers(engine, meaning=meaning)
    server.waits.clear()
    told = len(server.texts)
    assert ids(answers) == by_words
    assert ids(answers, QUESTION + " hơn") and len(server.texts) == told + 1, "it is left alone for a while"
    server.waits.set()
    monkeypatch.setattr(meaning, "_left_alone_until", 0.0)
    assert ids(Answers(engine, meaning=meaning))[0] == 4


NOT_SO_MANY = [{"index": 0, "embedding": [1.0]}]


@pytest.mark.parametrize(
    "says",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"error": {"message": "no such model"}}',
        b'{"data": 1}',
        json.dumps({"data": NOT_SO_MANY}).encode(),
        json.dumps({"data": [*NOT_SO_MANY, {"index": 1, "embedding": [1.0, 2.0]}]}).encode(),
        json.dumps({"data": [*NOT_SO_MANY, {"index": 0, "embedding": [1.0]}]}).encode(),
        json.dumps({"data": [*NOT_SO_MANY, {"index": 1, "embedding": [0.0]}]}).encode(),
        json.dumps({"data": [*NOT_SO_MANY, {"index": 1, "embedding": ["x"]}]}).encode(),
        json.dumps({"data": [*NOT_SO_MANY, {"index": 1, "embedding": "AAAA"}]}).encode(),
        json.dumps({"data": [*NOT_SO_MANY, {"index": 1, "embedding": [1e200, 1e200]}]}).encode(),
        b'{"data": [{"index": 0, "embedding": [NaN]}, {"index": 1, "embedding": [1]}]}',
        json.dumps({"data": [{"index": at, "embedding": [0.5] * 5000} for at in range(2)]}).encode(),
        b" " * (embedding._MAX_BYTES + 1),
    ],
    ids=lambda says: says[:60].decode() if len(says) < 500 else str(len(says)),
)
def test_what_is_no_answer_is_refused(server: Server, says: bytes) -> None:
    server.says = says
    with pytest.raises(NoVectors):
        Embeddings(server.url, "m").of(["một", "hai"], 5)


def test_it_is_led_nowhere_else_and_quotes_nothing(server: Server) -> None:
    server.status, server.location = 307, server.url
    with pytest.raises(NoVectors, match="status 307"):
        Embeddings(server.url, "m").of(["một"], 5)
    assert len(server.asked) == 1
    server.status, server.location = 500, ""
    server.says = b"secret"
    with pytest.raises(NoVectors, match=r"^status 500$"):
        Embeddings(server.url, "m").of(["một"], 5)


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "0.0.0.0", "224.0.0.1"])
def test_what_a_machine_tells_of_itself_is_not_asked(host: str) -> None:
    with pytest.raises(NoVectors, match="link-local"):
        Embeddings(f"http://{host}/v1/embeddings", "m").of(["một"], 2)


def test_vectors_of_another_length_change_nothing(engine: SearchEngine, server: Server) -> None:
    paper(engine)
    made = Embeddings(server.url, "m1")
    learn(engine, made)
    server.says = json.dumps({"data": [{"index": 0, "embedding": [1.0, 2.0]}]}).encode()
    assert ids(Answers(engine, meaning=Meaning(made, engine.vectors("m1")))) == ids(Answers(engine))
