"""One thing written in one piece or in several: TPHCM and TP.HCM, covid19 and covid-19, 0912345678 and 0912 345 678.

The index keeps words as they stand in the text; what else a query's words may be is looked up in it: only what the
paper writes counts. (Signs between words do not: 19/5, 19-5 and 19.5 are the same two words anyway.)
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise, product

from services.search.queries import Field, Phrase, Written, phrase_of
from services.search.vocabulary import Vocabulary
from shared.vietnamese.forms import Syllable
from shared.vietnamese.keys import plausible

# What is looked up for one query.
_WORDS = 16
_LOOKED_UP = 60
_PIECES = re.compile(r"[^\W\d]+|\d+")
_MOST_PIECES = 4
# A telephone number is written in groups of three and four.
_NUMBER = range(8, 13)
_GROUPS = (3, 4)
_LONGEST = 12


def other_writings(vocabulary: Vocabulary, words: Sequence[Syllable]) -> Written:
    """How else the paper writes the words at these places, or the runs that they are of."""
    found: dict[int, tuple[Phrase, ...]] = {}
    whole = {run: joined for run in _runs(words[:_WORDS]) if (joined := "".join(words[at].folded for at in run))}
    apart = {at: list(_splits(word.folded)) for at, word in enumerate(words[:_WORDS]) if not word.marked}
    tokens = list(dict.fromkeys(f"{a}_{b}" for ways in apart.values() for way in ways for a, b in pairwise(way)))
    if not (whole or tokens):
        return found
    together = vocabulary.side_by_side(tokens[:_LOOKED_UP])
    for at, ways in apart.items():
        scored = [(min(together.get(f"{a}_{b}", 0) for a, b in pairwise(way)), way) for way in ways]
        often, way = max(scored, default=(0, ()))
        if often:
            found[at] = (phrase_of(tuple(Syllable.of(piece, piece) for piece in way)),)
    known = vocabulary.known(whole.values())
    for run, joined in whole.items():
        if joined in known:
            for at in run:
                found[at] = (*found.get(at, ()), Phrase(Field.folded, (joined,)))
    return found


def _runs(words: Sequence[Syllable]) -> Iterator[tuple[int, ...]]:
    """Places of neighbours that may also be written as one."""
    for at, (a, b) in enumerate(pairwise(words)):
        digits = a.folded.isdigit() + b.folded.isdigit()
        strange = digits == 1 or not (plausible(a.folded) and plausible(b.folded))
        if strange and digits < 2 and not (a.marked or b.marked) and len(a.folded + b.folded) <= _LONGEST:
            yield at, at + 1
    for digit, group in groupby(range(len(words)), lambda at: words[at].folded.isdigit()):
        run = tuple(group)
        if digit and len(run) > 1 and sum(len(words[at].folded) for at in run) in _NUMBER:
            yield run


def _splits(word: str) -> Iterator[tuple[str, ...]]:
    """The pieces that a word may also be written in."""
    if word.isdigit():
        if len(word) in _NUMBER:
            for sizes in (sizes for count in (2, 3, 4) for sizes in product(_GROUPS, repeat=count)):
                if sum(sizes) == len(word):
                    starts = [sum(sizes[:at]) for at in range(len(sizes))]
                    yield tuple(word[start : start + size] for start, size in zip(starts, sizes, strict=True))
        return
    pieces = _PIECES.findall(word)
    if len(pieces) > 1:
        if len(pieces) <= _MOST_PIECES:
            yield tuple(pieces)
    elif 4 <= len(word) <= _LONGEST and not plausible(word):
        yield from ((word[:at], word[at:]) for at in range(2, len(word) - 1))
