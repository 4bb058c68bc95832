"""Bodies with story blocks: as lists of blocks and as HTML, cleaned, compared, from newer releases and strangers."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.articles.blocks import block_of, blocks_of, body_of
from services.ingest.articles.content import derived_summary, without_dateline
from services.ingest.articles.differences import paragraphs
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.occurrences import Text, find, mended
from services.ingest.articles.sanitise import clean_html, to_text
from services.ingest.kit.errors import Invalid
from services.ingest.kit.json_input import read_fields
from shared.blocks import markup
from shared.vietnamese.text import one_line
from tests.blocks import block, samples

TEXT = {"kind": "html", "html": "<p>Sáng nay mở nước.</p>"}
NEWER = (
    '<figure data-block="timeline" data-v="9"><h2 data-field="name">Mới</h2>'
    '<p data-field="depth" data-value="deep">Chữ</p>'
    '<ol><li data-item="stops"><strong>Ga</strong></li></ol></figure>'
)


@pytest.mark.parametrize("kind", samples())
def test_a_list_of_blocks_and_its_body_say_the_same(kind: str) -> None:
    sent = [TEXT, {"kind": kind, **samples()[kind]}, TEXT]
    body = clean_html(body_of(sent))
    listed = blocks_of(body)
    assert [one["kind"] for one in listed] == ["html", kind, "html"]
    assert listed[1] == {"kind": kind, "v": 1, **block(kind).model_dump(mode="json")}
    assert clean_html(body_of(listed)) == clean_html(body) == body


def test_an_article_is_sent_as_blocks() -> None:
    fields = {"title": "Mở nước", "section": "Kinh tế", "body_format": "blocks"}
    sent = read_fields(ArticleInput, fields | {"body": [TEXT, {"kind": "facts", **samples()["facts"]}]})
    assert sent.body_format == "html"
    assert "Hồ Sương Mai" in sent.body
    with pytest.raises(Invalid, match="body phải là một danh sách"):
        read_fields(ArticleInput, fields | {"body": "<p>a</p>"})


def test_a_fault_is_told_by_the_blocks_place() -> None:
    timeline = samples()["timeline"] | {"events": [{"when": "", "title": "Đắp đập"}, {"when": "1974"}]}
    sent: list[Any] = [TEXT, {"kind": "timeline", **timeline}, {"kind": "tab"}, 7, {"kind": "facts", "v": 9}]
    with pytest.raises(Invalid) as told:
        body_of(sent)
    by_field = {fault["field"]: fault["message"] for fault in told.value.errors}
    assert by_field["body.1.events.0.when"] == "Khối 2 (Dòng thời gian), Các mốc 1, Thời điểm: Chưa điền."
    assert by_field["body.1.events.1"] == "Khối 2 (Dòng thời gian), Các mốc 2: Mốc này chưa nói việc gì."
    assert by_field["body.2.kind"].startswith("Khối 3: Không có loại khối “tab”")
    assert by_field["body.3"] == "Khối 4: Phải là một đối tượng {…}."
    assert by_field["body.4.v"] == "Khối 5 (Hộp dữ kiện): Tòa soạn này chỉ biết phiên bản 1 của khối này."


def test_what_a_piece_of_html_leaves_open_ends_with_it() -> None:
    body = body_of([{"kind": "html", "html": "<blockquote>Mở mãi"}, {"kind": "facts", **samples()["facts"]}])
    assert [one["kind"] for one in blocks_of(clean_html(body))] == ["html", "facts"]


def test_a_block_of_a_newer_release_outlives_this_one() -> None:
    body = f"<p>a</p>{NEWER}<p>b</p>"
    assert clean_html(body) == body
    listed = blocks_of(body)
    assert listed[1] == {"kind": "html", "html": NEWER}
    assert clean_html(body_of(listed)) == body
    shown, _ = markup.shown(body)
    assert "<strong>Ga</strong>" in shown
    assert "data-item" not in shown


@pytest.mark.parametrize(
    "body",
    [
        '<figure data-block="timeline" data-v="1"><p>Chữ của tôi.</p></figure>',
        '<aside data-block="facts" data-v="1"><h2 data-field="title">Chữ của tôi.</h2></aside>',
        '<p data-field="title">Chữ của tôi.</p>',
        '<p data-block="facts" data-v="1">Chữ của tôi.</p>',
        '<aside data-block="Ba<d" data-v="1"><p>Chữ của tôi.</p></aside>',
    ],
)
def test_what_is_no_whole_block_keeps_its_words_alone(body: str) -> None:
    cleaned = clean_html(body)
    assert "Chữ của tôi." in cleaned
    assert "data-" not in cleaned.replace("Chữ của tôi.", "")


def test_a_block_of_others_pictures_is_none() -> None:
    body = markup.written(block("side_by_side")).replace("/media/", "https://elsewhere.example/media/")
    captions = (f"<figure><figcaption>{words}</figcaption></figure>" for words in ("Cống cũ.", "Cống mới."))
    assert clean_html(body) == f"<figure>{''.join(captions)}</figure>"


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_words_come_back(title: str, source: str) -> None:
    if not one_line(title):
        return
    made = block_of("facts", samples()["facts"] | {"title": title, "source": source})
    body = clean_html(markup.written(made))
    (found,) = markup.find(body)
    assert found.block() == made
    assert clean_html(body) == body


def test_differences_name_the_block_and_what_changed_in_it() -> None:
    left = clean_html(markup.written(block("chart")))
    right = clean_html(markup.written(block("chart", form="area")))
    (row,) = paragraphs(left, right)
    assert row.differs
    assert row.left[0][0].startswith("[Biểu đồ] Mực nước tháng Ba")
    assert ("line", True) in row.left
    assert ("area", True) in row.right


def test_how_wide_a_picture_is_is_kept_and_told_as_a_difference() -> None:
    src = samples()["profile"]["picture"]["url"]
    wide, full = (
        clean_html(f'<figure><img src="{src}" alt="" data-width="{name}"><figcaption>Hồ.</figcaption></figure>')
        for name in ("wide", "full")
    )
    assert 'data-width="wide"' in wide
    (row,) = paragraphs(wide, full)
    assert "".join(part for part, _ in row.left).startswith("[Ảnh rộng")
    assert "".join(part for part, _ in row.right).startswith("[Ảnh tràn")
    assert "data-width" not in clean_html(wide.replace("wide", "huge"))
    assert "data-width" not in clean_html('<p data-width="full">Chữ.</p>')


def test_words_are_corrected_inside_a_block() -> None:
    body = clean_html(markup.written(block("timeline")))
    text = Text("body", "Nội dung", body)
    (place,) = find([text], "Sửa cống")
    right = mended(text, "Sửa cống", "Thay cống", [place.id])
    (listed,) = blocks_of(right)
    assert listed["events"][1]["title"] == "Thay cống"


def test_a_dateline_behind_a_cover_is_not_printed_twice() -> None:
    cover = clean_html(markup.written(block("cover")))
    assert without_dateline(f"{cover}<p>BM - Sáng nay.</p>", "BM") == f"{cover}<p>Sáng nay.</p>"


def test_the_lead_is_not_taken_out_of_a_block() -> None:
    body = clean_html(f"{markup.written(block('facts'))}<p>Sáng nay mở nước.</p>")
    assert derived_summary(body) == "Sáng nay mở nước."
    assert "42 ha" in to_text(body)
