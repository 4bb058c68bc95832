"""What editors said of readers' words: names that mean the same, the article that answers a query."""

from collections.abc import Sequence

from services.search.queries import NOTHING, Phrase, Written, phrase_of
from shared.contracts.events import SearchRule
from shared.vietnamese.forms import Syllable, syllables, twins

_Name = tuple[Syllable, ...]


class EditorsWords:
    """The rules of one version, ready to be asked. Looking up costs the same however many there are."""

    def __init__(self, version: int = 0, rules: Sequence[SearchRule] = (), places: bool = True) -> None:
        self.version = version
        self.places = places
        """Whether former and present names of places find one another (see places)."""
        self._same: dict[str, list[tuple[_Name, tuple[Phrase, ...]]]] = {}
        """By its first folded syllable: a name, and the other ones for it."""
        self._best: dict[str, list[tuple[_Name, int]]] = {}
        """By its folded syllables: a query, and its article."""
        for rule in rules:
            names = [tuple(found) for found in map(syllables, rule.words) if found]
            for name in names:
                if rule.article_id:
                    self._best.setdefault(_folded(name), []).append((name, rule.article_id))
                else:
                    others = tuple(phrase_of(other) for other in names if other != name)
                    self._same.setdefault(name[0].folded, []).append((name, others))

    def written(self, words: Sequence[Syllable]) -> Written:
        """How else the words at these places may be put, as `joining.other_writings` says it."""
        if not self._same:
            return NOTHING
        found: dict[int, tuple[Phrase, ...]] = {}
        for start, word in enumerate(words):
            for name, others in self._same.get(word.folded, ()):
                if are(words[start : start + len(name)], name):
                    for at in range(start, start + len(name)):
                        found[at] = (*found.get(at, ()), *others)
        return found

    def best(self, words: Sequence[Syllable]) -> int | None:
        """The article that editors put first for a query of just these words."""
        for query, article_id in self._best.get(_folded(words), ()):
            if are(words, query):
                return article_id
        return None


def joined(one: Written, other: Written) -> Written:
    """What both say."""
    if not (one and other):
        return one or other
    return {at: (*one.get(at, ()), *other.get(at, ())) for at in {*one, *other}}


def _folded(words: Sequence[Syllable]) -> str:
    return " ".join(word.folded for word in words)


def are(typed: Sequence[Syllable], name: Sequence[Syllable]) -> bool:
    """Marks that were typed must be these; those left out may have been."""
    return len(typed) == len(name) and all(
        word in twins(meant) or (word.folded == meant.folded and not word.marked)
        for word, meant in zip(typed, name, strict=True)
    )
