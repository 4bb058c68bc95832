"""Rules by which addresses of a former site lead to ours, as a newsroom writes them: "/chuyen-muc/*" to "/$1".

A `*` stands for any letters, at least one, "$1" for what the first one stood for. Forms of an address make no
difference (shared.contracts.former_addresses), parameters that a rule does not name neither. Matching looks for each
fixed part once, from left to right: its time grows with the length of the address alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from shared.contracts.events import AddressRule
from shared.contracts.former_addresses import Former, former
from shared.vietnamese.text import slug

MAX_RULES = 300
MAX_PATTERN_CHARS, MAX_TARGET_CHARS = 200, 300
MAX_STARS = 5
_LEAST_FIXED = 2
"""Letters a pattern must name: one that takes everything would send every mistyped address to one page."""
_PLACE = re.compile(r"\$([0-9])")
_TARGET = re.compile(r"/(?:[a-z0-9$-]+(?:[./][a-z0-9$-]+)*)?")

Fault = Literal["path", "long", "stars", "vague", "target", "place"]


class BadRule(ValueError):
    """`fault` says what is wrong with a rule."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


@dataclass(frozen=True)
class Pattern:
    """A rule taken apart."""

    id: int
    path: str
    parameters: tuple[tuple[str, str], ...]
    target: str

    @classmethod
    def of(cls, rule: AddressRule) -> "Pattern":
        """Raises BadRule."""
        if len(rule.pattern) > MAX_PATTERN_CHARS or len(rule.target) > MAX_TARGET_CHARS:
            raise BadRule("long")
        taken = former(rule.pattern) if rule.pattern.startswith("/") else None
        if taken is None or rule.pattern.startswith("//"):
            raise BadRule("path")
        made = cls(rule.id, taken.path, taken.parameters, rule.target)
        stars = made.spelled.count("*")
        if stars > MAX_STARS or "**" in made.spelled:
            raise BadRule("stars")
        if len(re.sub(r"[*/]", "", made.spelled)) < _LEAST_FIXED:
            raise BadRule("vague")
        if not _TARGET.fullmatch(rule.target):
            raise BadRule("target")
        if not all(1 <= int(place) <= stars for place in _PLACE.findall(rule.target)) or re.search(
            r"\$(?![0-9])", rule.target
        ):
            raise BadRule("place")
        return made

    @cached_property
    def spelled(self) -> str:
        """One spelling of all that mean the same."""
        query = "&".join(f"{name}={value}" for name, value in self.parameters)
        return self.path + (f"?{query}" if query else "")

    def leads(self, asked: Former) -> str | None:
        """Where it leads an address; None for one that it does not take."""
        given = dict(asked.parameters)
        found: list[str] = []
        taken = _taken(self.path, asked.path)
        for name, wanted in self.parameters:
            if taken is None:
                return None
            found += taken
            taken = _taken(wanted, given.get(name, ""))
        if taken is None:
            return None
        found += taken
        return _PLACE.sub(lambda place: _slugs(found[int(place[1]) - 1]), self.target)


def patterns(rules: Iterable[AddressRule]) -> tuple[Pattern, ...]:
    """Those that say most first. What is no rule (any more) is left out: ingest took none."""
    made = []
    for rule in rules:
        try:
            made.append(Pattern.of(rule))
        except BadRule:
            continue
    return tuple(sorted(made, key=lambda one: (-len(one.spelled.replace("*", "")), one.id)))


def _taken(pattern: str, text: str) -> list[str] | None:
    """What each star stands for; None where the text is another."""
    first, *rest = pattern.split("*")
    if not rest:
        return [] if pattern == text else None
    if not text.startswith(first):
        return None
    found, at = [], len(first)
    for part in rest[:-1]:
        end = text.find(part, at + 1)
        if end < 0:
            return None
        found.append(text[at:end])
        at = end + len(part)
    end = len(text) - len(rest[-1])
    if end <= at or not text.endswith(rest[-1]):
        return None
    return [*found, text[at:end]]


def _slugs(text: str) -> str:
    """As our addresses have it."""
    return "/".join(filter(None, (slug(part) for part in text.split("/"))))
