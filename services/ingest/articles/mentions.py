"""Who is called by "@" in what the newsroom says to itself: "@Nguyễn Thị Lan", "@Lan", "@lan" of lan@bao.vn."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.ingest.kit.actors import Account
from shared.vietnamese.matching import name_key
from shared.vietnamese.text import fold

_MOST = 20
# Longer than any name; what stands behind an "@" is looked at no further.
_WORDS, _CHARS = 8, 200


@dataclass(frozen=True, slots=True)
class Mentions:
    """Whom a text calls; `unclear` are the calls that nobody or several people have as a name."""

    people: tuple[Account, ...]
    unclear: tuple[str, ...]


def mentioned(text: str, people: Sequence[Account]) -> Mentions:
    """The longest name that fits is meant: whole, given (its last word), or the mailbox. Marks count where they are
    typed; a call without any is the name without its marks."""
    names = _names(people)
    found: dict[int, Account] = {}
    unclear: list[str] = []
    for words in _calls(text):
        meant = _meant(words, names)
        if len(meant) == 1:
            found[meant[0].id] = meant[0]
        else:
            unclear.append(f"@{words[0]}")
    return Mentions(tuple(found.values()), tuple(dict.fromkeys(unclear)))


def calls(people: Sequence[Account]) -> list[str]:
    """How each of them is called so that nobody else is: by the name, or by the mailbox."""
    number = Counter(_key(one.name) for one in people)
    return [one.name if number[_key(one.name)] == 1 else one.email.partition("@")[0] for one in people]


def _calls(text: str) -> list[list[str]]:
    """The words behind each "@" that stands before a word and not inside an address."""
    parts = text.split("@")[: _MOST + 1]
    called = [
        behind[:_CHARS].split()[:_WORDS]
        for before, behind in pairwise(parts)
        if behind[:1].strip() and not before[-1:].isalnum()
    ]
    return [words for words in called if words]


def _meant(words: list[str], names: dict[str, list[Account]]) -> list[Account]:
    for length in range(len(words), 0, -1):
        said = " ".join(words[:length]).rstrip(".,;:!?)\"'”’…")
        fits = names.get(_key(said)) or names.get(said.lower())
        if fits:
            return fits
    return []


def _names(people: Sequence[Account]) -> dict[str, list[Account]]:
    """Who has each name. Whoever has it with its marks comes before those who have it without them."""
    exact: dict[str, list[Account]] = {}
    bare: dict[str, list[Account]] = {}
    for one in people:
        mailbox = one.email.partition("@")[0]
        for name in {one.name, one.name.rpartition(" ")[2]}:
            _add(exact, _key(name), one)
            _add(bare, fold(name), one)
        for name in (mailbox, one.email):
            _add(bare, name.lower(), one)
    return bare | exact


def _add(into: dict[str, list[Account]], name: str, one: Account) -> None:
    if one not in into.setdefault(name, []):
        into[name].append(one)


def _key(name: str) -> str:
    return f"={name_key(name)}"
