"""What a reader typed, understood: one query shape that every engine carries out the same way.

    điện biên phủ         all of the words, or enough of them side by side; the nearer as written the better
    "đón Tết"             exactly these words in this order; with marks, exactly these marks
    -bóng -"chứng khoán"  without these

The weights are measured: folded syllables and folded pairs count 1, pairs as written 1 (only pairs with a mark in them:
unmarked syllables of an unmarked query would be noise there), single syllables as written .5, pairs in the headline
.8. (On 1,053 pages of LibreOffice's Vietnamese help .8 in place of .5 brings fragments of headlines from .81 to .83
mean reciprocal rank and costs two pairs out of the text .001; 1.2 costs these .01.)
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from shared.vietnamese.forms import Syllable, pair_token, syllables
from shared.vietnamese.text import plain

MAX_WORDS = 48
MAX_PHRASES = 8
MAX_PHRASE_WORDS = 24
# Longer input cannot be meant as a search; cutting it keeps every step below bounded.
_MAX_LENGTH = 2_000

_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans("“”„«»", '"""""')


# Among articles that repeat one pair of a query often, those come first that have most of its pairs.
MOST_PAIRS = 8.0


class Field(StrEnum):
    """The searched fields of the index (see documents.Tokens)."""

    folded = "folded"
    exact = "exact"
    pairs = "pairs"
    exact_pairs = "exact_pairs"
    title_pairs = "title_pairs"


@dataclass(frozen=True, slots=True)
class Term:
    """One token in one field."""

    field: Field
    token: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens in this order, side by side; so are `pairs`, each two of them as one token."""

    field: Field
    tokens: tuple[str, ...]
    pairs: tuple[Term, ...] = ()
    """An engine that looks for these first compares the positions of few articles (158,000 of them: 18 ms, then .3)."""


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """A query for any engine.

    A document matches that has all words of one of `readings`, or `pairs_minimum` of `pairs`, or `minimum` of
    `words` (0: that is not asked for); and all `phrases`, and none of `without`. `words`, `pairs` and `boosts` rank.

    `everything` matches all documents (nothing was typed), `nothing` matches none (nothing in it can be searched).
    """

    readings: tuple[tuple[Term, ...], ...] = ()
    words: tuple[Term, ...] = ()
    minimum: int = 0
    pairs: tuple[Term, ...] = ()
    pairs_minimum: int = 0
    pairs_most: int = 0
    """With this many of `pairs` a document scores MOST_PAIRS more; 0: there is no such bonus."""
    phrases: tuple[Phrase, ...] = ()
    boosts: tuple[Term, ...] = ()
    without: tuple[Phrase, ...] = ()
    everything: bool = False

    @property
    def nothing(self) -> bool:
        return not (self.readings or self.phrases or self.everything)

    @property
    def ranked(self) -> tuple[Term, ...]:
        """All that a document's score is the sum of."""
        return (*self.words, *self.pairs, *self.boosts)

    def looser(self) -> Iterator["QueryPlan"]:
        """The same query, asking for fewer and fewer of its words: for when nothing is found."""
        for minimum in sorted({needed(len(self.words)), 1}, reverse=True):
            if self.readings and minimum < len(self.words):
                yield replace(self, minimum=minimum)


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query taken apart."""

    words: tuple[Syllable, ...]
    phrases: tuple[tuple[Syllable, ...], ...]
    without: tuple[tuple[Syllable, ...], ...]
    blank: bool

    @property
    def plain(self) -> bool:
        """Nothing but words."""
        return not (self.phrases or self.without)


def read(typed: str) -> ParsedQuery:
    """Take a query apart. Any text at all will do; what is too long is cut."""
    text = plain(typed[:_MAX_LENGTH]).translate(_QUOTES)
    words: list[Syllable] = []
    phrases: list[tuple[Syllable, ...]] = []
    without: list[tuple[Syllable, ...]] = []
    for part in _PART.finditer(text):
        found = syllables(part["phrase"] if part["phrase"] is not None else part["word"])
        if not found:
            continue
        if part["minus"]:
            without.append(tuple(found[:MAX_PHRASE_WORDS]))
        elif part["phrase"] is not None:
            phrases.append(tuple(found[:MAX_PHRASE_WORDS]))
        else:
            words.extend(found)
    return ParsedQuery(
        tuple(words[:MAX_WORDS]), tuple(phrases[:MAX_PHRASES]), tuple(without[:MAX_PHRASES]), not text.strip()
    )


def plan(typed: ParsedQuery, strict: bool = False, meant: Sequence[Syllable] = ()) -> QueryPlan:
    """The query for what was typed. `strict` asks for more of the pairs: for orders other than by relevance.

    `meant` is a likelier reading of the plain words, one for one: where a letter slipped, both readings count; where
    marks were left out, the articles that have these rank before those with others.
    """
    if typed.blank:
        return QueryPlan(everything=True)
    ranked = list(typed.words)
    for phrase in typed.phrases:
        ranked.extend(phrase)
    neighbours = list(pairwise(typed.words))
    quoted = [pair for phrase in typed.phrases for pair in pairwise(phrase)]
    slipped = [at for at, (a, b) in enumerate(zip(typed.words, meant, strict=False)) if a.folded != b.folded]
    touched = [pair for at, pair in enumerate(pairwise(meant)) if at in slipped or at + 1 in slipped]
    restored = [pair for pair in pairwise(meant) if pair not in neighbours]
    readings = [_terms(Field.folded, [word.folded for word in typed.words])]
    words = readings[0]
    if slipped:
        readings.append(_terms(Field.folded, [word.folded for word in meant]))
        known = {word.token for word in words}
        words = words + [word for word in readings[1] if word.token not in known]
    pairs = _terms(Field.pairs, [f"{a.folded}_{b.folded}" for a, b in (*neighbours, *touched)])
    marked = [pair_token(a, b) for a, b in (*neighbours, *restored, *quoted) if a.marked or b.marked]
    boosts = _terms(Field.folded, [word.folded for phrase in typed.phrases for word in phrase])
    boosts += _terms(Field.pairs, [f"{a.folded}_{b.folded}" for a, b in quoted])
    boosts += _terms(Field.exact_pairs, marked)
    boosts += _terms(Field.exact, [word.token for word in (*ranked, *meant) if word.marked], 0.5)
    boosts += _terms(Field.title_pairs, [f"{a.folded}_{b.folded}" for a, b in (*neighbours, *quoted)], 0.8)
    return QueryPlan(
        readings=tuple(tuple(reading) for reading in readings if reading),
        words=tuple(words),
        pairs=tuple(pairs),
        pairs_minimum=_pairs_needed(len(typed.words) - 1, strict),
        pairs_most=math.ceil((len(typed.words) - 1) * 0.6) if len(typed.words) > 2 else 0,
        phrases=tuple(phrase_of(phrase) for phrase in typed.phrases),
        boosts=tuple(boosts),
        without=tuple(phrase_of(phrase) for phrase in typed.without),
    )


def pairs_as_written(words: Sequence[Syllable]) -> QueryPlan:
    """Documents that have each two neighbours of these words side by side, exactly so."""
    if len(words) == 1:
        return words_as_written(words)
    return _all_of(_terms(Field.exact_pairs, [pair_token(a, b) for a, b in pairwise(words)]))


def words_as_written(words: Sequence[Syllable]) -> QueryPlan:
    """Documents that have all these words, exactly so."""
    return _all_of(_terms(Field.exact, [word.token for word in words]))


def _all_of(terms: list[Term]) -> QueryPlan:
    return QueryPlan(readings=(tuple(terms),))


def needed(words: int) -> int:
    """How many of the different words a document must have where none has all of them, nor enough pairs."""
    # Questions in whole sentences share few of their words with the text that answers them.
    return max(1, words - 1) if words <= 4 else 3 if words == 5 else 4


def _pairs_needed(pairs: int, strict: bool) -> int:
    """Side by side, a third of a query's pairs says as much as all its words somewhere; 0: only all words will do."""
    if pairs <= 1:
        return 0
    return max(1, math.ceil(pairs * 0.6) if strict else round(pairs * 0.34))


def phrase_of(words: tuple[Syllable, ...]) -> Phrase:
    """Marked as soon as one mark is typed: who types marks in quotes means them."""
    neighbours = list(pairwise(words))
    if any(word.marked for word in words):
        phrase = Phrase(Field.exact, tuple(word.token for word in words))
        pairs = _terms(Field.exact_pairs, [pair_token(a, b) for a, b in neighbours])
    else:
        phrase = Phrase(Field.folded, tuple(word.folded for word in words))
        pairs = _terms(Field.pairs, [f"{a.folded}_{b.folded}" for a, b in neighbours])
    if len(words) == 2:
        # Two words side by side are that one token.
        return Phrase(pairs[0].field, (pairs[0].token,))
    return replace(phrase, pairs=tuple(pairs))


def _terms(field: Field, tokens: list[str], weight: float = 1.0) -> list[Term]:
    counts: dict[str, int] = {}
    for token in tokens:
        counts[token] = counts.get(token, 0) + 1
    return [Term(field, token, weight * count) for token, count in counts.items()]
