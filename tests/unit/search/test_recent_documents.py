"""The cache of found documents: bounded by text, newest kept."""

from services.search.documents import IndexDocument
from services.search.engines.recent import RecentDocuments


def _document(number: int, length: int) -> IndexDocument:
    return IndexDocument(id=number, version=1, status="published", text="x" * length)


def test_the_bound_is_of_text_and_what_was_found_last_stays() -> None:
    recent = RecentDocuments(characters=10_000)
    for number in range(5):
        recent.put((number, 1), _document(number, 1_500))
    assert recent.get((0, 1)) is not None
    recent.put((5, 1), _document(5, 1_500))
    held = [number for number in range(6) if recent.get((number, 1)) is not None]
    assert held == [0, 2, 3, 4, 5]


def test_one_document_beyond_the_bound_is_given_but_not_kept() -> None:
    recent = RecentDocuments(characters=10_000)
    assert recent.put((1, 1), _document(1, 60_000)).id == 1
    assert recent.get((1, 1)) is None
    recent.put((2, 1), _document(2, 100))
    assert recent.get((2, 1)) is not None


def test_another_version_is_another_document() -> None:
    recent = RecentDocuments()
    recent.put((1, 1), _document(1, 10))
    assert recent.get((1, 2)) is None
