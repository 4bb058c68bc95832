"""Documents that were found lately, as they were read: readers of one day find the same ones again and again."""

import threading
from collections import OrderedDict

from services.search.documents import IndexDocument

# Two bytes each: some 2,000 articles.
_CHARACTERS = 6_000_000

Key = tuple[int, int]
"""(id, version): what stands under it never changes."""


class RecentDocuments:
    """A cache of documents, bounded by their text; what was not found for longest goes first. Thread-safe."""

    def __init__(self, characters: int = _CHARACTERS) -> None:
        self._limit = characters
        self._held: OrderedDict[Key, IndexDocument] = OrderedDict()
        self._characters = 0
        self._lock = threading.Lock()

    def get(self, key: Key) -> IndexDocument | None:
        with self._lock:
            document = self._held.get(key)
            if document is not None:
                self._held.move_to_end(key)
            return document

    def put(self, key: Key, document: IndexDocument) -> IndexDocument:
        """Keep a document; returns it."""
        with self._lock:
            if key not in self._held:
                self._held[key] = document
                self._characters += _size(document)
                while self._characters > self._limit:
                    self._characters -= _size(self._held.popitem(last=False)[1])
        return document


def _size(document: IndexDocument) -> int:
    # What is not text of the article, some 20 small objects, counts as 500 characters.
    return len(document.text) + len(document.summary) + len(document.extra) + 500
