"""Provinces and communes before and after the mergers of 2025: who types one name also finds the others, behind it.

Communes count with their kind ("xã Nà Nhạn"): alone, many are everyday words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.search.queries import Phrase, Written, phrase_of
from services.search.words import are
from shared.vietnamese.forms import Syllable, syllables

_TABLE = Path(__file__).with_name("places.tsv")
_LONGEST = 8
# Of one query: each place brings up to a dozen names.
_PLACES = 3


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place that is named in some words, from the one at `start` to before the one at `end`."""

    start: int
    end: int
    others: tuple[tuple[str, ...], ...]
    """What else it is or was called, each name in all its writings."""
    writings: tuple[str, ...] = ()
    """How else the name itself is written; neither these nor others: it only begins like a place."""


class Places:
    """A table of places. Looking up costs the same however many there are."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines: dict[str, list[str]] = {}
        """By each of its names in letters alone."""
        for line in lines:
            for writing in line.replace("|", "\t").split("\t"):
                self._lines.setdefault(_key(syllables(writing)), []).append(line)

    def named(self, words: Sequence[Syllable]) -> list[NamedPlace]:
        """The places that are named in these words, longer names first."""
        found: list[NamedPlace] = []
        at = 0
        while at < len(words) and len(found) < _PLACES:
            place = self._at(words, at)
            if place is not None and (place.others or place.writings):
                found.append(place)
            at = at + 1 if place is None else place.end
        return found

    def _at(self, words: Sequence[Syllable], start: int) -> NamedPlace | None:
        for end in range(min(start + _LONGEST, len(words)), start, -1):
            others: list[tuple[str, ...]] = []
            writings: list[str] = []
            named = False
            for line in self._lines.get(_key(words[start:end]), ()):
                now, *before = (tuple(name.split("|")) for name in line.split("\t"))
                for name in (now, *before):
                    if _is(words[start:end], name):
                        named, others = True, [*others, *(before if name is now else (now,))]
                        writings += [one for one in name if not are(words[start:end], syllables(one))]
                        break
            if named:
                return NamedPlace(start, end, tuple(others), tuple(writings))
        return None


@cache
def places() -> Places:
    """Those of Vietnam. Read when they are first asked for: most processes never do."""
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    return Places(line for line in lines if not line.startswith("#"))


def written(named: Iterable[NamedPlace]) -> Written:
    """How else the words at these places may be put, as `joining.other_writings` says it: other names."""
    return _put({place: [writing for name in place.others for writing in name] for place in named})


def same(named: Iterable[NamedPlace]) -> Written:
    """The same of other writings of the very name."""
    return _put({place: place.writings for place in named})


def _put(names: Mapping[NamedPlace, Sequence[str]]) -> Written:
    found: dict[int, tuple[Phrase, ...]] = {}
    for place, writings in names.items():
        if writings:
            phrases = tuple(phrase_of(tuple(syllables(writing))) for writing in writings)
            found |= dict.fromkeys(range(place.start, place.end), phrases)
    return found


def _key(words: Sequence[Syllable]) -> str:
    """The same for mĩ and mỹ (see forms.twins)."""
    return " ".join(word.folded for word in words).replace("y", "i")


def _is(typed: Sequence[Syllable], name: Sequence[str]) -> bool:
    return any(are(typed, syllables(writing)) for writing in name)
