"""Words that differ in marks alone are found in the pages, and judged by the pages that have them."""

import random

import pytest

from benchmarks.pairs import minimal_pairs, precision
from services.search.documents import IndexDocument


def page(number: int, text: str) -> IndexDocument:
    return IndexDocument(number, 1, "published", title=f"Trang {number}", text=text)


def test_pairs_of_the_same_letters_are_asked_for_with_their_marks() -> None:
    pages = [page(number, "bò sữa" if number < 4 else "bỏ sửa") for number in range(8)] + [page(8, "bố sưa")]
    pairs = minimal_pairs(pages, 10, random.Random(1))
    assert {(pair.words, pair.pages) for pair in pairs} == {
        ("bò sữa", frozenset(range(4))),
        ("bỏ sửa", frozenset(range(4, 8))),
    }
    assert precision(pairs, lambda words: [0, 1, 2, 3] if words == "bò sữa" else [4, 5, 0]) == pytest.approx(0.75)
