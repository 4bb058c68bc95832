"""Each kind of story block: its folder, and that a body holds all that its fields say."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.blocks import markup, registry
from tests.blocks import FILE, PICTURE, block, samples


def test_a_kind_is_one_folder_of_four_files_at_most() -> None:
    folders = [folder for folder in registry.KINDS.iterdir() if folder.is_dir() and folder.name != "__pycache__"]
    assert {folder.name for folder in folders} == set(registry.kinds()) == set(samples())
    for folder in folders:
        files = [path for path in Path(folder).iterdir() if path.name != "__pycache__"]
        assert {"__init__.py", "block.html"} <= {path.name for path in files}
        assert len(files) <= 4, folder


@pytest.mark.parametrize("kind", samples())
def test_what_a_body_holds_is_what_was_said(kind: str) -> None:
    made = block(kind)
    (found,) = markup.find(f"<p>trước</p>{markup.written(made)}<p>sau</p>")
    assert (found.kind, found.version) == (kind, made.VERSION)
    assert found.block() == made
    least = {name: value for name, value in samples()[kind].items() if type(made).model_fields[name].is_required()}
    bare = registry.kinds()[kind].model_validate(least)
    (found,) = markup.find(markup.written(bare))
    assert found.block() == bare


@pytest.mark.parametrize("kind", samples())
def test_no_mark_of_the_body_is_left_on_the_page(kind: str) -> None:
    text, has_blocks = markup.shown(f"<p>a</p>{markup.written(block(kind))}")
    assert has_blocks
    assert f'data-block="{kind}"' in text
    assert not any(mark in text for mark in markup.MARKS)
    assert " style=" not in text


def test_words_stay_words_whatever_they_look_like() -> None:
    evil = '</aside><script>"x"</script> data-field="title" & <b>'
    made = block("facts", title=evil, source=evil)
    (found,) = markup.find(markup.written(made))
    assert found.block() == made


def test_a_chart_says_its_numbers_to_who_does_not_see_it() -> None:
    (found,) = markup.find(markup.written(block("chart")))
    page = markup.on_page(found)
    assert (
        'role="img" aria-label="Biểu đồ đường: Mực nước tháng Ba. Mực nước: cao nhất 2024 18,25, thấp nhất 2021 12,5."'
        in page
    )
    assert '<td class="number">13,75</td>' in page


@pytest.mark.parametrize(
    ("form", "rows", "fault"),
    [
        ("bar", [["A", "ba"]], "Dòng 1: “ba” không phải một số"),
        ("bar", [["A", ""]], "Có cột số còn trống."),
        ("line", [["A", "1"]], "Cần ít nhất hai dòng để vẽ."),
        ("bar", [["A", "1", "2"]], "Dòng 1 có 3 ô, đầu bảng có 2 cột."),
    ],
)
def test_what_cannot_be_drawn_is_told(form: str, rows: list[list[str]], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        block("chart", form=form, table={"columns": ["Nơi", "Số"], "rows": rows})


@pytest.mark.parametrize(
    ("columns", "rows", "fault"),
    [
        (2, [["Mường Sương", "1"]], "không phải một trong 34 tỉnh"),
        (2, [["Huế", "1"], ["Thừa Thiên Huế", "2"]], "nằm cùng ô với “Huế”"),
        (2, [["Huế", "ít"]], "không phải một số"),
        (2, [["Huế", ""]], "Có cột số còn trống."),
        (3, [["Huế", "1", "2"]], "Bảng cần hai cột"),
        (4, [["Pú Xôm", "0", "1", "5"]], "phải là số từ 1 đến 16"),
    ],
)
def test_what_is_no_map_of_regions_is_told(columns: int, rows: list[list[str]], fault: str) -> None:
    heads = [f"Cột {at}" for at in range(columns)]
    with pytest.raises(ValidationError, match=fault):
        block("regions", table={"columns": heads, "rows": rows})


def test_a_map_of_regions_shows_the_whole_country_and_says_its_numbers() -> None:
    (found,) = markup.find(markup.written(block("regions")))
    page = markup.on_page(found)
    assert page.count("<rect") == 34 + 2 + 5, "provinces, archipelagos, legend"
    assert "Cao nhất Điện Biên 52,4, thấp nhất TP. Hồ Chí Minh 9." in page
    # The archipelago has the colour of the province that it belongs to.
    assert re.search(
        r'<g class="(c\d)">(?:(?!</g>).)*>Khánh</text>(?:(?!</g>).)*</g>.*<g class="\1">(?:(?!</g>).)*>Trường', page
    )


def test_places_of_ones_own_are_no_numbers_that_readers_see() -> None:
    rows = [["Pú Xôm", "1", "2", "2.480"], ["Tả Sín", "2", "1", "2.105"]]
    made = block("regions", table={"columns": ["Xã", "Hàng", "Cột", "Mưa"], "rows": rows})
    (found,) = markup.find(markup.written(made))
    assert found.block() == made
    page = markup.on_page(found)
    assert "Hàng" not in page
    assert '<td class="number">2.480</td>' in page


@pytest.mark.parametrize(
    "rows",
    [
        [["A", "-5"], ["B", "3"]],
        [["A", "0"], ["B", "0"]],
        [["A", "1.000.000.000"], ["B", ""], ["C", "2,5"]],
    ],
)
@pytest.mark.parametrize("form", ["bar", "line", "area"])
def test_any_numbers_can_be_drawn(form: str, rows: list[list[str]]) -> None:
    (found,) = markup.find(markup.written(block("chart", form=form, table={"columns": ["Nơi", "Số"], "rows": rows})))
    drawn = markup.on_page(found)
    assert "<svg" in drawn
    assert "nan" not in drawn
    assert "inf" not in drawn


@pytest.mark.parametrize(
    ("kind", "changed", "fault"),
    [
        ("video", {"chapters": [{"at": "65", "title": "Nước về"}]}, "Hãy viết phút và giây"),
        ("audio", {"chapters": [{"at": "1:05", "title": "A"}, {"at": "0:59", "title": "B"}]}, "Phần “B” bắt đầu"),
        ("audio", {"sound": {"url": f"{FILE}.mp4", "words": "Phim"}}, "Chưa có tệp trong kho"),
        ("map", {"points": [{"spot": {"x": 101, "y": 0}, "title": "Ngoài ảnh"}]}, "less than or equal to 100"),
    ],
)
def test_what_does_not_hold_of_files_and_places_is_told(kind: str, changed: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        block(kind, **changed)


def test_a_rich_text_is_made_whole() -> None:
    for sent, kept in (
        ("Một.\n\nHai.", "<p>Một.</p><p>Hai.</p>"),
        ("<p>a</p> <ul><li>b <i>c</i></li></ul>", "<p>a</p><ul><li>b <em>c</em></li></ul>"),
        ("<p>a</p>b &amp; c", "<p>a b &amp; c</p>"),
        (f'<p onclick="x">a<img src="{PICTURE}"></p><p></p>', "<p>a</p>"),
    ):
        text = block("facts", text=sent).model_dump()["text"]
        assert text == kept


def test_withdrawn_stories_are_not_named() -> None:
    body = markup.written(block("related"))
    assert "Chợ cá họp lại" in markup.shown(body)[0]
    assert markup.shown(body, lambda ids: [])[0] == ""
