"""Bylines as Vietnamese papers print them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.articles import byline


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("Tin, ảnh: Quang Long", [("Quang Long", ("Tin", "ảnh"))]),
        ("Quang Long", [("Quang Long", ())]),
        ("Bài, ảnh: Lan Anh - Mai Hoa", [("Lan Anh", ("Bài", "ảnh")), ("Mai Hoa", ("Bài", "ảnh"))]),
        ("Bài: Hà Linh - Ảnh: Văn Bình", [("Hà Linh", ("Bài",)), ("Văn Bình", ("Ảnh",))]),
        ("Tin: Hà Linh; ảnh: Hà Linh", [("Hà Linh", ("Tin", "ảnh"))]),
        ("Thu Hà và Lan", [("Thu Hà", ()), ("Lan", ())]),
        ("Lan Anh (tổng hợp)", [("Lan Anh", ("tổng hợp",))]),
        ("Theo TTXVN", [("Theo TTXVN", ())]),
        ("", []),
    ],
)
def test_people_and_roles(line: str, people: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(author.name, author.roles) for author in byline.parse(line)] == people


def test_composed_and_decomposed_letters_are_the_same_person() -> None:
    decomposed = "Tin, a\u0309nh: Quang Hu\u031b\u0301ng"
    assert byline.parse(decomposed) == byline.parse("Tin, ảnh: Quang Hứng")


def test_printed_line_groups_people_with_the_same_roles() -> None:
    people = byline.authors([("Lan Anh", ["Bài"]), ("Văn Bình", ["Bài"]), ("Mai Hoa", ["Ảnh"])])
    assert byline.printed(people) == "Bài: Lan Anh, Văn Bình; Ảnh: Mai Hoa"


@given(st.text(max_size=500))
def test_any_text_gives_named_people_with_addresses(line: str) -> None:
    for author in byline.parse(line):
        assert author.name.strip() == author.name != ""
        assert author.slug
