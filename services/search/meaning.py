"""Questions and articles by what they mean, where an operator names a server that makes vectors (see embedding).

Words decide what is found. Of the first hundred, what is also near by meaning comes before what is not. While the
server is away, or slow, the order is that of the words.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from operator import mul

from services.search.documents import IndexDocument
from services.search.embedding import MOST_TEXTS, Embeddings, NoVectors, Vector
from services.search.engines.base import Index, SearchEngine
from services.search.vectors import ArticleVector, Vectors
from services.search.yielding import Yielding, asked
from shared.away import Unavailable
from shared.telemetry import log

FIRST = 100
"""Results that are put in order by meaning too."""
_QUESTION_SECONDS = 0.4
# Nobody waits for a server that did not answer a moment ago.
_LEFT_ALONE_SECONDS = 30.0
_KEPT_QUESTIONS = 1_000
# Of two places in two orders: the usual constant of reciprocal rank fusion.
_RANK = 60

_TEXT = 1_500
_TEXTS_SECONDS = 30.0
_RESTS = 1.0
_RETRY_SECONDS = 30.0
_COMPARED_SECONDS = 3_600.0
_PAGE = 500
_MOST_WAITING = 5_000


class Meaning:
    """Puts what was found in order. Thread-safe."""

    def __init__(self, server: Embeddings, vectors: Vectors) -> None:
        self._server = server
        self._vectors = vectors
        self._questions: OrderedDict[str, Vector] = OrderedDict()
        self._lock = threading.Lock()
        self._left_alone_until = 0.0

    def order(self, question: str, documents: list[IndexDocument]) -> list[IndexDocument]:
        """The documents, which are in the order of their words, in the order of words and meaning."""
        wanted = self._question(question) if len(documents) > 1 else None
        if wanted is None:
            return documents
        try:
            vectors = self._vectors.of([document.id for document in documents])
        except Unavailable:
            return documents
        near = {key: sum(map(mul, wanted, vector)) for key, vector in vectors.items() if len(vector) == len(wanted)}
        places = {key: place for place, key in enumerate(sorted(near, key=lambda key: -near[key]))}

        def rank(at: int) -> float:
            # Where an article has no vector yet, its words say where it stands in both.
            return 1 / (_RANK + at) + 1 / (_RANK + places.get(documents[at].id, at))

        return [documents[at] for at in sorted(range(len(documents)), key=lambda at: (-rank(at), at))]

    def _question(self, text: str) -> Vector | None:
        with self._lock:
            held = self._questions.get(text)
            if held is not None:
                self._questions.move_to_end(text)
                return held
            if time.monotonic() < self._left_alone_until:
                return None
        try:
            (made,) = self._server.of([text], _QUESTION_SECONDS)
        except NoVectors as error:
            self._left_alone_until = time.monotonic() + _LEFT_ALONE_SECONDS
            log.warning("questions are ordered by words alone", error=str(error))
            return None
        with self._lock:
            self._questions[text] = made
            while len(self._questions) > _KEPT_QUESTIONS:
                self._questions.popitem(last=False)
        return made


class Learning:
    """Makes the vectors of what readers may see, in a thread of its own: of what comes, and of what lacks one."""

    def __init__(
        self, engine: SearchEngine, server: Embeddings, vectors: Vectors, questions: Callable[[], bool] = asked
    ) -> None:
        self._engine = engine
        self._server = server
        self._vectors = vectors
        self._wake, self._stop = threading.Event(), threading.Event()
        self._yielding = Yielding(_RESTS, self._stop.wait, questions)
        self._lock = threading.Lock()
        self._waiting: dict[int, None] = {}
        self._compare_at = 0.0
        self._thread = threading.Thread(target=self._run, name="vectors", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the texts in hand."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def indexed(self, documents: Sequence[IndexDocument]) -> None:
        """These are in the index now."""
        with self._lock:
            self._waiting |= dict.fromkeys(document.id for document in documents)
            if len(self._waiting) > _MOST_WAITING:
                # An import: the comparison finds them.
                self._waiting.clear()
                self._compare_at = 0.0
        self._wake.set()

    def run_once(self) -> None:
        """Learn what waits; all that lacks a vector, when it is time to compare. Raises NoVectors, Unavailable."""
        index = self._engine.current()
        while ids := self._take():
            try:
                self._learn(index, ids)
            except BaseException:
                with self._lock:
                    self._waiting |= dict.fromkeys(ids)
                raise
        if time.monotonic() >= self._compare_at:
            self._compare_at = time.monotonic() + _COMPARED_SECONDS
            try:
                for ids in self._behind(index):
                    self._learn(index, ids)
            except BaseException:
                self._compare_at = 0.0
                raise

    def _take(self) -> list[int]:
        with self._lock:
            ids = list(self._waiting)[:MOST_TEXTS]
            for key in ids:
                del self._waiting[key]
        return [] if self._stop.is_set() else ids

    def _behind(self, index: Index) -> Iterator[list[int]]:
        """The articles whose vectors are not of the version in the index, some at a time."""
        after = 0
        while not self._stop.is_set() and (page := index.versions(after, _PAGE)):
            after = page[-1][0]
            held = self._vectors.versions([key for key, _ in page])
            behind = [key for key, version in page if held.get(key) != version]
            for first in range(0, len(behind), MOST_TEXTS):
                yield behind[first : first + MOST_TEXTS]

    def _learn(self, index: Index, ids: Sequence[int]) -> None:
        self._yielding.begin()
        documents = index.documents(ids)
        public = [document for document in documents if document.public]
        if hidden := [document.id for document in documents if not document.public]:
            self._vectors.forget(hidden)
        if public:
            made = self._server.of([_text(document) for document in public], _TEXTS_SECONDS)
            pairs = zip(public, made, strict=True)
            self._vectors.put([ArticleVector(document.id, document.version, vector) for document, vector in pairs])
        self._yielding.end()

    def _run(self) -> None:
        while not self._stop.is_set():
            pause = _RETRY_SECONDS
            try:
                self.run_once()
                pause = max(1.0, self._compare_at - time.monotonic())
            except (NoVectors, Unavailable) as error:
                log.warning("vectors wait", error=str(error)[:300])
            except Exception as error:
                log.warning("vectors wait", error=repr(error)[:300])
            if pause == _RETRY_SECONDS:
                self._stop.wait(pause)
                continue
            self._wake.wait(pause)
            self._wake.clear()


def _text(document: IndexDocument) -> str:
    return "\n".join(filter(None, (document.title, document.summary, document.text[:_TEXT])))
