"""How readers type: functions from a query with all its marks to what comes out of their keyboards."""

import random
import re
import unicodedata
from collections.abc import Callable

_TONES = "\u0300\u0309\u0303\u0301\u0323"
_LETTERS = "abcdeghiklmnopqrstuvxy"
# Sounds that some regions do not tell apart, and how they are written for one another.
_CONFUSED = (
    ("tr", "ch"), ("ch", "tr"), ("s", "x"), ("x", "s"), ("d", "gi"), ("gi", "d"), ("r", "d"), ("l", "n"), ("n", "l"),
    ("ng", "n"), ("c", "t"), ("ả", "ã"), ("ã", "ả"), ("ẻ", "ẽ"), ("i", "y"), ("y", "i"),
)  # fmt: skip
_OLD_PLACES = (("òa", "oà"), ("óa", "oá"), ("ỏa", "oả"), ("ọa", "oạ"), ("úy", "uý"), ("ùy", "uỳ"), ("ủy", "uỷ"))


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def unmarked(text: str) -> str:
    bare = "".join(char for char in _decomposed(text) if not unicodedata.combining(char))
    return bare.replace("đ", "d").replace("Đ", "D")


def without_tones(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(char for char in _decomposed(text) if char not in _TONES))


def other_place(text: str) -> str:
    """The tone on the other vowel: hoà for hòa."""
    for old, new in _OLD_PLACES:
        text = text.replace(old, new)
    return text


def d_for_d(text: str) -> str:
    return text.replace("đ", "d").replace("Đ", "D")


def half_marked(text: str, dice: random.Random) -> str:
    return " ".join(unmarked(word) if dice.random() < 0.5 else word for word in text.split())


def misspelt(text: str, dice: random.Random) -> str:
    """One syllable as another region would write it."""
    words = text.split()
    for _ in range(20):
        at, (right, wrong) = dice.randrange(len(words)), dice.choice(_CONFUSED)
        if right in words[at]:
            words[at] = words[at].replace(right, wrong, 1)
            return " ".join(words)
    return text


def slipped(text: str, dice: random.Random) -> str:
    """One letter of one word wrong, missing, twice the neighbour's place, or too many."""
    words = text.split()
    at = dice.choice([number for number, word in enumerate(words) if len(word) >= 3] or [0])
    letters = list(words[at])
    place, kind = dice.randrange(len(letters)), dice.random()
    if kind < 0.35:
        letters[place] = dice.choice(_LETTERS)
    elif kind < 0.6:
        del letters[place]
    elif kind < 0.8 and place + 1 < len(letters):
        letters[place], letters[place + 1] = letters[place + 1], letters[place]
    else:
        letters.insert(place, dice.choice(_LETTERS))
    words[at] = "".join(letters)
    return " ".join(words)


def ways(seed: int) -> dict[str, Callable[[str], str]]:
    """Every way of typing, the whole query first; the same dice for the same seed."""
    dice = random.Random(seed)
    return {
        "all marks": lambda text: text,
        "no marks": unmarked,
        "half the marks": lambda text: half_marked(text, dice),
        "tones lost": without_tones,
        "hoà for hòa": other_place,
        "decomposed letters": _decomposed,
        "d for đ": d_for_d,
        "a misspelling": lambda text: misspelt(text, dice),
        "a slip of a finger": lambda text: slipped(text, dice),
    }


def syllables(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)
