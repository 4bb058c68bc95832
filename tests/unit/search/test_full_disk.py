"""The embedded search index on a disk that takes nothing more: articles wait, none is given up."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.search.documents import PUBLISHED, IndexDocument
from services.search.engines.tantivy_index import TantivyIndex
from shared.away import is_away


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """To this process a full disk: writing fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def articles(version: int, text: str) -> list[IndexDocument]:
    return [IndexDocument(id=n, version=version, status=PUBLISHED, title=f"Bài {n}", text=text) for n in range(1, 100)]


def test_a_disk_that_is_full_is_away_and_heals(tmp_path: Path) -> None:
    index = TantivyIndex.create(tmp_path / "index")
    index.apply(articles(1, "ngắn"))

    for _ in range(3):
        try:
            with files_no_longer_than(3000):
                index.apply(articles(2, " ".join(f"chữ{n}" for n in range(500))))
            pytest.fail("the disk took it")
        except Exception as error:
            assert is_away(error), repr(error)

    assert len(index.apply(articles(2, "dài hơn"))) == 99
