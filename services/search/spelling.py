""" "Có phải bạn muốn tìm": restores marks and mends slips with what the newspaper itself writes.

A bigram model: the likeliest reading is found by Viterbi's algorithm, with some runners-up. The model is the index:
in how many articles a syllable stands, and two of them side by side, is what the index knows anyway, so the model
grows with every article, is stored with it, and forgets with it. Candidates for a syllable are its spellings with the
same letters, then those one slip away.
"""

import math
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import pairwise, product

from services.search.content import content
from services.search.queries import Field, pairs_as_written, spelled_so, words_as_written
from services.search.vocabulary import Vocabulary
from shared.vietnamese.forms import WORD, Syllable, pair_token, syllables, twins, written
from shared.vietnamese.keys import decoded, plausible
from shared.vietnamese.text import fold, nfc

MAX_WORDS = 16
_CANDIDATES = 8
_SLIP_CANDIDATES = 6
# Places where a slip is looked for, and spellings of other letters that are looked at for each.
_DOUBTED = 3
_NEAR = 12
# Paths kept for each candidate, and readings that are looked up in the paper.
_PATHS = 3
_JUDGED = 6
_ALPHABET = "abcdeghiklmnopqrstuvxyfjwz"

# Costs in nats. What was typed stays unless the paper writes something much more often.
_UNMARKED_AMONG_MARKED = 1.2
_TONE_LOST = 0.7
_OTHER_TONE = 3.0
_OTHER_MARKS = 3.5
_MARKS_TAKEN = 7.0
_SLIP = 6.0
_KEYS = 1.0
# Of more words than this, what is not just left out must stand side by side in the paper as it is offered.
_FEW = 6
# What the paper writes so much oftener with đ than with d is meant so.
_BARRED = 10
# Weight of single syllables against pairs, and the different syllables of an article that make a share of articles
# a share of words.
_SMOOTHING = 0.4
_WORDS_IN_ARTICLE = 200


@dataclass(frozen=True, slots=True)
class _Candidate:
    folded: str
    exact: str
    articles: int
    cost: float


_Path = tuple[float, tuple[_Candidate, ...]]


@dataclass(frozen=True, slots=True)
class Offer:
    """A better spelling of a query: the text, and its syllables one for one."""

    text: str
    words: tuple[Syllable, ...]


def suggest(vocabulary: Vocabulary, typed: str, right: Iterable[int] = ()) -> Offer | None:
    """A better spelling of a query, or None. It differs from what was typed and finds more in published articles.

    The words at the places of `right` stand so in the paper, in one piece or in several: they are left as they are,
    and so are marked ones that only ask.
    """
    words = syllables(typed)
    if not words or len(words) > MAX_WORDS:
        return None
    marked = any(word.marked for word in words)
    if marked and (_apart(words) or vocabulary.index.counts([spelled_so(words)])[0]):
        return None
    asking = set(range(len(words))) - set(content(words))
    right = {*right, *(at for at in asking if words[at].marked)}
    others = [reading for reading in readings(vocabulary, words, right) if not _same(reading, words)]
    best = _finds_more(vocabulary, words, marked, others[:_JUDGED])
    return None if best is None else Offer(_respell(typed, words, best), tuple(best))


def with_bars(vocabulary: Vocabulary, words: Sequence[Syllable]) -> tuple[Syllable, ...]:
    """The words with đ for d where the paper writes them so beside their neighbours: keyboards lose that bar alone.

    Only where other marks were typed: in what has none `suggest` restores all.
    """
    made = list(words)
    if not any(word.marked for word in words):
        return tuple(made)
    pairs = {at: pair for at, pair in enumerate(pairwise(words)) if "d" in (pair[0].exact[0], pair[1].exact[0])}
    known = vocabulary.side_by_side(
        [pair_token(*way) for a, b in pairs.values() for way in product(_bars(a), _bars(b))], Field.exact_pairs
    )
    for at in pairs:
        ways = list(product(_bars(made[at]), _bars(made[at + 1])))
        often = [known.get(pair_token(*way), 0) for way in ways]
        if max(often) > _BARRED * often[0]:
            made[at : at + 2] = ways[often.index(max(often))]
    return tuple(made)


def _bars(word: Syllable) -> tuple[Syllable, ...]:
    return (word, Syllable.of(word.folded, "đ" + word.exact[1:])) if word.exact[0] == "d" else (word,)


def _same(reading: Sequence[Syllable], words: Sequence[Syllable]) -> bool:
    return all(map(_is, reading, words))


def _is(word: Syllable, other: Syllable) -> bool:
    return word in twins(other)


def readings(vocabulary: Vocabulary, words: Sequence[Syllable], right: Container[int] = ()) -> list[list[Syllable]]:
    """Readings of some syllables, the likeliest first."""
    columns, spelled = _candidates(vocabulary, words, right)
    neighbours = {(a.folded, b.folded) for left, right in pairwise(columns) for a in left for b in right}
    together = vocabulary.pairs(sorted(neighbours), spelled)
    total = max(vocabulary.documents(), 1) * _WORDS_IN_ARTICLE
    log = math.log
    ends: list[list[_Path]] = [[(log(max(one.articles, 0.05) / total) - one.cost, (one,))] for one in columns[0]]
    for column in columns[1:]:
        longer: list[list[_Path]] = []
        for one in column:
            floor, exact = _SMOOTHING * max(one.articles, 0.05) / total, f"_{one.exact}"
            paths: list[_Path] = []
            for end in ends:
                last = end[0][1][-1]
                found = together[last.folded, one.folded].get(last.exact + exact, 0)
                step = log(found / max(last.articles, 1) + floor) - one.cost
                paths += [(score + step, (*path, one)) for score, path in end]
            longer.append(nlargest(_PATHS, paths, key=_score))
        ends = longer
    best = nlargest(_JUDGED + 1, (path for end in ends for path in end), key=_score)
    return [[Syllable.of(one.folded, one.exact) for one in path] for _, path in best]


def _score(scored: _Path) -> float:
    return scored[0]


def _candidates(
    vocabulary: Vocabulary, words: Sequence[Syllable], right: Container[int]
) -> tuple[list[list[_Candidate]], dict[str, dict[str, int]]]:
    """The candidates for each word, and how each of their folded forms is spelled in the paper."""
    marked = any(word.marked for word in words)
    keys = [None if at in right else decoded(word) for at, word in enumerate(words)]
    asked = [*(same for word in words for same in twins(word)), *filter(None, keys)]
    spelled = vocabulary.spellings(word.folded for word in asked)
    fixed = {at for at, word in enumerate(words) if at in right or word.number}
    doubtful = _doubtful(vocabulary, words, spelled) - fixed - {at for at, key in enumerate(keys) if key}
    near = {words[at].folded: _near(vocabulary, words[at].folded) for at in doubtful}
    spelled |= vocabulary.spellings(other for others in near.values() for other in others)
    columns = []
    for at, (word, key) in enumerate(zip(words, keys, strict=True)):
        column = {word.exact: _Candidate(word.folded, word.exact, spelled[word.folded].get(word.exact, 0), 0.0)}
        if key:
            for exact, articles in spelled[key.folded].items():
                if exact == key.exact or _goes_on(key.exact, exact):
                    cost = _KEYS + (0.0 if exact == key.exact else _UNMARKED_AMONG_MARKED)
                    column[exact] = _Candidate(key.folded, exact, articles, cost)
        for same in twins(word) if at not in fixed else ():
            for exact, articles in spelled[same.folded].items():
                cost = 0.0 if exact == same.exact else _cost(same, exact, marked)
                column.setdefault(exact, _Candidate(same.folded, exact, articles, cost))
        for folded in near[word.folded] if at in doubtful else ():
            for exact, articles in spelled[folded].items():
                candidate = _Candidate(folded, exact, articles, _SLIP + _slip_cost(word, exact))
                column.setdefault(exact, candidate)
        kept = nlargest(
            _CANDIDATES + (_SLIP_CANDIDATES if at in doubtful else 0),
            column.values(),
            key=lambda one: math.log(one.articles + 0.05) - one.cost,
        )
        if all(one.exact != word.exact for one in kept):
            kept.append(column[word.exact])
        columns.append(kept)
    return columns, spelled


def _cost(word: Syllable, exact: str, query_marked: bool) -> float:
    if not word.marked:
        return _UNMARKED_AMONG_MARKED if query_marked else 0.0
    if exact.isascii() and not exact[-1:].isdigit():
        return _MARKS_TAKEN
    bare, typed_bare = exact.rstrip("12345"), word.exact.rstrip("12345")
    if bare == typed_bare:
        return _TONE_LOST if word.exact == typed_bare else _OTHER_TONE
    return _OTHER_MARKS


def _goes_on(exact: str, other: str) -> bool:
    """Whether the other has only marks that are missing here: keys for some of them were left out."""
    tone, other_tone = exact[-1:].isdigit(), other[-1:].isdigit()
    if tone and exact[-1:] != other[-1:]:
        return False
    letters, others = exact.rstrip("12345"), other.rstrip("12345") if other_tone else other
    return len(letters) == len(others) and all(a in (b, fold(b)) for a, b in zip(letters, others, strict=True))


def _slip_cost(word: Syllable, exact: str) -> float:
    """Marks that were typed should come back in what was meant."""
    if not word.marked:
        return 0.0
    letters = {char for char in word.exact if not char.isascii() or char.isdigit()}
    return 1.2 * len(letters - set(exact))


def _doubtful(vocabulary: Vocabulary, words: Sequence[Syllable], spelled: dict[str, dict[str, int]]) -> set[int]:
    """Places of syllables that the paper does not know, or never writes next to their neighbours; a few at most."""
    together = vocabulary.pairs([(a.folded, b.folded) for a, b in pairwise(words)], spelled)
    met = [a.number or b.number or bool(together[a.folded, b.folded]) for a, b in pairwise(words)]
    unknown, strangers = [], []
    for at, word in enumerate(words):
        around = [*met[max(0, at - 1) : at], *met[at : at + 1]]
        if not spelled.get(word.folded):
            unknown.append(at)
        elif around and not any(around):
            strangers.append(at)
    return set((unknown + strangers)[:_DOUBTED])


def _near(vocabulary: Vocabulary, typed: str) -> list[str]:
    """The known folded syllables at one slip of a finger, the most frequent first."""
    # "km" and its like are no slips.
    if len(typed) > 12 or (len(typed) < 3 and not plausible(typed)):
        return []
    known = vocabulary.known(_one_edit(typed))
    return nlargest(_NEAR, known, key=known.__getitem__)


def _one_edit(word: str) -> set[str]:
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    edits = {left + right[1:] for left, right in splits if right}
    edits |= {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    edits |= {left + char + right[1:] for left, right in splits if right for char in _ALPHABET}
    edits |= {left + char + right for left, right in splits for char in _ALPHABET}
    return edits - {word, ""}


def _finds_more(
    vocabulary: Vocabulary, words: Sequence[Syllable], marked: bool, offers: Sequence[Sequence[Syllable]]
) -> Sequence[Syllable] | None:
    """The first offer that published articles have as written, while they do not have what was typed.

    "Have" means all pairs of neighbours; else all the words. Marked words that stand so in the paper are left alone,
    whatever else is more frequent.
    """
    if marked:
        spelled = vocabulary.spellings(same.folded for word in words for same in twins(word))
        known = [word.marked and any(spelled[same.folded].get(same.exact) for same in twins(word)) for word in words]
        offers = [offer for offer in offers if _has_reason(words, offer, known)]
    for as_written in (spelled_so if marked else pairs_as_written, words_as_written):
        if as_written is words_as_written and marked:
            # Some article has any words: what the paper does write is no slip because of that.
            far = len(words) > _FEW
            offers = [
                offer
                for offer in offers
                if all(_restores(*pair) or not (far or right) for *pair, right in zip(words, offer, known, strict=True))
            ]
        typed = 0
        # Mostly the first one is it: the others are looked up only where it is not.
        for some in filter(None, (offers[:1], offers[1:])):
            typed, *offered = vocabulary.index.counts([as_written(one) for one in (words, *some)])
            if typed and marked:
                return None
            for offer, found in zip(some, offered, strict=True):
                if found > typed:
                    return offer
        if typed:
            return None
    return None


def _has_reason(words: Sequence[Syllable], offer: Sequence[Syllable], known: Sequence[bool]) -> bool:
    """Whether each word that the paper writes, and that is to be another, stands beside one that stays: what else says
    that it is wrong?"""
    stays = [word == offered for word, offered in zip(words, offer, strict=True)]
    return all(
        stays[at] or not known[at] or any(stays[max(0, at - 1) : at]) or any(stays[at + 1 : at + 2])
        for at in range(len(words))
    )


def _apart(words: Sequence[Syllable]) -> bool:
    """Whether numbers part all the words: nothing beside one says what it should be."""
    return len(words) > 1 and all(a.number or b.number for a, b in pairwise(words))


def _restores(word: Syllable, offered: Syllable) -> bool:
    """Whether nothing but marks is added, where none are."""
    return word == offered or (not word.marked and word.folded == offered.folded)


def _respell(typed: str, words: Sequence[Syllable], best: Sequence[Syllable]) -> str:
    """The query as typed, its signs and capitals kept, with other words where they differ."""
    text = nfc(typed)
    pieces, end = [], 0
    for match, word, better in zip(WORD.finditer(text), words, best, strict=False):
        pieces.append(text[end : match.start()])
        end = match.end()
        if word == better:  # "ha2" is written as "hà" is kept
            pieces.append(match[0])
            continue
        spelled = written(better.exact)
        if len(match[0]) > 1 and match[0].isupper():
            spelled = spelled.upper()
        elif match[0][0].isupper():
            spelled = spelled[0].upper() + spelled[1:]
        pieces.append(spelled)
    return "".join(pieces) + text[end:]
