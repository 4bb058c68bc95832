"""The sections of the paper, which stand under one another."""

from collections.abc import Iterable
from dataclasses import replace

from services.web.model import Section


class SectionTree:
    """Of sections in the order of their positions, without their sub-sections."""

    def __init__(self, flat: Iterable[Section]) -> None:
        self._flat = _without_circles(list(flat))
        self._by_slug = {section.slug: section for section in self._flat}
        self.names = {section.slug: section.name for section in self._flat}
        """slug -> name as it is now: a card was made when its section may have had another."""

    def top(self) -> tuple[Section, ...]:
        """Those that stand under no other, with their sub-sections."""
        return tuple(self._whole(one) for one in self._flat if one.parent_slug not in self._by_slug)

    def get(self, slug: str) -> Section | None:
        """One with its sub-sections."""
        found = self._by_slug.get(slug)
        return None if found is None else self._whole(found)

    def ancestors(self, slug: str) -> tuple[Section, ...]:
        """The sections above one, the topmost first."""
        line: list[Section] = []
        found = self._by_slug.get(slug)
        while found and (found := self._by_slug.get(found.parent_slug)):
            line.insert(0, found)
        return tuple(line)

    def _whole(self, section: Section) -> Section:
        below = [one for one in self._flat if one.parent_slug == section.slug]
        return replace(section, children=tuple(map(self._whole, below)))


def _without_circles(found: list[Section]) -> list[Section]:
    """Two that changed places stand under one another until both pieces of news are here: on top, so long."""
    above = {section.slug: section.parent_slug for section in found}

    def circles(slug: str) -> bool:
        seen, at = {slug}, above[slug]
        while at in above and at not in seen:
            seen.add(at)
            at = above[at]
        return at == slug

    return [replace(one, parent_slug="") if circles(one.slug) else one for one in found]
