"""Answers to readers' and editors' questions, from whatever engine there is."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import islice, product
from typing import Any

from services.search import places, queries
from services.search.documents import IndexDocument, completion_prefix, iso
from services.search.engines.base import MAX_OFFSET, PUBLIC, Found, Index, SearchEngine, SearchFilter, beyond
from services.search.joining import other_writings
from services.search.meaning import FIRST, Meaning
from services.search.queries import ParsedQuery, QueryPlan
from services.search.spelling import suggest, with_bars
from services.search.vocabulary import Vocabulary
from services.search.words import EditorsWords, joined
from shared import telemetry
from shared.contracts.articles import Tag
from shared.contracts.commands import SearchAnswer, SearchArticles, SearchHit, SuggestAnswer, Suggestion, SuggestTitles
from shared.vietnamese.forms import syllables, twins
from shared.vietnamese.highlight import Highlighter
from shared.vietnamese.text import nfc

_CUT_LENGTH = 220
# Of some 20 kB each.
_CACHED_ANSWERS = 300
# Answers of an engine that cannot tell cheaply whether anything changed, and the freshness in any, grow old.
_CACHED_SECONDS = 2.0
_CACHED_SECONDS_UNCHANGED = 60.0
_WARM_SECONDS = 10.0
_WARM_WORDS = (
    "thời sự",
    "thoi tiet hom nay",
    "tin mới",
    "khai giảng",
    "giao thông",
    "bóng đá",
    "giá vàng",
    "lũ quét",
) * 4
# Headlines looked at before those with the typed marks are put first.
_COMPLETIONS = 24
# Ways to write what was typed, with i or with y.
_WAYS = 4


class Answers:
    """Answers questions. Thread-safe. `asked` is called with each that readers or editors ask."""

    def __init__(
        self, engine: SearchEngine, asked: Callable[[], None] = lambda: None, meaning: Meaning | None = None
    ) -> None:
        self._engine = engine
        self._cache = _AnswerCache()
        self._vocabulary: Vocabulary | None = None
        self._asked = asked
        self._meaning = meaning

    def warm(self) -> None:
        """Ask as readers will, for some seconds at most: the first answers of an engine that was just started take
        seconds, and nobody should wait for them. Raises Unavailable when the index is away."""
        give_up = time.monotonic() + _WARM_SECONDS
        for words in _WARM_WORDS:
            if time.monotonic() < give_up:
                self._search(self._engine.current(), self._engine.words(), SearchArticles(q=words))
                self.complete(SuggestTitles(q=words))

    def search(self, query: SearchArticles) -> SearchAnswer:
        """A page of results. Raises Unavailable when the index is away."""
        started = time.perf_counter()
        self._asked()
        index = self._engine.current()
        rules, state = self._engine.words(), index.state()
        if state is not None:
            state = (state, rules.version)
        answer = self._cache.get(query, state)
        if answer is None:
            answer = self._search(index, rules, query)
            self._cache.put(query, state, answer)
        took = time.perf_counter() - started
        telemetry.search_duration_seconds.observe(took)
        telemetry.search_requests_total.labels("found" if answer.results else "empty").inc()
        return answer.model_copy(update={"took_ms": round(took * 1000, 2)})

    def _search(self, index: Index, rules: EditorsWords, query: SearchArticles) -> SearchAnswer:
        typed = queries.read(query.q)
        words = self._words(index)
        written = joined(other_writings(words, typed.words), rules.written(typed.words))
        named = _places(rules, typed, query)
        renamed, written = places.written(named), joined(written, places.same(named))
        offer = suggest(words, query.q, {*written, *renamed}) if typed.plain and typed.words else None
        meant = offer.words if offer else ()
        if offer and not (named or any(word.marked for word in typed.words)):
            # "haf giang" is a place as soon as it is read as meant.
            named = _places(rules, replace(typed, words=tuple(meant)), query)
            renamed, written = places.written(named), joined(written, places.same(named))
        asked = replace(typed, words=with_bars(words, typed.words))
        plan = queries.plan(asked, strict=query.sort == "newest", meant=meant, written=written, renamed=renamed)
        offset = min((query.page - 1) * query.size, MAX_OFFSET)
        found = self._found(index, plan, query, offset)
        if not (found.total or found.documents):
            # Words the paper has never printed must not hide what it has on the others.
            found = self._looser(index, plan, query)
        if offer:
            telemetry.search_suggestions_total.inc()
        slipped = (right for word, right in zip(typed.words, meant, strict=False) if word.folded != right.folded)
        marker = Highlighter([*typed.words, *(word for phrase in typed.phrases for word in phrase), *slipped])
        documents = self._first(index, rules, typed, query, found)
        return SearchAnswer(
            total=found.total or max(0, len(documents) - len(found.documents)),
            nearest=found.nearest,
            took_ms=0,
            suggestion=offer.text if offer else None,
            also=tuple(dict.fromkeys(name[0] for place in named for name in place.others)),
            facets=_facets(found),
            results=tuple(_hit(document, marker) for document in documents),
        )

    def _found(self, index: Index, plan: QueryPlan, query: SearchArticles, offset: int) -> Found:
        """A page of what was found. Drafts are not told to anybody outside, nor what is asked of them."""
        end = offset + query.size
        if self._meaning is None or not plan.nearest or query.drafts or query.sort != "relevance" or end > FIRST:
            return index.search(plan, _scope(query), offset, query.size, query.sort)
        found = index.search(plan, _scope(query), 0, FIRST, query.sort)
        page = [] if offset and offset >= found.total else self._meaning.order(query.q, found.documents)[offset:end]
        return replace(found, documents=page, nearest=beyond(found.total, offset, len(page)))

    @staticmethod
    def _first(
        index: Index, rules: EditorsWords, typed: ParsedQuery, query: SearchArticles, found: Found
    ) -> list[IndexDocument]:
        """A page's documents. What editors put first for this query leads the first page, which may hold one more."""
        best = rules.best(typed.words) if typed.plain and not query.drafts else None
        if best is None or query.sort != "relevance" or _scope(query) != PUBLIC:
            return found.documents
        others = [document for document in found.documents if document.id != best]
        if query.page > 1:
            return others
        return [*(one for one in index.documents([best]) if one.public), *others]

    @staticmethod
    def _looser(index: Index, plan: QueryPlan, query: SearchArticles) -> Found:
        """A first page of what has as many of the words as any article has."""
        if query.page > 1:
            return Found([], 0)
        for looser in plan.looser():
            found = index.search(looser, _scope(query), 0, query.size, query.sort, facets=False)
            if found.documents:
                return Found(found.documents, 0, nearest=len(found.documents))
        return Found([], 0)

    def _words(self, index: Index) -> Vocabulary:
        vocabulary = self._vocabulary
        if vocabulary is None or vocabulary.index is not index:
            vocabulary = self._vocabulary = Vocabulary(index)
        vocabulary.refresh()
        return vocabulary

    def complete(self, query: SuggestTitles) -> SuggestAnswer:
        """Headlines that go on as typed, from their beginning first, then from inside."""
        words = syllables(query.q)
        if not words:
            return SuggestAnswer()
        self._asked()
        # A space after the last word says that the word is finished.
        end = " " if query.q[-1:].isspace() else ""
        ways = [" ".join(word.folded for word in way) for way in islice(product(*map(twins, words)), _WAYS)]
        prefixes = [completion_prefix(way + end) for way in ways]
        index = self._engine.current()
        found: list[IndexDocument] = []
        for prefix in (*(f"^{prefix}" for prefix in prefixes), *prefixes):
            if len(found) < _COMPLETIONS:
                known = {document.id for document in found}
                found += [document for document in index.complete(prefix, _COMPLETIONS) if document.id not in known]
        if any(word.marked for word in words):
            typed = _one_line(query.q)
            found.sort(key=lambda document: typed not in _one_line(document.title))
        titles: dict[str, str] = {}
        for document in found:
            titles.setdefault(document.title, document.url)
        return SuggestAnswer(
            results=tuple(Suggestion(title=title, url=url) for title, url in list(titles.items())[: query.size])
        )

    def versions(self, after: int, limit: int) -> list[tuple[int, int]]:
        """(id, version) of what the searched index holds."""
        return self._engine.current().versions(after, limit)


def _places(rules: EditorsWords, typed: ParsedQuery, query: SearchArticles) -> list[places.NamedPlace]:
    """The places of a query that others' names find too. They are to stand behind it, so only where scores decide."""
    return places.places().named(typed.words) if rules.places and query.sort == "relevance" else []


def _scope(query: SearchArticles) -> SearchFilter:
    return SearchFilter(
        sections=(query.section, *query.below) if query.section else (),
        author=query.author,
        signed=query.signed,
        published_from=_seconds(query.date_from),
        published_before=None if query.date_to is None else int(query.date_to.timestamp()) + 1,
        drafts=query.drafts,
        draft_sections=query.draft_sections,
    )


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def _hit(document: IndexDocument, marker: Highlighter) -> SearchHit:
    text = f"{document.summary}\n{document.text}" if document.summary else document.text
    return SearchHit(
        id=document.id,
        title=document.title,
        url=document.url,
        section=document.section_name,
        section_slug=document.section_slug,
        published_at=iso(document.published_at),
        summary=document.summary,
        highlight=marker.cut(text, _CUT_LENGTH),
        highlight_title=marker.whole(document.title),
        status=document.status,
        image=document.image,
        tags=tuple(Tag(slug=slug, name=name) for slug, name in document.tags),
    )


def _facets(found: Found) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [{"value": value, "label": label, "count": count} for value, label, count in rows]
        for name, rows in found.facets.items()
    }


def _one_line(text: str) -> str:
    return " ".join(nfc(text).lower().split())


class _AnswerCache:
    """Answers to the same question while the index stays as it is."""

    def __init__(self) -> None:
        self._answers: OrderedDict[SearchArticles, tuple[object, float, SearchAnswer]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, query: SearchArticles, state: object) -> SearchAnswer | None:
        with self._lock:
            held = self._answers.get(query)
            if held is None:
                return None
            known, at, answer = held
            seconds = _CACHED_SECONDS if state is None else _CACHED_SECONDS_UNCHANGED
            if known != state or time.monotonic() - at > seconds:
                del self._answers[query]
                return None
            self._answers.move_to_end(query)
            return answer

    def put(self, query: SearchArticles, state: object, answer: SearchAnswer) -> None:
        with self._lock:
            self._answers[query] = (state, time.monotonic(), answer)
            while len(self._answers) > _CACHED_ANSWERS:
                self._answers.popitem(last=False)
