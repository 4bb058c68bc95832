"""What an engine must do. Nothing here knows which one it is."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from services.search.documents import MAPPING_VERSION, IndexDocument
from services.search.queries import Field, QueryPlan
from services.search.vectors import Vectors
from services.search.words import EditorsWords
from shared.contracts.events import SearchRule
from shared.vietnamese import forms

# A fresh article counts up to this much more than an old one, half of it after HALF_LIFE_DAYS: enough to decide
# between two that fit alike, too little to lift one that does not.
FRESHNESS = 0.06
HALF_LIFE_DAYS = 30.0
MAX_OFFSET = 10_000
"""Results beyond this are not paged to; the total stays honest."""
FACET_SIZE = 30
SPELLINGS = 40
"""The most spellings of one folded syllable that are looked at."""
FACETS = {"section": "section_facet", "year": "year", "author": "author_facet"}
"""Facets and the columns they are counted in."""


class IndexMismatch(RuntimeError):
    """The index was made with other forms or fields than this code's; the message says what to run."""


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Which documents may be found at all. The default is a reader's: published ones.

    `drafts` adds what is not public: all of it, or only that of `draft_sections`. Tombstones are never found.
    """

    sections: tuple[str, ...] = ()
    """In any of these; none: in all."""
    author: str = ""
    signed: tuple[str, ...] = ()
    """Any of these names, in place of `author`."""
    published_from: int | None = None
    """Unix seconds, inclusive."""
    published_before: int | None = None
    """Unix seconds, exclusive."""
    drafts: bool = False
    draft_sections: tuple[str, ...] | None = None


PUBLIC = SearchFilter()


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results. `facets` maps "section", "year", "author" to (value, label, count), biggest first."""

    documents: list[IndexDocument]
    total: int
    facets: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)
    nearest: int = 0
    """How many of `documents`, at least, are not in `total`: they come nearest to matching (see QueryPlan.nearest)."""


@dataclass(frozen=True, slots=True)
class Made:
    """With which code an index was made."""

    mapping: int = MAPPING_VERSION
    forms: int = forms.VERSION


class Index(ABC):
    """One index of articles."""

    name: str
    made: Made

    @abstractmethod
    def apply(self, documents: Sequence[IndexDocument]) -> set[int]:
        """Write documents; for each article the highest version wins, whatever order and however often they come.

        Searchable when this returns, or (many at once, Elasticsearch) within a second. Returns the ids that were
        newer. Raises shared.away.Unavailable when the engine is away.
        """

    @abstractmethod
    def search(
        self,
        plan: QueryPlan,
        scope: SearchFilter,
        offset: int,
        size: int,
        sort: Literal["relevance", "newest"] = "relevance",
        facets: bool = True,
    ) -> Found:
        """Documents that match, best or newest first, with a total that counts every one of them.

        Best first a page of the list of `plan.nearest` is never less full for want of matches; there is no page after
        the last one with matches.
        """

    @abstractmethod
    def counts(self, plans: Sequence[QueryPlan], scope: SearchFilter = PUBLIC) -> list[int]:
        """How many documents match each plan."""

    @abstractmethod
    def similar(self, document: IndexDocument, size: int) -> list[int]:
        """Ids of published articles that read alike (see likeness), nearest first, without the article itself."""

    @abstractmethod
    def complete(self, prefix: str, limit: int) -> list[IndexDocument]:
        """Published articles with a `starts` token that begins with `prefix` (folded), newest first."""

    @abstractmethod
    def documents(self, ids: Sequence[int]) -> list[IndexDocument]:
        """The stored documents of these ids, tombstones too; unknown ids are left out."""

    @abstractmethod
    def versions(self, after: int, limit: int) -> list[tuple[int, int]]:
        """(id, version) of everything held, tombstones too, by id from `after` (exclusive) on."""

    @abstractmethod
    def frequencies(self, field: Field, tokens: Sequence[str]) -> dict[str, int]:
        """In about how many documents each token stands."""

    @abstractmethod
    def documents_held(self) -> int:
        """About how many documents there are; cheap."""

    @abstractmethod
    def spellings(self, folded: Sequence[str]) -> dict[str, dict[str, int]]:
        """How articles write each of these folded syllables: {folded: {exact: about how many articles}}."""

    @abstractmethod
    def pair_spellings(
        self, pairs: Sequence[tuple[str, str]], spellings: Mapping[str, Mapping[str, int]]
    ) -> dict[tuple[str, str], dict[str, int]]:
        """How articles write these folded neighbours: {pair: {"exact_exact": about how many articles}}.

        `spellings` has what `spellings()` said of each syllable: the combinations that may be looked up.
        """

    @abstractmethod
    def state(self) -> object:
        """A value that differs after anything changed, or None where that cannot be told cheaply."""

    def size(self) -> int:
        """Number of documents, without tombstones."""
        return self.counts([QueryPlan(everything=True)], SearchFilter(drafts=True))[0]

    def must_fit(self) -> None:
        """Raises IndexMismatch when the index was made by other code."""
        if self.made != Made():
            raise IndexMismatch(
                f"search index {self.name} was made with mapping {self.made.mapping} and forms {self.made.forms}, "
                f"this code has mapping {MAPPING_VERSION} and forms {forms.VERSION}: run `toasoan reindex`"
            )


class SearchEngine(ABC):
    """The indexes of the house: the one that is searched, perhaps one that is being filled, the one before."""

    def own(self) -> bool:
        """Become the one process that may write, until `close`. False when another one is; engines that are servers
        themselves need no such rule."""
        return True

    @abstractmethod
    def current(self) -> Index:
        """The index that is searched; made empty when there is none. Raises Unavailable when it cannot be had."""

    @abstractmethod
    def building(self) -> Index | None:
        """The index that is being filled beside it, if any: everything is written to both."""

    @abstractmethod
    def previous(self) -> Index | None:
        """The index that was searched before the last switch or rollback, kept for a rollback."""

    @abstractmethod
    def begin(self) -> Index:
        """Make the new index, or go on with the one that is being filled. One of older code is thrown away."""

    @abstractmethod
    def switch(self) -> None:
        """Make the new index the current one at once; the one before stays for `rollback`, older ones go."""

    @abstractmethod
    def rollback(self) -> bool:
        """Go back to the index before the last switch. False when there is none."""

    def apply(self, documents: Sequence[IndexDocument]) -> set[int]:
        """Write to every index that must have it. Returns the ids that were newer in the current one."""
        # Both are asked for first: a switch in between must not take the new one from under this batch.
        current, new = self.current(), self.building()
        applied = current.apply(documents)
        if new is not None:
            new.apply(documents)
        return applied

    @abstractmethod
    def words(self) -> EditorsWords:
        """What editors said of readers' words, as of a second ago. Raises Unavailable."""

    @abstractmethod
    def keep_words(self, version: int, rules: Sequence[SearchRule], places: bool = True) -> None:
        """Keep these for every process that searches, if none of a higher version are kept. Raises Unavailable."""

    @abstractmethod
    def vectors(self, model: str) -> Vectors:
        """The vectors of this model that are kept beside the indexes."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections."""


def freshness(now: float, published_at: int) -> float:
    """What a document's score grows by, as a share of itself."""
    days = max(0.0, (now - published_at) / 86_400)
    return FRESHNESS * math.pow(0.5, days / HALF_LIFE_DAYS)


def beyond(total: int, offset: int, listed: int) -> int:
    """How many of a page's documents are more than match."""
    return max(0, min(listed, offset + listed - total))


def labelled(buckets: Iterable[tuple[object, int]]) -> list[tuple[str, str, int]]:
    """Facet rows from counted keys, which are years or "slug\\tname"; a renamed section or author is one row."""
    rows: dict[str, tuple[str, int]] = {}
    for key, count in buckets:
        value, _, label = str(key).partition("\t")
        if value in ("", "0"):
            continue
        known, before = rows.get(value, ("", 0))
        rows[value] = (known or label, count + before)
    return sorted(((value, label or value, count) for value, (label, count) in rows.items()), key=lambda row: -row[2])
