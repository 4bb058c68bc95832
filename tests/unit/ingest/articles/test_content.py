"""What is derived from what was sent."""

from typing import Any

from services.ingest.articles.content import SUMMARY_LENGTH, derived_summary, prepare, with_captions_in_place
from services.ingest.articles.input import ArticleInput
from shared.contracts.articles import Image


def sent(**fields: Any) -> ArticleInput:
    return ArticleInput.model_validate({"title": "Khai mạc hội chợ", "body": "", "section": "kinh-te", **fields})


def test_slug_keeps_every_vietnamese_letter() -> None:
    assert prepare(sent(title="Điện Biên Phủ đón Tết")).slug == "dien-bien-phu-don-tet"


def test_summary_is_the_sender_s_or_the_first_paragraph() -> None:
    assert prepare(sent(summary="Tóm tắt", body="<p>Dài</p>")).summary == "Tóm tắt"
    assert prepare(sent(body="<p>Câu một. Câu hai.</p><p>x</p>")).summary == "Câu một. Câu hai."


def test_long_first_paragraph_is_cut_at_a_sentence_or_a_word() -> None:
    sentences = derived_summary(f"<p>{'Một câu vừa phải. ' * 40}</p>")
    assert len(sentences) <= SUMMARY_LENGTH
    assert sentences.endswith("phải.")
    words = derived_summary(f"<p>{'chữ ' * 200}</p>")
    assert len(words) <= SUMMARY_LENGTH + 1
    assert words.endswith("chữ…")


def test_dateline_is_not_printed_twice() -> None:
    for body in ("ĐBP - Chiều nay", "ĐBP – Chiều nay", "ĐBP-Chiều nay"):
        made = prepare(sent(dateline="ĐBP", body=body, body_format="text"))
        assert made.body == "<p>Chiều nay</p>"
    made = prepare(sent(dateline="ĐBP", body="<p><strong>ĐBP -</strong> Chiều nay</p>"))
    assert made.body == "<p>Chiều nay</p>"
    assert prepare(sent(dateline="ĐBP", body="<p>ĐBPT - Chiều</p>")).body == "<p>ĐBPT - Chiều</p>"


def test_caption_in_a_plain_text_becomes_a_figure_where_it_stands() -> None:
    content = prepare(sent(body="Một.\n\nĐại biểu “họp” & bàn.\n\nHai.", body_format="text"))
    images = (Image(url="", caption="Đại biểu “họp” & bàn."),)
    body = with_captions_in_place(content, images).body
    assert body == ("<p>Một.</p>\n<figure><figcaption>Đại biểu “họp” &amp; bàn.</figcaption></figure>\n<p>Hai.</p>")


def test_tags_with_the_same_address_are_one() -> None:
    made = prepare(sent(tags=["Dân vận", "dân vận", "Hòa bình"]))
    assert [(tag.slug, tag.name) for tag in made.tags] == [("dan-van", "Dân vận"), ("hoa-binh", "Hòa bình")]


def test_same_content_has_the_same_hash_and_other_content_another() -> None:
    one, same = prepare(sent(body="<p>a</p>", external_id="1")), prepare(sent(body="<p>a</p>", external_id="2"))
    assert one.input_hash == same.input_hash
    assert one.input_hash != prepare(sent(body="<p>b</p>")).input_hash


def test_words_are_counted_without_marks() -> None:
    assert prepare(sent(body="<p>một <b>hai</b></p><ul><li>ba</li><li>bốn</li></ul>")).words == 4
