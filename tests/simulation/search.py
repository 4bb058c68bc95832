"""The search index, played: documents by id, the higher version wins.

Tantivy and Elasticsearch keep that promise themselves (tests/contract/search/test_versions.py holds them to it); what
stands before the index here, handlers and related articles, is search's own.
"""

from collections.abc import Sequence
from typing import Any

from services.search.documents import IndexDocument
from services.search.engines.base import Index, SearchEngine
from shared.away import Unavailable
from shared.contracts.events import SearchRule
from tests.simulation.world import World


class PlayedIndex(Index):
    name = "played"

    def __init__(self, world: World) -> None:
        self.world = world
        self.held: dict[int, IndexDocument] = {}
        self.away_until = -1.0

    def apply(self, documents: Sequence[IndexDocument]) -> set[int]:
        self._reach()
        newer = set()
        for document in documents:
            if document.id not in self.held or self.held[document.id].version < document.version:
                self.held[document.id] = document
                newer.add(document.id)
        return newer

    def similar(self, document: IndexDocument, size: int) -> list[int]:
        near = [one.id for one in self.held.values() if one.public and one.section_slug == document.section_slug]
        return [id_ for id_ in sorted(near) if id_ != document.id][:size]

    def documents(self, ids: Sequence[int]) -> list[IndexDocument]:
        self._reach()
        return [self.held[id_] for id_ in ids if id_ in self.held]

    def versions(self, after: int, limit: int) -> list[tuple[int, int]]:
        self._reach()
        return [(id_, one.version) for id_, one in sorted(self.held.items()) if id_ > after][:limit]

    def _reach(self) -> None:
        self.world.step()
        if self.world.elapsed < self.away_until:
            self.world.tell(f"{self.world.who()}: search does not answer")
            raise Unavailable("search does not answer")

    def _not_asked(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    state = search = counts = complete = frequencies = documents_held = spellings = pair_spellings = _not_asked


class PlayedEngine(SearchEngine):
    def __init__(self, world: World) -> None:
        self.index = PlayedIndex(world)

    def current(self) -> Index:
        return self.index

    def building(self) -> None:
        return None

    def keep_words(self, version: int, rules: Sequence[SearchRule], places: bool = True) -> None:
        """Nobody searches here for what they change."""

    def _not_asked(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    words = vectors = previous = begin = switch = rollback = close = _not_asked
