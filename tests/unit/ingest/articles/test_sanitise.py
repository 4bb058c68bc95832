"""What readers get is inert, and good Vietnamese text passes unharmed."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.articles.sanitise import MAX_DEPTH, clean_html, first_paragraph, text_to_html, to_text
from services.ingest.kit.errors import Invalid
from tests.security.markup import BODIES, documents, faults

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="//evil.example/x">x</a>',
    '<a href="/\\evil.example">x</a>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    "<svg><script>alert(1)</script></svg>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<form action=//evil.example><input name=x></form>",
    '<p style="position:fixed" onclick=alert(1)>x</p>',
    '<img src="//evil.example/x.jpg">',
    '<img src="https://evil.example/x.jpg">',
    '<img src="/media/../x.jpg">',
    '<img alt="><script>alert(1)</script>" src="//evil.example">',
    "<base href=//evil.example><meta http-equiv=refresh content=0>",
    "<p><![CDATA[<script>alert(1)</script>]]></p>",
    "<!--><script>alert(1)</script>-->",
]
ACTIVE = re.compile(
    r"<(script|style|iframe|svg|math|form|base|meta|noscript|template)|\son\w+\s*=|style=", re.IGNORECASE
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_come_out_inert(attack: str) -> None:
    cleaned = clean_html(f"<p>trước</p>{attack}<p>sau</p>")
    tags = "".join(re.findall(r"<[^>]*>", cleaned))
    assert not ACTIVE.search(tags)
    assert "evil.example" not in tags
    assert "script:" not in tags
    assert "trước" in cleaned


def test_allowed_marks_and_vietnamese_stay_as_they_are() -> None:
    body = (
        "<h2>Mở đầu</h2><p>Chiều <strong>nay</strong>, “hội nghị” <em>khai mạc</em>…</p>"
        "<ul><li>một</li><li>hai</li></ul><blockquote>lời dẫn</blockquote>"
        '<figure><img src="/media/ab/c.jpg" alt="Ảnh"><figcaption>Chú thích</figcaption></figure>'
        "<table><tbody><tr><td>1</td></tr></tbody></table><aside><p>Hộp tin</p></aside>"
    )
    assert clean_html(body) == body


def test_links_outside_and_inside_the_site() -> None:
    cleaned = clean_html('<p><a href="https://example.vn/?a=1&b=2">ngoài</a> <a href="/thoi-su">trong</a></p>')
    assert 'href="https://example.vn/?a=1&amp;b=2"' in cleaned
    assert 'href="/thoi-su"' in cleaned


def test_a_link_without_words_is_none_and_the_words_beside_it_stay_apart() -> None:
    body = '<p>một<a href="/x"> </a>hai <a href="https://a.example/"><b></b></a>ba</p><p><a href="/y"><img></a></p>'
    assert clean_html(body) == "<p>một hai ba</p>"


def test_our_own_absolute_media_address_becomes_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOASOAN_SITE_URL", "https://bao.example")
    assert '"/media/a.jpg"' in clean_html('<img src="https://bao.example/media/a.jpg">')


def test_divs_become_paragraphs_and_words_stay_apart() -> None:
    assert to_text(clean_html("<div><div>một</div>hai<div>ba</div></div>")).split() == ["một", "hai", "ba"]


def test_bidi_and_decomposed_letters_are_made_plain_also_as_references() -> None:
    assert clean_html("<p>a&#x202e;b e\u0323\u0302</p>") == "<p>ab ệ</p>"


def test_deep_nesting_is_refused_in_words() -> None:
    with pytest.raises(Invalid) as refused:
        clean_html("<div>" * 10_000)
    assert refused.value.errors[0]["field"] == "body"
    assert str(MAX_DEPTH) in refused.value.detail


def test_plain_text_becomes_paragraphs() -> None:
    assert text_to_html("một <b>\n\nhai\nba\n\n\n bốn ") == "<p>một &lt;b&gt;</p>\n<p>hai<br>ba</p>\n<p>bốn</p>"
    assert text_to_html("một\nhai") == "<p>một</p>\n<p>hai</p>"


def test_first_paragraph_skips_empty_ones_and_marks() -> None:
    assert first_paragraph("<h2>T</h2><p><em>Chiều</em> nay</p><p>x</p>") == "Chiều nay"


def test_cleaning_twice_is_cleaning_once() -> None:
    for document in documents(2026, 5000, (*BODIES, *ATTACKS)):
        once = clean_html(document)
        assert clean_html(once) == once, document
        assert faults(once) == [], document


def test_what_stands_in_a_list_or_under_a_picture_is_in_no_paragraph() -> None:
    assert clean_html("một<li>hai</li>") == "<p>một</p><li>hai</li>"
    assert clean_html('<b title="x">một</b>') == '<p><strong title="x">một</strong></p>'


@settings(deadline=None)
@given(st.text(max_size=300))
def test_plain_text_never_becomes_markup(text: str) -> None:
    made = text_to_html(text)
    assert not set(re.findall(r"<[^>]*>", made)) - {"<p>", "</p>", "<br>"}


def test_lists_keep_where_they_start_and_letters() -> None:
    kept = '<ol type="a" start="3"><li>c</li></ol>'
    assert clean_html(kept) == kept
    assert clean_html('<ol type="I"><li>x</li></ol><ol type="javascript:"><li>y</li></ol>') == (
        "<ol><li>x</li></ol><ol><li>y</li></ol>"
    )
