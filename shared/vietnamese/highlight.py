"""Cuts from a text with the searched words marked: the text keeps its own marks, whatever was typed."""

import codecs
import html
import re
from collections.abc import Sequence
from itertools import pairwise, product
from typing import Any

from shared.vietnamese.forms import Syllable, syllables, twins
from shared.vietnamese.text import fold, nfc

# How much of a text is looked through, and how often a pair of words is looked up in it.
_SCAN = 12_000
_PLACES = 3
_WORDS = 24
_SPECIAL = re.compile("[&<>\"']")


class Highlighter:
    """Marks the words of one query in any number of texts."""

    def __init__(self, words: Sequence[Syllable]) -> None:
        self._typed: dict[str, set[str]] = {}
        for word in (same for typed in words[:_WORDS] for same in twins(typed)):
            self._typed.setdefault(word.folded, set()).add(word.exact if word.marked else "")
        self._exact: dict[str, str] = {}
        pairs = (pair for a, b in pairwise(words[:_WORDS]) for pair in product(twins(a), twins(b)))
        self._pairs = list(dict.fromkeys(f"{a.folded} {b.folded}" for a, b in pairs))

    def whole(self, text: str) -> str:
        """HTML: the text with its matching words in <mark>, everything else escaped.

        Words match without marks; where a word typed with marks stands in the text exactly so, only those are marked.
        """
        text = nfc(text)
        return self._marked(text, aligned(text))

    def cut(self, text: str, length: int) -> str:
        """As `whole`, of the stretch (about `length` characters) that has most of the query's words side by side.

        Without any match: the text's beginning.
        """
        text = nfc(text)
        if len(text) <= length:
            return self.whole(text)
        folded = aligned(text[:_SCAN])
        start, end = self._best_stretch(folded, length)
        marked = self._marked(text[start:end], folded[start:end])
        return ("… " if start else "") + marked + (" …" if end < len(text) else "")

    def _marked(self, text: str, folded: str) -> str:
        # Mostly nothing in a text needs escaping: one look at all of it is less than one at each piece.
        escape = html.escape if _SPECIAL.search(text) else str
        if not self._typed:
            return escape(text).replace("\n", " ").strip()
        found = []
        # Not by one pattern: compiling that takes longer than all the looking.
        places = [place for word in self._typed for place in _places(folded, word, len(folded))]
        for first, word in sorted(places):
            typed, last = self._typed[word], first + len(word)
            exact = "" not in typed and self._spelled(text[first:last]) in typed
            found.append((first, last, word, exact))
        as_typed = {word for _, _, word, exact in found if exact}
        parts: list[str] = []
        at, last_end = 0, -1
        for first, last, word, exact in found:
            if word in as_typed and not exact:
                continue
            between = text[at:first]
            if at and at == last_end and between.isspace():
                # Words side by side are one mark.
                parts[-1:] = [between]
            else:
                parts += [escape(between), "<mark>"]
            parts += [escape(text[first:last]), "</mark>"]
            at = last_end = last
        parts.append(escape(text[at:]))
        return "".join(parts).replace("\n", " ").strip()

    def _spelled(self, word: str) -> str:
        """The exact form of a word of a text; the same few words come again in every text."""
        exact = self._exact.get(word)
        if exact is None:
            exact = self._exact[word] = syllables(word)[0].exact
        return exact

    def _best_stretch(self, folded: str, length: int) -> tuple[int, int]:
        places = [place for pair in self._pairs for place in _places(folded, pair, _PLACES)]
        if not places:
            places = [place for word in self._typed for place in _places(folded, word, 1)]
            return _around(folded, min(places)[0] if places else 0, length)
        places.sort()
        best, most, all_pairs = places[0][0], 0, len({pair for _, pair in places})
        for at, (first, _) in enumerate(places):
            inside = {pair for place, pair in places[at : at + 2 * _WORDS] if place <= first + length * 2 // 3}
            if len(inside) > most:
                best, most = first, len(inside)
                if most == all_pairs:
                    break
        return _around(folded, best, length)


def highlight(text: str, query: str) -> str:
    """The whole text with the words of a query marked, as HTML."""
    return Highlighter(syllables(query)).whole(text)


def _places(folded: str, words: str, most: int) -> list[tuple[int, str]]:
    """The first places where these words stand whole."""
    found: list[tuple[int, str]] = []
    at = folded.find(words)
    while at >= 0 and len(found) < most:
        end = at + len(words)
        if not folded[at - 1 : at].isalnum() and not folded[end : end + 1].isalnum():
            found.append((at, words))
        at = folded.find(words, end)
    return found


def _around(folded: str, first: int, length: int) -> tuple[int, int]:
    """Begin with the sentence if it starts nearby, else a little before the first match."""
    if first < length // 3:
        start = 0
    else:
        from_start = first - length // 3
        sentence = max(folded.rfind(". ", from_start, first), folded.rfind("\n", from_start, first))
        if sentence >= 0:
            start = sentence + (2 if folded[sentence] == "." else 1)
        else:
            start = folded.find(" ", from_start, first) + 1 or first
    return start, _word_end(folded, start + length)


def _word_end(folded: str, end: int) -> int:
    if end >= len(folded):
        return len(folded)
    cut = max(folded.rfind(" ", end - 40, end + 1), folded.rfind("\n", end - 40, end + 1))
    return cut if cut > 0 else end


# ---------------------------------------------------------------- folding letter by letter


class _Aligned(dict[int, str]):
    """A table for str.translate, for texts with letters beyond Vietnamese."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        bare = fold(char)
        self[code] = kept = bare if len(bare) == 1 else char
        return kept


def _byte_table() -> tuple[Any, bytes]:
    """An encoding of Vietnamese text in single bytes, and the folded letter (or a sign for others) of each byte."""
    letters = "aăâeêioôơuưy"
    marked = {
        nfc(letter + tone) for letter in letters for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    }
    beyond = sorted({char for letter in marked | {"đ"} for char in (letter, letter.upper()) if not char.isascii()})
    # Python makes the fast kind of encoding table only where the first byte is NUL.
    chars = ["\0"] + [chr(code) for code in range(32, 127)] + ["\n", "\t"] + beyond + list("–—“”‘’…•\u00a0«»°×÷→€™©®")
    assert len(chars) <= 256
    chars += ["\ufffe"] * (256 - len(chars))  # stands for "no character" in a decoding table
    folded = "".join(fold(char) if char.isalnum() or char.isascii() else " " for char in chars)
    return codecs.charmap_build("".join(chars)), folded.encode("ascii")


_BYTES, _FOLDED = _byte_table()
_ALIGNED = _Aligned()


def aligned(text: str) -> str:
    """The text in lower case without marks, letter by letter, so that places in both texts are the same."""
    try:
        encoded = codecs.charmap_encode(text, "strict", _BYTES)[0]
    except UnicodeEncodeError:
        return text.translate(_ALIGNED)
    return encoded.translate(_FOLDED).decode("ascii")
