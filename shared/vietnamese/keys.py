"""Vietnamese typed while the input method was off: the keys of Telex ("tieesng vieejt") and VNI ("tie6ng1 vie6t5")."""

import re

from shared.vietnamese.forms import Syllable
from shared.vietnamese.text import fold

# Roughly the 7,000 syllables that can be: who must know for certain looks into the paper.
_SYLLABLE = re.compile(
    r"(?:qu|gi|ngh?|nh|ch|gh|kh|ph|th|tr|[bcdghklmnprstvx])?(?![aeiouy]*(?:aa|ee|oo))[aeiouy]{1,3}(ch|ng|nh|[cmnpt])?"
)
_START = re.compile(r"[^aeiouyw]*")
_TELEX_TONES = {"s": "1", "f": "2", "r": "3", "x": "4", "j": "5", "z": ""}
_HATS = {"a": "â", "e": "ê", "o": "ô"}
_HORNS = {"a": "ă", "o": "ơ", "u": "ư"}
_VNI_MARKS = {"6": _HATS, "7": {"o": "ơ", "u": "ư"}, "8": {"a": "ă"}}
_LONGEST = 12


def plausible(folded: str) -> bool:
    """Whether a word without marks is built as Vietnamese syllables are: "nghieng" is, "covid" and "tphcm" are not."""
    return _SYLLABLE.fullmatch(folded) is not None


def decoded(word: Syllable) -> Syllable | None:
    """The syllable that these keys give, or None: the word is none of such keys."""
    typed = word.folded
    if word.marked or not typed.isascii() or not 2 <= len(typed) <= _LONGEST:
        return None
    if typed.isalpha():
        return None if plausible(typed) else _syllable(*_telex(typed))
    return _syllable(*_vni(typed))


def _syllable(letters: str, tone: str | None) -> Syllable | None:
    letters = letters.replace("ưo", "ươ")
    folded = fold(letters)
    found = _SYLLABLE.fullmatch(folded)
    if tone is None or found is None or letters + tone == folded:
        return None
    if found[1] in ("c", "ch", "p", "t") and tone not in ("", "1", "5"):
        return None
    return Syllable.of(folded, letters + tone)


def _telex(typed: str) -> tuple[str, str | None]:
    """(letters, tone)."""
    start = _START.match(typed)
    onset = start[0] if start else ""
    tone, letters = "", ""
    for key in typed[len(onset) :]:
        if key in _TELEX_TONES and letters:
            tone = _TELEX_TONES[key]
        elif key == "w":
            letters = _horned(letters) or letters + "ư"
        elif key in _HATS and key in letters:
            letters = _replaced(letters, key, _HATS[key])
        elif key == "d" and onset == "d":
            onset = "đ"
        else:
            letters += key
    return ("đ" if onset == "dd" else onset) + letters, tone


def _vni(typed: str) -> tuple[str, str | None]:
    """(letters, tone); no tone at all where a digit cannot be a key."""
    letters, tone = "", ""
    for key in typed:
        if not key.isdigit():
            letters += key
        elif key in "12345" and letters and not tone:
            tone = key
        elif key == "9" and letters.startswith("d"):
            letters = "đ" + letters[1:]
        elif key == "7" and "uo" in letters:
            letters = letters.replace("uo", "ươ")
        else:
            last = next((char for char in reversed(letters) if char in _VNI_MARKS.get(key, ())), None)
            if last is None:
                return letters, None
            letters = _replaced(letters, last, _VNI_MARKS[key][last])
    return letters, tone


def _horned(letters: str) -> str:
    """With the horn or the breve that a w means; "" where it means none."""
    if "uo" in letters:
        return letters.replace("uo", "ươ")
    if "ua" in letters:
        return letters.replace("ua", "ưa")
    last = next((char for char in reversed(letters) if char in _HORNS), None)
    return _replaced(letters, last, _HORNS[last]) if last else ""


def _replaced(letters: str, old: str, new: str) -> str:
    """The last `old` as `new`."""
    at = letters.rindex(old)
    return letters[:at] + new + letters[at + 1 :]
