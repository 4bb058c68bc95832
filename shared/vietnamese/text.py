"""Vietnamese text rules: nothing else in the house composes, folds, slugs or sorts.

Text is NFC from the door on. đ folds to d, so no slug loses it: "Điện Biên Phủ đón Tết" gives
"dien-bien-phu-don-tet".
"""

import re
import unicodedata
from functools import lru_cache

_D_BAR = str.maketrans("đĐðÐ", "dDdD")
# U+202A-202E and U+2066-2069 turn the reading order of what follows; U+200E/F are their weaker kin.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# U+200D and the tags stay: emoji are made with them.
_INVISIBLE = "\u00ad\u180e\u200b\u200c\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb"
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff"
_UNWANTED = re.compile(f"[{_CONTROL}{_BIDI}{_INVISIBLE}]")
_SLUG_CUT = re.compile(r"[^a-z0-9]+")
# Marks after one letter are put into their order by a sort whose time grows with the square of their number. No script
# has more of them than Unicode's stream-safe text (UAX 15).
_MOST_MARKS = 30
_LONG_RUN = re.compile(rf"[^\x00-\x7f]{{{_MOST_MARKS},}}")
# Vowel signs of Tibetan that are no marks themselves, and come apart into two.
_MARKS_WITHIN = "\u0f73\u0f75\u0f81"

# The alphabet's order: a ă â b c d đ e ê … and, for equal letters, the order of the tones.
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_RANK = {letter: rank for rank, letter in enumerate(_LETTERS, start=1)}
_TONE_RANK = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


def nfc(text: str) -> str:
    """The composed form (Unicode NFC), as every stored text has it; of very many marks on one letter, the first."""
    return text if text.isascii() else unicodedata.normalize("NFC", _LONG_RUN.sub(_with_few_marks, text))


def nfd(text: str) -> str:
    """The form with its marks apart (Unicode NFD), as letters and tones are told by."""
    return text if text.isascii() else unicodedata.normalize("NFD", _LONG_RUN.sub(_with_few_marks, text))


def _with_few_marks(run: re.Match[str]) -> str:
    kept, marks = [], 0
    for char in run.group():
        marks = marks + 1 if unicodedata.combining(char) or char in _MARKS_WITHIN else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower case without marks: "Đường Hoà" gives "duong hoa". Keeps every other character."""
    if text.isascii():
        return text.lower()
    bare = "".join(c for c in nfd(text.translate(_D_BAR)) if not unicodedata.combining(c))
    return nfc(bare).lower()


def slug(text: str, max_length: int = 120) -> str:
    """ASCII words joined by hyphens, cut at a word's end; "" when the text has no letter or digit of ASCII's.

    >>> slug("Điện Biên Phủ đón Tết")
    'dien-bien-phu-don-tet'
    """
    whole = _SLUG_CUT.sub("-", fold(nfc(text[: max_length * 4]))).strip("-")
    if len(whole) <= max_length:
        return whole
    cut = whole[: max_length + 1].rpartition("-")[0]
    return cut or whole[:max_length]


def one_line(text: str) -> str:
    """A headline, name or caption: NFC, no control, bidi or invisible character, single spaces, trimmed."""
    return " ".join(plain(text).split())


def plain(text: str) -> str:
    """Running text: NFC, no control, bidi or invisible character; line breaks stay."""
    composed = nfc(text)
    # Nothing unwanted can be printed, and whether all of a text can is seen ten times as fast.
    # (Composed once more: a letter and its tone may have stood apart by what is gone now.)
    return composed if composed.isprintable() else nfc(_UNWANTED.sub("", composed))


def sort_key(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Key for `sorted`: the Vietnamese alphabet first, tones (level, huyền, hỏi, ngã, sắc, nặng) for ties."""
    letters: list[int] = []
    tones: list[int] = []
    for char in nfc(text).lower():
        base, tone = _split_tone(char)
        if not base:
            continue  # a tone on what can have none
        letters.append(_LETTER_RANK.get(base, 0) or (100 + ord(base) if not base.isspace() else 0))
        tones.append(tone)
    return tuple(letters), tuple(tones)


@lru_cache(maxsize=4096)
def _split_tone(char: str) -> tuple[str, int]:
    parts = nfd(char)
    tone = max((_TONE_RANK.get(c, 0) for c in parts), default=0)
    return nfc("".join(c for c in parts if c not in _TONE_RANK)), tone


def thousands(number: int) -> str:
    """A number as Vietnamese print it: 5546 gives "5.546"."""
    return f"{number:,}".replace(",", ".")
