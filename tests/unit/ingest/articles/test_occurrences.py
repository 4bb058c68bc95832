"""Wrong words are found wherever readers meet them, and mended there alone."""

import pytest

from services.ingest.articles.occurrences import Text, find, mended


def body(value: str) -> Text:
    return Text("body", "Nội dung", value)


def everywhere(text: Text, words: str, right: str) -> str:
    return mended(text, words, right, [place.id for place in find([text], words)])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>Chợ họp sáng sớm.</p>", "<p>Chợ họp buổi chiều.</p>"),
        ("<p>SÁNG SỚM, chợ họp.</p>", "<p>BUỔI CHIỀU, chợ họp.</p>"),
        ("<p>Sáng sớm chợ họp.</p>", "<p>Buổi chiều chợ họp.</p>"),
        ("<p>Họp sáng&nbsp;sớm.</p>", "<p>Họp buổi chiều.</p>"),
        ("<p>Họp <strong>sáng</strong> sớm.</p>", "<p>Họp <strong>buổi chiều</strong>.</p>"),
        ("<p>Họp sáng</p><p>sớm mai.</p>", "<p>Họp sáng</p><p>sớm mai.</p>"),
        ("<p>Họp sáng, sớm mai.</p>", "<p>Họp sáng, sớm mai.</p>"),
        ("<p>Họp sang som.</p>", "<p>Họp sang som.</p>"),
        ("<p>A &amp; B sáng sớm &lt; sáng sớm</p>", "<p>A &amp; B buổi chiều &lt; buổi chiều</p>"),
    ],
)
def test_in_a_body(before: str, after: str) -> None:
    assert everywhere(body(before), "sáng sớm", "buổi chiều") == after


def test_captions_and_descriptions_of_pictures_in_a_body() -> None:
    figure = '<figure><img src="/media/a.jpg" alt="Chợ sáng sớm"><figcaption>Sáng sớm ở chợ</figcaption></figure>'
    found = find([body(figure)], "sáng sớm")
    assert [place.words for place in found] == ["sáng sớm", "Sáng sớm"]
    assert "sáng" not in everywhere(body(figure), "sáng sớm", "buổi chiều").lower()


def test_only_the_chosen_places_change() -> None:
    text = body("<p>Ông Hoà gặp ông Hòa và bà Hoa.</p>")
    first, second = find([text], "Ông Hòa")
    assert (first.words, second.before, second.after) == ("Ông Hoà", "Ông Hoà gặp ", " và bà Hoa.")
    assert mended(text, "Ông Hòa", "Ông Hợp", [second.id]) == "<p>Ông Hoà gặp ông Hợp và bà Hoa.</p>"


def test_figures_with_their_signs() -> None:
    assert everywhere(Text("title", "", "Thưởng 1.500 đồng, 1500 đồng"), "1.500 đồng", "15.000 đồng") == (
        "Thưởng 15.000 đồng, 1500 đồng"
    )


def test_what_is_put_in_is_text() -> None:
    assert everywhere(body("<p>Họp sáng.</p>"), "sáng", "<b>&") == "<p>Họp &lt;b&gt;&amp;.</p>"
    assert find([body("<p>a</p>")], "…") == []


def test_whole_words_stand_around_a_place() -> None:
    (place,) = find([body(f"<p>{'trước ' * 20}sáng sớm{' ngay sau' * 20}</p>")], "sáng sớm")
    assert set(place.before.split()) == {"trước"} and set(place.after.split()) == {"ngay", "sau"}
