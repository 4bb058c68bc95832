"""Where words stand in an article, and the article with other words there: what a correction has to mend.

Words are the same in capitals or not, with the tone on either vowel, and where mark-up runs through them; signs
between them count. Pure: no store, no HTTP.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from services.ingest.articles.sanitise import clean_html
from shared.vietnamese.forms import WORD, syllables

MOST = 200
"""Places in one article: more are no slip."""
_AROUND = 40
# Of a clean body: a tag, a reference, or the text up to the next of them.
_PIECE = re.compile(r"""<(?P<tag>/?[a-z0-9]++)(?:[^"<>]++|"[^"]*+")*+>|&\w{1,10};|&#\w{1,8};|[^<&]+|[<&]""")
_INLINE = frozenset("a em strong u s sub sup cite q".split())
_ALT = re.compile(r' alt="([^"]*)"')
_EDGE = "\x00"


@dataclass(frozen=True, slots=True)
class Text:
    """A field of an article that readers see: `name` is its name, for a picture's with its number ("caption:0")."""

    name: str
    label: str
    value: str

    @property
    def is_html(self) -> bool:
        return self.name == "body"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An occurrence: which of its text, and what stands around it."""

    id: str
    label: str
    before: str
    words: str
    after: str


def find(texts: Collection[Text], words: str) -> list[Occurrence]:
    """Every place where the words stand, in the order of the texts."""
    wanted = _Wanted(words)
    found: list[Occurrence] = []
    for text in texts:
        shown = _Shown(text)
        for number, (begin, end) in enumerate(wanted.spans(shown.plain)):
            before, after = _around(shown.plain, begin, end)
            found.append(Occurrence(f"{text.name}:{number}", text.label, before, shown.plain[begin:end], after))
            if len(found) == MOST:
                return found
    return found


def mended(text: Text, words: str, right: str, ids: Collection[str]) -> str:
    """The text with `right` at the places of these ids."""
    wanted, shown = _Wanted(words), _Shown(text)
    value = text.value
    spans = list(enumerate(wanted.spans(shown.plain)))
    # From the end, so that the places before keep theirs.
    for number, (begin, end) in reversed(spans):
        if f"{text.name}:{number}" in ids:
            value = shown.replaced(value, begin, end, _cased(right, shown.plain[begin:end], words))
    return clean_html(value) if text.is_html and value != text.value else value


class _Wanted:
    """Words that are looked for."""

    def __init__(self, words: str) -> None:
        self._words, self._between = _taken_apart(words)
        self._words = self._words[:500]

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """(begin, end) of each place, none reaching into another."""
        if not self._words:
            return
        found = list(WORD.finditer(text))
        exact = [_exact(one[0]) for one in found]
        number, at = len(self._words), 0
        while at + number <= len(found):
            if exact[at] == self._words[0] and exact[at : at + number] == self._words:
                mine = found[at : at + number]
                signs = [_signs(text[one.end() : other.start()]) for one, other in pairwise(mine)]
                if signs == self._between[: number - 1]:
                    yield mine[0].start(), mine[-1].end()
                    at += number
                    continue
            at += 1


class _Shown:
    """What readers see of a text, and where in the text it stands."""

    def __init__(self, text: Text) -> None:
        # Each piece: where it begins in `plain`, where it begins and ends in the text.
        self._pieces: list[tuple[int, int, int]] = []
        parts: list[str] = []
        self._length = 0
        self._parts = parts
        if text.is_html:
            self._read(text.value)
        else:
            self._add(text.value, 0, len(text.value))
        self._is_html = text.is_html
        self.plain = "".join(parts)
        self._begins = [piece[0] for piece in self._pieces]

    def replaced(self, value: str, begin: int, end: int, words: str) -> str:
        """The text with these words in the place of what `plain` has there; mark-up within it stays."""
        first = bisect_right(self._begins, begin) - 1
        last = bisect_right(self._begins, end - 1) - 1
        for piece in range(last, first - 1, -1):
            start, source, source_end = self._pieces[piece]
            whole = source_end - source
            is_reference = whole != self._length_of(piece)
            left = source if is_reference else source + max(0, begin - start)
            right = source_end if is_reference else source + min(whole, end - start)
            put = words if piece == first else ""
            value = value[:left] + (html.escape(put, quote=True) if self._is_html else put) + value[right:]
        return value

    def _length_of(self, piece: int) -> int:
        following = self._begins[piece + 1] if piece + 1 < len(self._begins) else len(self.plain)
        return following - self._begins[piece]

    def _read(self, body: str) -> None:
        for found in _PIECE.finditer(body):
            piece = found[0]
            if found["tag"]:
                self._tag(found["tag"], piece, found.start())
            elif piece[0] == "&":
                self._add(html.unescape(piece), found.start(), found.end())
            else:
                self._add(piece, found.start(), found.end())

    def _tag(self, name: str, tag: str, at: int) -> None:
        if name.lstrip("/") in _INLINE:
            return
        self._add(_EDGE, at, at)
        if alt := _ALT.search(tag):
            self._add(alt[1], at + alt.start(1), at + alt.end(1))
            self._add(_EDGE, at, at)

    def _add(self, words: str, begin: int, end: int) -> None:
        self._pieces.append((self._length, begin, end))
        self._parts.append(words)
        self._length += len(words)


def _around(plain: str, begin: int, end: int) -> tuple[str, str]:
    """The whole words of the same block that stand before and after a place."""
    before, after = plain[max(0, begin - _AROUND) : begin], plain[end : end + _AROUND]
    if _EDGE not in before and begin > _AROUND:
        before = before.partition(" ")[2]
    if _EDGE not in after and end + _AROUND < len(plain):
        after = after.rpartition(" ")[0]
    return before.rpartition(_EDGE)[2], after.partition(_EDGE)[0]


def _taken_apart(words: str) -> tuple[list[str], list[str]]:
    found = list(WORD.finditer(words))
    return [_exact(one[0]) for one in found], [_signs(words[a.end() : b.start()]) for a, b in pairwise(found)]


def _exact(word: str) -> str:
    return syllables(word)[0].exact


def _signs(between: str) -> str:
    return "".join(between.split())


def _cased(right: str, stands: str, words: str) -> str:
    """As the words stood there: in capitals, or at a sentence's beginning."""
    if stands.isupper() and not words.strip().isupper() and sum(map(str.isalpha, stands)) > 1:
        return right.upper()
    first = next((char for char in words if char.isalpha()), "")
    if right and stands[0] != first and stands[0].lower() == first.lower():
        return (right[0].upper() if stands[0].isupper() else right[0].lower()) + right[1:]
    return right
