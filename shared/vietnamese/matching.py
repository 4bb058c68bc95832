"""What of a list somebody who types means: marks that are typed count, marks that are missing cost nothing.

A list keeps `written(text)` beside each text; `patterns(typed)` are what SQL's LIKE asks of it, on every database.
"""

from collections.abc import Sequence

from shared.vietnamese.forms import Syllable, syllables, twins
from shared.vietnamese.keys import decoded

_MOST_WORDS = 20


def written(text: str) -> str:
    """A text as lists are searched: each syllable without marks and as written, its tone last.

    >>> written("Đường Hoà")
    ' duong|đương2 hoa|hoa2 '
    """
    return f" {' '.join(word.token for word in syllables(text))} "


def patterns(typed: str) -> list[list[str]]:
    """For each word that is typed the patterns of which one must fit. The last word may be only begun.

    >>> patterns("hoà bin")
    [['%|hoa2 %'], ['% bin%']]
    """
    words = syllables(typed)[:_MOST_WORDS]
    return [[_pattern(one, begun=at == len(words) - 1) for one in _meant(word)] for at, word in enumerate(words)]


def called(typed: Sequence[Syllable], name: Sequence[Syllable]) -> int:
    """Whether what was typed is this name (2), or of either the other is a part of two words or more (1); 0: neither.

    Marks that were typed must be these; those left out may have been.
    """
    shorter = min(len(typed), len(name))
    if shorter < 2 and len(typed) != len(name):
        return 0
    for typed_from in range(len(typed) - shorter + 1):
        for name_from in range(len(name) - shorter + 1):
            pairs = zip(typed[typed_from : typed_from + shorter], name[name_from:], strict=False)
            if all(meant in twins(word) or word == Syllable.of(meant.folded, meant.folded) for word, meant in pairs):
                return 2 if len(typed) == len(name) else 1
    return 0


def name_key(name: str) -> str:
    """What two spellings of one name have in common: case and where the tone stands, never a mark. "HOÀ" is "Hòa",
    and neither is "Hoa" or "Hóa"."""
    return " ".join(word.exact for word in syllables(name))


def _meant(word: Syllable) -> list[Syllable]:
    keys = decoded(word)
    return [*twins(word), *([keys] if keys else [])]


def _pattern(word: Syllable, *, begun: bool) -> str:
    if not word.marked:
        return f"% {word.folded}{'' if begun else '|'}%"
    # Without a tone the letters are only begun too: "đương" is meant for "đường" until its tone is typed.
    has_tone = word.exact[-1] in "12345"
    return f"%|{word.exact}{' ' if has_tone else ''}%"
