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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice, pairwise, product
from typing import TypeVar

from services.search.content import content
from shared.vietnamese.forms import Syllable, pair_token, syllables, twins
from shared.vietnamese.text import plain

MAX_WORDS = 48
MAX_PHRASES = 8
MAX_PHRASE_WORDS = 24
# Ways to write one phrase in quotes, with i or with y.
_SAME_PHRASES = 8
# Longer input cannot be meant as a search; cutting it keeps every step below bounded.
_MAX_LENGTH = 2_000

_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans("“”„«»", '"""""')


# A query of so few words means each of them; a longer one also finds what comes nearest to it.
SHORT = 3
NEAREST = 2
"""What has fewer of a long query's words than this is not near it."""
EXACT = 0.5
# A place by the name that it had before 2025, or has since.
RENAMED = 0.8
# In a question half of the pairs are no words of the language, and rare: they must not outweigh the words.
LONG_PAIRS = 0.35
# What is left of a query with a slip in it is better known by its pairs.
SLIPPED_PAIRS = 0.6
TITLE = 0.8
# Headline and lead say in short what an article answers. (300 judged questions: nDCG@10 .66 → .69; in a query of four
# words out of a text these would cost .05 mean reciprocal rank.)
HEAD, HEAD_WORDS = 0.8, 6
# In few words the marks of a pair must decide, against another pair of these letters in a headline.
SHORT_EXACT_PAIRS, SHORT_TITLE = 1.5, 0.5

# Of a query's pairs.
MOST = 0.6
# Among articles that repeat one pair of a query often, those come first that have most of its pairs.
MOST_PAIRS = 8.0


class Field(StrEnum):
    """The searched fields of the index (see documents.Tokens)."""

    folded = "folded"
    exact = "exact"
    pairs = "pairs"
    exact_pairs = "exact_pairs"
    title_pairs = "title_pairs"
    head = "head"


@dataclass(frozen=True, slots=True)
class Term:
    """One token in one field."""

    field: Field
    token: str
    weight: float = 1.0
    others: tuple["Phrase", ...] = ()
    """What is the same, written otherwise: an article has the term that has any of them, and scores for the best."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens in this order, side by side; so are `pairs`, each two of them as one token."""

    field: Field
    tokens: tuple[str, ...]
    pairs: tuple[Term, ...] = ()
    """An engine that looks for these first compares the positions of few articles (158,000 of them: 18 ms, then .3)."""
    others: tuple["Phrase", ...] = ()
    """The same, written otherwise."""


Written = Mapping[int, tuple[Phrase, ...]]
"""How else the word at a place of a query is written, or the run it stands in (see joining)."""
NOTHING: Written = {}
T = TypeVar("T")


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
    nearest: bool = False
    """In a list by relevance, what has NEAREST of `words` stands where its score puts it even if it does not match;
    totals and facets count what matches."""
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
        return not (self.readings or self.minimum or self.phrases or self.everything)

    @property
    def ranked(self) -> tuple[Term, ...]:
        """All that a document's score is the sum of."""
        return (*self.words, *self.pairs, *self.boosts)

    def listed(self) -> "QueryPlan":
        """What a list by relevance is made of."""
        # Two of the words: what has all of them, or a pair side by side, has these, unless it writes them otherwise.
        otherwise = tuple(reading for reading in self.readings if any(term.others for term in reading))
        return replace(self, readings=otherwise, pairs_minimum=0, minimum=NEAREST) if self.nearest else self

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


def plan(
    typed: ParsedQuery,
    strict: bool = False,
    meant: Sequence[Syllable] = (),
    written: Written = NOTHING,
    renamed: Written = NOTHING,
) -> QueryPlan:
    """The query for what was typed. `strict` asks for more of the pairs: for orders other than by relevance.

    `meant` is a likelier reading of the plain words, one for one: where a letter slipped, both readings count; where
    marks were left out, the articles that have these rank before those with others. `written` says how else some of the
    plain words are written, `renamed` which of them are places that have, or had, other names.
    """
    if typed.blank:
        return QueryPlan(everything=True)
    kept = content(typed.words)
    different = len({typed.words[at].folded for at in kept})
    long = different > SHORT
    words = [(at, typed.words[at]) for at in kept]
    pairs = [(at, pair) for at, pair in enumerate(pairwise(typed.words)) if at in kept and at + 1 in kept]
    # Side by side, the pieces of one word say no more than the word.
    one_word = [(at, pair) for at, pair in pairs if set(written.get(at, ())) & set(written.get(at + 1, ()))]
    telling = [pair for pair in pairs if pair not in one_word]
    likelier = [(at, meant[at]) for at in kept if meant and meant[at] != typed.words[at]]
    slipped = {at for at, word in likelier if word.folded != typed.words[at].folded}
    restored = [(at, pair) for at, pair in enumerate(pairwise(meant)) if at in kept and at + 1 in kept]
    restored = [(at, pair) for at, pair in restored if (at, pair) not in pairs]
    touched = [(at, pair) for at, pair in restored if at in slipped or at + 1 in slipped]
    near = (SLIPPED_PAIRS if slipped else LONG_PAIRS) if long else 1.0
    quoted = [word for phrase in typed.phrases for word in phrase]
    quoted_pairs = [pair for phrase in typed.phrases for pair in pairwise(phrase)]

    readings = [_folded(words, written)]
    if slipped:
        readings.append(_folded([(at, meant[at]) for at in kept], written))
    ranked = list({term.token: term for reading in reversed(readings) for term in reading}.values())
    if renamed:
        readings.append(_folded(words, {at: (*written.get(at, ()), *renamed.get(at, ())) for at, _ in words}))
    boosts = _folded(_placed(quoted))
    boosts += _pairs(_placed(quoted_pairs))
    boosts += _pairs(one_word, near, written)
    boosts += _pairs([(at, pair) for at, pair in pairs if at in renamed and at + 1 in renamed], RENAMED, renamed)
    boosts += _exact_pairs([*pairs, *restored], near if long else SHORT_EXACT_PAIRS)
    boosts += _exact_pairs(_placed(quoted_pairs))
    boosts += _exact([word for _, word in (*words, *((at, meant[at]) for at in kept if meant))] + quoted)
    boosts += _pairs([*pairs, *_placed(quoted_pairs)], TITLE if long else SHORT_TITLE, field=Field.title_pairs)
    if different >= HEAD_WORDS:
        boosts += _folded([*words, *((at, meant[at]) for at in sorted(slipped))], weight=HEAD, field=Field.head)
    return QueryPlan(
        readings=tuple(tuple(reading) for reading in readings if reading),
        words=tuple(ranked),
        nearest=long and not strict,
        pairs=tuple(_pairs([*telling, *touched], near)),
        pairs_minimum=_pairs_needed(len(telling), strict),
        pairs_most=math.ceil(len(telling) * MOST) if len(telling) > 1 else 0,
        phrases=tuple(phrase_of(phrase) for phrase in typed.phrases),
        boosts=tuple(boosts),
        without=tuple(phrase_of(phrase) for phrase in typed.without),
    )


def pairs_as_written(words: Sequence[Syllable]) -> QueryPlan:
    """Documents that have each two neighbours of these words side by side, exactly so."""
    if len(words) == 1:
        return words_as_written(words)
    return _all_of(_exact_pairs(list(enumerate(pairwise(words))), unmarked=True))


def words_as_written(words: Sequence[Syllable]) -> QueryPlan:
    """Documents that have all these words, exactly so."""
    return _all_of(_exact(words, 1.0, unmarked=True))


def spelled_so(words: Sequence[Syllable]) -> QueryPlan:
    """Documents that have the words between numbers side by side, exactly so: 15 says nothing of the "tỷ" after it."""
    pairs = [pair for pair in pairwise(words) if not (pair[0].number or pair[1].number)]
    alone = [word for word in words if not word.number and all(word not in pair for pair in pairs)]
    return _all_of(_exact_pairs(_placed(pairs), unmarked=True) + _exact(alone, 1.0, unmarked=True))


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
    first, *others = (_phrase(same) for same in islice(product(*map(twins, words)), _SAME_PHRASES))
    return replace(first, others=tuple(dict.fromkeys(others)))


def _phrase(words: tuple[Syllable, ...]) -> Phrase:
    neighbours = list(pairwise(words))
    if any(word.marked for word in words):
        phrase = Phrase(Field.exact, tuple(word.token for word in words))
        pairs = [Term(Field.exact_pairs, pair_token(a, b)) for a, b in neighbours]
    else:
        phrase = Phrase(Field.folded, tuple(word.folded for word in words))
        pairs = [Term(Field.pairs, f"{a.folded}_{b.folded}") for a, b in neighbours]
    if len(words) == 2:
        # Two words side by side are that one token.
        return Phrase(pairs[0].field, (pairs[0].token,))
    return replace(phrase, pairs=tuple(pairs))


Pair = tuple[Syllable, Syllable]


def _placed(items: Sequence[T]) -> list[tuple[int, T]]:
    """Without a place in the query's plain words."""
    return [(-1, item) for item in items]


def _folded(
    words: Sequence[tuple[int, Syllable]], written: Written = NOTHING, weight: float = 1.0, field: Field = Field.folded
) -> list[Term]:
    found = [([same.folded for same in twins(word)], written.get(at, ())) for at, word in words]
    return _terms(field, found, weight)


def _exact(words: Sequence[Syllable], weight: float = EXACT, unmarked: bool = False) -> list[Term]:
    wanted = [word for word in words if word.marked or unmarked]
    return _terms(Field.exact, [([same.token for same in twins(word)], ()) for word in wanted], weight)


def _pairs(
    pairs: Sequence[tuple[int, Pair]], weight: float = 1.0, written: Written = NOTHING, field: Field = Field.pairs
) -> list[Term]:
    """A pair within a run that is written otherwise stands in what has that."""
    made = []
    for at, (a, b) in pairs:
        whole = tuple(same for same in written.get(at, ()) if same in written.get(at + 1, ()))
        made.append(([f"{one.folded}_{other.folded}" for one in twins(a) for other in twins(b)], whole))
    return _terms(field, made, weight)


def _exact_pairs(pairs: Sequence[tuple[int, Pair]], weight: float = 1.0, unmarked: bool = False) -> list[Term]:
    wanted = [pair for _, pair in pairs if unmarked or pair[0].marked or pair[1].marked]
    tokens = [[pair_token(one, other) for one in twins(a) for other in twins(b)] for a, b in wanted]
    return _terms(Field.exact_pairs, [(same, ()) for same in tokens], weight)


def _terms(field: Field, wanted: Sequence[tuple[list[str], tuple[Phrase, ...]]], weight: float = 1.0) -> list[Term]:
    """A term for each different token, heavier the more often it comes."""
    counts: dict[str, int] = {}
    others: dict[str, tuple[Phrase, ...]] = {}
    for (token, *same), written in wanted:
        counts[token] = counts.get(token, 0) + 1
        others[token] = (*(Phrase(field, (other,)) for other in same), *written)
    return [Term(field, token, weight * count, others[token]) for token, count in counts.items()]
