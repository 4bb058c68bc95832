"""What readers find, however they type: known pages of a manual that nobody here wrote, on both engines.

The pages are like one another, so that the absolute values say less than those of a newspaper would; what is promised
is that another way of typing finds as much as all marks do, and that all marks find more than plain words.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from benchmarks import judged, keyboards, linked, load, manual, tools
from benchmarks.figures import Figure, Report
from benchmarks.pairs import MinimalPair, minimal_pairs, precision
from benchmarks.tools import percentile
from services.search import queries
from services.search.answers import Answers
from services.search.documents import IndexDocument
from services.search.engines.base import PUBLIC, Index, SearchEngine
from services.search.engines.tantivy_engine import TantivyEngine
from services.search.queries import Field, QueryPlan, Term
from shared.contracts.commands import SearchArticles, SuggestTitles
from tests.house import House
from tests.wait import until

_SEED = 4
_FIRST = 10
_REQUESTS = 900
# What remains of the mean reciprocal rank that a query with all its marks has.
_WANTED = {
    "no marks": 0.985, "half the marks": 0.985, "tones lost": 0.985, "hoà for hòa": 0.99, "decomposed letters": 0.999,
    "d for đ": 0.985, "a misspelling": 0.94, "a slip of a finger": 0.9,
}  # fmt: skip

# Of all.
_OFFERS = {
    "four or five unmarked syllables, marks restored exactly": 0.8,
    "the same with its marks, left alone": 0.93,
    "headline among eight after twelve unmarked letters": 0.97,
}
_PAIRS = "words that differ in marks alone"
_MINIMAL_PAIRS = 300

Known = tuple[int, str]
"""(the page that is looked for, what its reader remembers of it)"""


def run(report: Report, place: Path, short: bool) -> None:
    documents = manual.documents(place / "manual")
    known = _known_items(documents, 100 if short else 300)
    engine = TantivyEngine(place / "search")
    engine.own()
    try:
        _fill(engine, documents)
        ranks, times = _by_way(engine, known)
        plain = _plain(engine.current())
        by_words = _mean_rank(known, lambda query: [document.id for document in plain(query)])
        _tell(report, ranks, by_words, times, len(documents))
        offers, pairs = _offers(engine, known, documents), _pairs(engine, documents)
        by_words_pairs = precision(_minimal_pairs(documents), lambda query: [document.id for document in plain(query)])
        _tell_offers(report, offers, pairs, by_words_pairs)
    finally:
        engine.close()
    _tell_questions(report, place / "judged", documents)
    _tell_links(report, place)
    _compare(report, documents, known, ranks | offers | {_PAIRS: pairs})
    _ask_at_once(report, place / "house", documents, known)


def _ask_at_once(
    report: Report, place: Path, documents: Sequence[IndexDocument], known: dict[str, list[Known]]
) -> None:
    """Through web, queue and worker, as readers' browsers and programs do."""
    different = [query for kind in known.values() for _, query in kind]
    fields = ({"title": one.title, "summary": one.summary, "body": one.text, "body_format": "text",
               "section": one.section_name, "status": "published"} for one in documents)  # fmt: skip
    with tools.house(place) as house:
        tools.push_many(house, fields)
        tools.settle(house, 120)
        one, popular = _rate(house, different), _rate(house, different[:10])
    with tools.house(place, TOASOAN_QUERY_WORKERS="2") as house:
        tools.settle(house, 60)
        two = _rate(house, different)
    for name, rate in (("each another", one), ("the same by two processes that search", two)):
        report.figures.append(
            Figure("finding", f"searches of 16 readers at once, {name}", "searches/s", [rate],
                   "ten popular ones", [popular], wanted=300, of="value", note="GET /api/search, 20 results")
        )  # fmt: skip


def _rate(house: House, queries: Sequence[str]) -> float:
    paths = [f"/api/search?{urlencode({'q': query})}" for query in queries]
    done = load.send(load.Orders(house.web_port, _REQUESTS, connections=16, paths=paths))
    if set(done.statuses) != {"200"}:
        raise RuntimeError(f"searches were not answered: {done.statuses}")
    return done.per_second


def _fill(engine: SearchEngine, documents: Sequence[IndexDocument]) -> None:
    for first in range(0, len(documents), 200):
        engine.apply(documents[first : first + 200])


def _known_items(documents: Sequence[IndexDocument], count: int) -> dict[str, list[Known]]:
    """Queries of four kinds for some pages, the same in every run."""
    dice = random.Random(_SEED)
    made: dict[str, list[Known]] = {"headline": [], "part of it": [], "the lead": [], "two pairs of the text": []}
    for one in dice.sample(list(documents), min(count, len(documents))):
        title, lead, text = (keyboards.syllables(part) for part in (one.title, one.summary, one.text))
        if len(title) >= 4:
            made["headline"].append((one.id, " ".join(title)))
        if len(title) >= 5:
            made["part of it"].append((one.id, " ".join(_run_of(title, dice.choice((4, 5)), dice))))
        if len(lead) >= 10:
            made["the lead"].append((one.id, " ".join(_run_of(lead, 8, dice))))
        if len(text) >= 30:
            made["two pairs of the text"].append((one.id, " ".join(_run_of(text, 2, dice) + _run_of(text, 2, dice))))
    return made


def _run_of(words: list[str], length: int, dice: random.Random) -> list[str]:
    first = dice.randrange(len(words) - length + 1)
    return words[first : first + length]


def _mean_rank(known: dict[str, list[Known]], find: Callable[[str], list[int]]) -> float:
    """Mean reciprocal rank among the first ten, each kind of query counting the same."""
    return statistics.mean(
        statistics.mean(_reciprocal(page, find(query)) for page, query in kind) for kind in known.values()
    )


def _reciprocal(page: int, found: list[int]) -> float:
    return 1 / (found.index(page) + 1) if page in found else 0.0


def _by_way(engine: SearchEngine, known: dict[str, list[Known]]) -> tuple[dict[str, float], list[float]]:
    """The mean reciprocal rank of each way of typing, and the milliseconds of every search."""
    answers, times = Answers(engine), []

    def find(query: str) -> list[int]:
        started = time.perf_counter()
        answer = answers.search(SearchArticles(q=query, size=_FIRST))
        times.append((time.perf_counter() - started) * 1000)
        return [hit.id for hit in answer.results]

    def found_by(way: Callable[[str], str]) -> float:
        return _mean_rank(known, lambda query: find(way(query)))

    # The same dice in the same order: every engine gets the same.
    return {name: found_by(way) for name, way in keyboards.ways(_SEED).items()}, times


def _plain(index: Index) -> Callable[[str], list[IndexDocument]]:
    """What an index of words without marks finds (BM25): any of the words, the rarer the better."""

    def find(query: str) -> list[IndexDocument]:
        words = tuple(Term(Field.folded, word.folded) for word in queries.read(query).words)
        plan = QueryPlan(readings=(words,), words=words, minimum=1)
        return index.search(plan, PUBLIC, 0, _FIRST, facets=False).documents

    return find


def _judged(engine: SearchEngine) -> dict[str, tuple[tuple[float, float], tuple[float, float]]]:
    """(nDCG@10, recall@10) of the judged questions and of plain words, typed with marks and without."""
    answers, plain, asked = Answers(engine), _plain(engine.current()), judged.questions()

    def ours(query: str) -> list[str]:
        return [hit.url[1:] for hit in answers.search(SearchArticles(q=query, size=_FIRST)).results]

    def words(query: str) -> list[str]:
        return [document.url[1:] for document in plain(query)]

    ways: dict[str, Callable[[str], str]] = {"marked": str, "unmarked": keyboards.unmarked}
    return {name: (judged.judge(asked, ours, way), judged.judge(asked, words, way)) for name, way in ways.items()}


def _tell_questions(report: Report, place: Path, manual_pages: Sequence[IndexDocument]) -> None:
    """Questions as people ask them, judged by hand, on both engines."""
    documents, found = judged.documents(manual_pages), {}
    with closing(TantivyEngine(place)) as engine:
        engine.own()
        _fill(engine, documents)
        found["tantivy"] = _judged(engine)
    with _elasticsearch(report, "judged", documents) as other:
        if other is not None:
            found["Elasticsearch"] = _judged(other)
    for engine_name, ways in found.items():
        for way, ((gain, recall), (plain, plain_recall)) in ways.items():
            note = f"recall@10 {recall:.3f}, plain {plain_recall:.3f}"
            report.figures.append(
                Figure("finding", f"questions, {way}, {engine_name}", "nDCG@10", [gain], "words without marks alone",
                       [plain], wanted=1.15, note=f"{len(judged.questions())} questions; {note}")
            )  # fmt: skip


def _tell_links(report: Report, place: Path) -> None:
    """ "Tin liên quan" of the demo paper, with its tags and sections and by its words alone."""
    made = {}
    for bare in (False, True):
        stories = linked.documents(bare)
        with closing(TantivyEngine(place / f"links-{bare}")) as engine:
            engine.own()
            _fill(engine, stories)
            made[bare] = linked.judge(engine.current(), stories)
    whole, words = made[False], made[True]
    report.figures += [
        Figure("finding", "related stories", "nDCG@6", [whole.ndcg], "by their words alone", [words.ndcg], wanted=1.2,
               note=f"{whole.shown} and {words.shown} shown for 41 stories"),
        Figure("finding", "what is shown as related, an editor would link to", "of all", [whole.precision],
               "by their words alone", [words.precision], wanted=1.2),
    ]  # fmt: skip


def _tell(report: Report, ranks: dict[str, float], plain: float, times: list[float], pages: int) -> None:
    whole = ranks["all marks"]
    report.figures.append(
        Figure("finding", "all marks", "mean reciprocal rank", [whole], "words without marks alone", [plain],
               wanted=1.0, note=f"{pages} pages, {len(times)} searches")
    )  # fmt: skip
    for name, wanted in _WANTED.items():
        report.figures.append(
            Figure("finding", name, "mean reciprocal rank", [ranks[name]], "all marks", [whole], wanted=wanted)
        )
    report.figures.append(
        Figure("finding", "a search, p95", "ms", [percentile(times, 95)], "p50", [percentile(times, 50)],
               better="lower", wanted=30.0, of="value", note="without HTTP and queue")
    )  # fmt: skip


def _minimal_pairs(documents: Sequence[IndexDocument]) -> list[MinimalPair]:
    return minimal_pairs(documents, _MINIMAL_PAIRS, random.Random(_SEED))


def _pairs(engine: SearchEngine, documents: Sequence[IndexDocument]) -> float:
    answers = Answers(engine)

    def find(query: str) -> list[int]:
        return [hit.id for hit in answers.search(SearchArticles(q=query, size=_FIRST)).results]

    return precision(_minimal_pairs(documents), find)


def _offers(
    engine: SearchEngine, known: dict[str, list[Known]], documents: Sequence[IndexDocument]
) -> dict[str, float]:
    """ "Có phải bạn muốn tìm" and completion."""
    answers, parts = Answers(engine), known["part of it"]

    def offer(query: str) -> str:
        return answers.search(SearchArticles(q=query, size=1)).suggestion or query

    restored = [offer(keyboards.unmarked(part)).lower() == part.lower() for _, part in parts]
    left = [offer(part) == part for _, part in parts]
    typed = {one.title: keyboards.unmarked(one.title)[:12] for one in documents if len(one.title) > 14}
    completed = [
        any(hit.title == title for hit in answers.complete(SuggestTitles(q=start, size=8)).results)
        for title, start in random.Random(_SEED).sample(sorted(typed.items()), min(300, len(typed)))
    ]
    shares = [statistics.mean(found) for found in (restored, left, completed)]
    return dict(zip(_OFFERS, shares, strict=True))


def _tell_offers(report: Report, offers: dict[str, float], pairs: float, by_words: float) -> None:
    report.figures += [
        *(Figure("finding", name, "of all", [found], "all", [1.0], wanted=_OFFERS[name])
          for name, found in offers.items()),
        Figure("finding", _PAIRS, "of the first ten", [pairs], "words without marks alone", [by_words], wanted=1.5),
    ]  # fmt: skip


def _compare(
    report: Report, documents: Sequence[IndexDocument], known: dict[str, list[Known]], judged_by_us: dict[str, float]
) -> None:
    """The same on Elasticsearch."""
    with _elasticsearch(report, "finding", documents) as engine:
        if engine is None:
            return
        theirs, _ = _by_way(engine, known)
        theirs |= _offers(engine, known, documents) | {_PAIRS: _pairs(engine, documents)}
    report.figures += [
        Figure("finding", f"{name}, Elasticsearch", "of 1", [theirs[name]], "tantivy", [ours], wanted=0.99)
        for name, ours in judged_by_us.items()
    ]


@contextmanager
def _elasticsearch(report: Report, alias: str, documents: Sequence[IndexDocument]) -> Iterator[SearchEngine | None]:
    """A node that holds these documents, where Java and Maven are; else None."""
    from services.search.engines.elasticsearch_engine import ElasticsearchEngine
    from tests.elasticsearch import ElasticsearchNode

    try:
        node = ElasticsearchNode(quick_start=False)
    except pytest.skip.Exception as why:
        report.left_out.append(f"finding: Elasticsearch: {why}")
        yield None
        return
    try:
        node.start()
        with closing(ElasticsearchEngine(node.url, alias)) as engine:
            _fill(engine, documents)
            until(lambda: engine.current().size() >= len(documents), 30, "Elasticsearch has every page")
            yield engine
    finally:
        node.close()
