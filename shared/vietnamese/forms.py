"""Search forms of Vietnamese text: the tokens that a search engine ranks, the same for every engine.

Readers type without marks, with half of them, or with the tone on the other vowel; when they do type marks, these
must count. So each text is indexed in several forms, all space-separated tokens that need no analysis:

    folded       "bo diem san"                syllables without marks
    exact        "bo|bo3 diem|điêm3 san|san2" as written, the tone after, so that hoà and hòa are one token
    pairs        "bo_diem diem_san"           folded bigrams: most Vietnamese words have two syllables
    exact_pairs  "bo_diem|bo3_điêm3 …"        bigrams as written

Tones are digits, which lower-casing leaves alone. The folded form in front of an exact one lets a sorted dictionary
tell how a syllable, or two, is written. Measured on held-out news: unmarked queries rank as well as marked ones, and
"bò" stays below "bỏ" for who typed "bỏ".
"""

import re
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from shared.vietnamese.text import fold, nfc, nfd

# Longer runs of letters are no words; cutting them keeps every token far below the engines' limits.
MAX_SYLLABLE = 40
VERSION = 1
"""Raise when any form changes: indexes made with another version have to be made anew."""

WORD = re.compile(r"[^\W_]+")
_TONES = {"\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0301": "1", "\u0323": "5"}
_TONE_MARKS = {digit: mark for mark, digit in _TONES.items()}
_KEPT_WORDS = 20_000
_KEPT_CHUNKS = 40_000


_ROMAN = frozenset("ii iii iv vii viii ix xii xiii xiv xv xvi xvii xviii xix xx xxi".split())


class Syllable(NamedTuple):
    """One word between spaces and signs: how it sounds without marks, and exactly as written."""

    folded: str
    exact: str
    token: str
    """Of the form `exact`."""

    @classmethod
    def of(cls, folded: str, exact: str) -> "Syllable":
        return cls(folded, exact, f"{folded}|{exact}")

    @property
    def marked(self) -> bool:
        return self.folded != self.exact

    @property
    def number(self) -> bool:
        """Whether it counts or names by figures: "30", "covid19", "III" (but "vi" and "xi" are syllables)."""
        return self.folded in _ROMAN or any(map(str.isdigit, self.folded))


_TWINS = re.compile("(?:[hklmst]|qu)[iy]")


def twins(word: Syllable) -> tuple[Syllable, ...]:
    """The word, and itself with i for y or y for i where both are written: mĩ and mỹ, kĩ and kỹ, quí and quý."""
    folded, exact = word.folded, word.exact
    # Asked of every word of a query, and of few whether they are such.
    if len(folded) > 3 or folded[-1] not in "iy" or not _TWINS.fullmatch(folded) or not exact.startswith(folded):
        return (word,)
    other = folded[:-1] + ("i" if folded[-1] == "y" else "y")
    return word, Syllable.of(other, other + exact[len(other) :])


def pair_token(first: Syllable, second: Syllable) -> str:
    """Of the form `exact_pairs`."""
    return f"{first.folded}_{second.folded}|{first.exact}_{second.exact}"


class Forms(NamedTuple):
    """The tokens of one text, in order, with spaces between them."""

    folded: str
    exact: str
    pairs: str
    exact_pairs: str


class _Known(dict[str, tuple[Syllable, ...]]):
    """What stood between two spaces, taken apart once: nearly all of a text is some thousands of syllables."""

    def __missing__(self, chunk: str) -> tuple[Syllable, ...]:
        made = tuple([_analyse(word[:MAX_SYLLABLE]) for word in WORD.findall(chunk.lower())])
        if len(chunk) <= MAX_SYLLABLE:
            if len(self) >= _KEPT_CHUNKS:
                self.clear()
            self[chunk] = made
        return made


_known = _Known()


def syllables(text: str) -> list[Syllable]:
    """The words of a text, in order. Any text will do, composed or not."""
    return list(chain.from_iterable(map(_known.__getitem__, nfc(text).split())))


def forms(text: str) -> Forms:
    """All forms of one paragraph or headline."""
    words = syllables(text)
    folded, exact = [word[0] for word in words], [word[1] for word in words]
    return Forms(" ".join(folded), " ".join([word[2] for word in words]), _pairs(folded), _exact_pairs(folded, exact))


def exact_pairs(text: str) -> str:
    """One of the forms alone."""
    words = syllables(text)
    return _exact_pairs([word[0] for word in words], [word[1] for word in words])


# One join of all pieces takes half the time of making each token first.
def _pairs(folded: list[str]) -> str:
    pieces = ["", "_", "", " "] * (len(folded) - 1)
    pieces[0::4], pieces[2::4] = folded[:-1], folded[1:]
    return "".join(pieces[:-1])


def _exact_pairs(folded: list[str], exact: list[str]) -> str:
    pieces = ["", "_", "", "|", "", "_", "", " "] * (len(folded) - 1)
    pieces[0::8], pieces[2::8] = folded[:-1], folded[1:]
    pieces[4::8], pieces[6::8] = exact[:-1], exact[1:]
    return "".join(pieces[:-1])


def folded_text(text: str) -> str:
    """The folded syllables with single spaces: what headlines are completed by."""
    return " ".join([word[0] for word in syllables(text)])


def written(exact: str) -> str:
    """An exact form as Vietnamese write it, the tone where the older orthography puts it: "hoa2" gives "hòa".

    >>> written("đương2"), written("quy1"), written("gia2"), written("tiêng1")
    ('đường', 'quý', 'già', 'tiếng')
    """
    tone = _TONE_MARKS.get(exact[-1:], "")
    if not tone:
        return exact
    letters = exact[:-1]
    at = _tone_place(letters)
    if at < 0:
        return exact
    return nfc(letters[: at + 1] + tone + letters[at + 1 :])


_VOWELS = "aăâeêioôơuưy"
_STRONG = "ăâêôơ"


def _tone_place(letters: str) -> int:
    start = 0
    # The u of "qu" and the i of "gi" before a vowel belong to the consonant.
    if letters[:2] in ("qu", "gi") and letters[2:3] and letters[2] in _VOWELS:
        start = 2
    places = [at for at in range(start, len(letters)) if letters[at] in _VOWELS]
    if not places:
        return -1
    nucleus = [places[0]]
    for at in places[1:]:
        if at != nucleus[-1] + 1:
            break
        nucleus.append(at)
    strong = [at for at in nucleus if letters[at] in _STRONG]
    if strong:
        return strong[-1]
    horned = [at for at in nucleus if letters[at] == "ư"]
    if horned:
        return horned[-1]
    if len(nucleus) >= 3:
        return nucleus[1]
    closed = nucleus[-1] + 1 < len(letters)
    return nucleus[1] if len(nucleus) == 2 and closed else nucleus[0]


@lru_cache(maxsize=_KEPT_WORDS)
def _analyse(word: str) -> Syllable:
    if word.isascii():
        return Syllable.of(word, word)
    letters, tone = [], ""
    for char in nfd(word):
        if char in _TONES:
            tone = _TONES[char]
        else:
            letters.append(char)
    bare = fold(word)
    # Folding some letters of other scripts gives signs or nothing: such a word stays as it is.
    folded = bare if WORD.fullmatch(bare) else word
    return Syllable.of(folded, nfc("".join(letters)) + tone)
