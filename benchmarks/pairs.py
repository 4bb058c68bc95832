"""Words of two syllables that differ in their marks alone ("bò sữa", "bỏ sửa"), as the pages themselves write them."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean

from services.search.documents import IndexDocument
from shared.vietnamese.forms import exact_pairs, written

FIRST = 10
# Less is a slip of who wrote the page.
_LEAST_PAGES = 3


@dataclass(frozen=True, slots=True)
class MinimalPair:
    """One of several words with the same letters, and the pages that have it."""

    words: str
    pages: frozenset[int]


def minimal_pairs(documents: Sequence[IndexDocument], count: int, dice: random.Random) -> list[MinimalPair]:
    """So many of them, the same for the same dice."""
    by_letters: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for document in documents:
        for token in {token for part in _parts(document) for token in exact_pairs(part).split()}:
            letters, _, exact = token.partition("|")
            by_letters[letters][exact].add(document.id)
    found = []
    for ways in by_letters.values():
        often = {exact: pages for exact, pages in ways.items() if len(pages) >= _LEAST_PAGES}
        if len(often) > 1:
            found += [MinimalPair(_words(exact), frozenset(pages)) for exact, pages in sorted(often.items())]
    found = [pair for pair in found if not pair.words.isascii()]
    return dice.sample(found, min(count, len(found)))


def precision(pairs: Sequence[MinimalPair], find: Callable[[str], Sequence[int]]) -> float:
    """How many of the first ten found (or of as many as there are) have the word with just these marks."""
    return mean(_precision(pair, find(pair.words)[:FIRST]) for pair in pairs)


def _precision(pair: MinimalPair, found: Sequence[int]) -> float:
    return sum(page in pair.pages for page in found) / min(FIRST, len(pair.pages))


def _parts(document: IndexDocument) -> Iterator[str]:
    yield from (document.title, document.summary, *document.text.split("\n"), document.extra)


def _words(exact: str) -> str:
    return " ".join(map(written, exact.split("_")))
