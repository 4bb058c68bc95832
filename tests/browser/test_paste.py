"""What Word and old fonts put on the clipboard, in the desk's editor: lists stay lists, letters become Unicode."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

EDITOR = Path(__file__).resolve().parents[2] / "services" / "ingest" / "articles" / "static" / "built" / "richtext.js"
PAGE = """<!doctype html><meta charset="utf-8"><div id="here"></div><script type="module">
import { createEditor } from "./richtext.js";
window.said = [];
window.editor = createEditor(document.getElementById("here"), {html: "", labelledBy: "x", editable: true,
  onChange() {}, onFiles() {}, onMended: (names) => window.said.push(...names), blocks: {}});
</script>"""
PASTE = """([kind, words]) => {
    const data = new DataTransfer();
    data.setData(kind, words);
    const target = document.getElementById("richtext-body");
    target.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
    return window.editor.html();
}"""


def listed(mark: str, words: str, level: int = 1) -> str:
    return (
        f"<p class=MsoListParagraph style='mso-list:l0 level{level} lfo1'><![if !supportLists]><span>{mark}"
        f"<span>&nbsp;&nbsp; </span></span><![endif]>{words}</p>"
    )


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.route("**/richtext.js", lambda route: route.fulfill(path=EDITOR, content_type="text/javascript"))
    page.route("**/page", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    page.goto("http://desk.example/page")
    page.locator("#richtext-body").wait_for()
    yield page
    page.close()


def paste(page: Page, words: str, kind: str = "text/html") -> str:
    return str(page.evaluate(PASTE, [kind, words])).replace("<p></p>", "")


def test_lists_of_letters_numbers_and_levels_stay_as_they_were_counted(page: Page) -> None:
    named = dict(zip("abcdđe", "Hồ Đơn Bản Ảnh Lệ Biên".split(), strict=True))
    letters = "".join(listed(f"{mark})", words) for mark, words in named.items())
    numbers = listed("3.", "Ba") + listed("4.", "Bốn") + listed("4.1.", "Con", 2) + listed("IV.", "Phần bốn")
    shown = paste(page, f"{letters}<p>Tiếp:</p>{numbers}")
    entries = "".join(f"<li><p>{words}</p></li>" for words in named.values())
    assert f'<ol type="a">{entries}</ol>' in shown
    assert '<ol start="3"><li><p>Ba</p></li><li><p>Bốn</p><ol><li><p>Con</p></li></ol></li></ol>' in shown
    assert "<p>IV. Phần bốn</p>" in shown


def test_letters_that_count_without_the_barred_d_keep_their_labels(page: Page) -> None:
    shown = paste(page, "".join(listed(f"{mark})", mark.upper()) for mark in "abcde"))
    assert shown == "".join(f"<p>{mark}) {mark.upper()}</p>" for mark in "abcde")


@pytest.mark.parametrize(
    ("words", "right", "name"),
    [
        ("<p style='font-family:\".VnTime\"'>Céng hßa x· héi</p><p>Chữ đúng ở đây</p>",
         "<p>Cộng hòa xã hội</p><p>Chữ đúng ở đây</p>", "TCVN3"),
        ("<p>Äiá»‡n BiÃªn</p>", "<p>Điện Biên</p>", "UTF-8 đọc nhầm"),
        ("<p><font face='VNI-Times'>Coäng hoøa xaõ hoäi</font></p>", "<p>Cộng hòa xã hội</p>", "VNI"),
        ("<p>Chữ đúng, café</p>", "<p>Chữ đúng, café</p>", None),
    ],
)  # fmt: skip
def test_old_encodings_become_unicode_and_it_is_said(page: Page, words: str, right: str, name: str | None) -> None:
    assert paste(page, words) == right
    assert page.evaluate("window.said") == ([name] if name else [])


def test_plain_text_in_an_old_encoding_is_made_right_too(page: Page) -> None:
    assert paste(page, "§éc lËp - Tù do - H¹nh phóc", "text/plain") == "<p>Độc lập - Tự do - Hạnh phúc</p>"
    assert page.evaluate("window.said") == ["TCVN3"]


def test_a_picture_that_is_brought_along_stays_as_wide_as_it_was(page: Page) -> None:
    figure = '<figure><img src="/media/ab/ho.jpg" alt="Hồ" data-width="full"><figcaption>Hồ.</figcaption></figure>'
    assert paste(page, figure) == figure
