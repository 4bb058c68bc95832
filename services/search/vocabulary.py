"""What the index knows of words and of pairs of words, remembered while it stays as it is, or for some seconds."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from services.search.engines.base import Index
from services.search.queries import Field

K_ = TypeVar("K_")
V_ = TypeVar("V_")

_KEPT_SECONDS = 10.0
# Vietnamese has some 2,500 syllables without marks; common pairs come again and again.
_KEPT_WORDS = 6_000
_KEPT_PAIRS = 12_000


class Vocabulary:
    """One index's words. Thread-safe."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._state: object = None
        self._until = 0.0
        self._words: dict[str, dict[str, int]] = {}
        self._pairs: dict[tuple[str, str], dict[str, int]] = {}
        self._folded: dict[str, int] = {}
        self._neighbours: dict[str, int] = {}
        self._documents: int | None = None

    @property
    def index(self) -> Index:
        return self._index

    def refresh(self) -> None:
        """Forget what may be out of date; once before each question."""
        state, now = self._index.state(), time.monotonic()
        if now < self._until or (state is not None and state == self._state):
            return
        with self._lock:
            self._state, self._until = state, now + _KEPT_SECONDS
            self._words, self._pairs, self._folded, self._neighbours, self._documents = {}, {}, {}, {}, None

    def documents(self) -> int:
        held = self._documents
        if held is None:
            held = self._documents = self._index.documents_held()
        return held

    def spellings(self, folded: Iterable[str]) -> dict[str, dict[str, int]]:
        """How articles write each folded syllable: {folded: {exact: articles}}."""
        return self._kept(self._words, folded, self._index.spellings, _KEPT_WORDS)

    def pairs(
        self, pairs: Iterable[tuple[str, str]], spellings: dict[str, dict[str, int]]
    ) -> dict[tuple[str, str], dict[str, int]]:
        """How articles write these folded neighbours: {pair: {"exact_exact": articles}}."""
        return self._kept(self._pairs, pairs, lambda new: self._index.pair_spellings(new, spellings), _KEPT_PAIRS)

    def known(self, folded: Iterable[str]) -> dict[str, int]:
        """In how many articles each folded syllable stands; those in none are left out."""
        found = self._kept(self._folded, folded, lambda new: self._index.frequencies(Field.folded, new), _KEPT_WORDS)
        return {word: count for word, count in found.items() if count}

    def side_by_side(self, tokens: Iterable[str], field: Field = Field.pairs) -> dict[str, int]:
        """In how many articles each of these pairs stands ("covid_19"); those in none are left out."""
        found = self._kept(self._neighbours, tokens, lambda new: self._index.frequencies(field, new), _KEPT_PAIRS)
        return {token: count for token, count in found.items() if count}

    def _kept(
        self, kept: dict[K_, V_], wanted: Iterable[K_], ask: Callable[[Sequence[K_]], dict[K_, V_]], most: int
    ) -> dict[K_, V_]:
        found, new = {}, []
        for key in dict.fromkeys(wanted):
            value = kept.get(key)
            if value is None:
                new.append(key)
            else:
                found[key] = value
        if new:
            answer = ask(new)
            found |= answer
            with self._lock:
                if len(kept) + len(answer) > most:
                    kept.clear()
                kept.update(answer)
        return found
