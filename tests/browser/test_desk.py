"""The editors' desk in a real browser: from the first word to the reader, two at one article, every screen."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import Theme
from tests.browser.newsroom import SETTLE, Newsroom
from tests.house import House
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.browser, pytest.mark.timeout(300)]
expect.set_options(timeout=30_000)

SCREENS = (
    "/", "/viec", "/viec/cach-bao",
    "/bang", "/bai", "/bai/moi", "/kho", "/trang-nhat", "/giao-dien", "/tim", "/binh-luan",
    "/ban-doc-gui", "/lich", "/lich/moi",
    "/so-lieu", "/bay-gio", "/so-lieu/tim-kiem", "/nhuan-but", "/nhuan-but/muc", "/tai-khoan", "/mat-khau",
    "/tai-khoan-khac", "/khoa",
    "/chuyen-muc", "/nhat-ky", "/nhap-xuat", "/nguon-tin", "/webhook", "/tu-tim-kiem", "/tu-khoa", "/ops",
    "/chan-dung", "/thoi-tiet-gia-ca",
)  # fmt: skip
# The parts that other screens are made of, in their other colours.
_IN_THE_DARK = ("/bai/moi", "/so-lieu")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_LOOKS: list[tuple[int, Theme, list[str]]] = [(360, "light", _RULES), (1280, "dark", ["cat.color"])]
# As Word puts it on the clipboard.
FROM_WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<style>p.MsoNormal{color:red}</style></head><body lang=VI><!--StartFragment-->
<p class=MsoNormal style='margin-left:1in'><b style='mso-bidi-font-weight:normal'>
<span style='font-size:14.0pt;font-family:"Times New Roman"'>Giá cá</span></b><span style='color:red'> tăng nhẹ.</span>
<o:p></o:p></p><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>·&nbsp; Cá chép</p>
<p class=MsoNormal><a href="javascript:alert(1)">Hết</a></p><script>alert(1)</script><!--EndFragment--></body></html>"""
WRITTEN = (
    "<p>Chợ họp từ <strong>bốn giờ sáng</strong>.</p><h2>Người bán mừng</h2>"
    '<p><a href="https://bao.example/gia-ca">Việt Nam giá cá</a></p>'
    "<p><strong>Giá cá</strong> tăng nhẹ.</p><ul><li><p>Cá chép</p></li></ul><p>Hết</p><p></p>"
)
_PASTE = """(element, html) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    element.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def new_draft(page: Page, newsroom: Newsroom, title: str) -> Locator:
    """A new article's form with its headline and section; returns the text."""
    page.goto(f"{newsroom.url}/bai")
    page.get_by_role("link", name="Bài mới").click()
    page.get_by_label("Tiêu đề").fill(title)
    page.get_by_label("Chuyên mục").select_option(label="Kinh tế")
    return rich_text(page)


def rich_text(page: Page) -> Locator:
    """The text of the form, once the editor has taken the field's place."""
    expect(page.locator("html[data-editor=ready]")).to_be_attached()
    return page.get_by_role("textbox", name="Nội dung", exact=True)


def test_a_story_from_the_first_word_to_the_reader(newsroom: Newsroom, house: House, tmp_path: Path) -> None:
    writer = newsroom.page("reporter")
    text = new_draft(writer, newsroom, "Chợ cá sông Sương họp lại")
    write_the_story(writer, text)
    expect(writer.locator("#saving")).to_contain_text("Đã giữ lúc")
    writer.reload()
    expect(writer.get_by_text("Đã mở lại phần bạn viết dở")).to_be_visible()
    # Nothing of Word's looks, of its own marks, of scripts; the last link led nowhere allowed.
    rich_text(writer)
    assert writer.locator("#body").input_value() == WRITTEN
    Image.new("RGB", (640, 360), "#527a66").save(tmp_path / "cho-ca.jpg")
    writer.locator("#files").set_input_files(tmp_path / "cho-ca.jpg")
    writer.get_by_role("tab", name="Ảnh").click()
    picture = writer.locator(".picture")
    picture.get_by_role("button", name="Ảnh 1 trong 1").click()
    picture.get_by_label("Chú thích").fill("Thuyền cá cập bến lúc rạng sáng.")
    picture.get_by_label("Mô tả cho người khiếm thị").fill("Thuyền gỗ bên bờ sông")
    writer.get_by_role("button", name="Lưu bản nháp").click()
    writer.get_by_role("button", name="Gửi biên tập").click()
    expect(writer.get_by_text("Chờ biên tập", exact=True)).to_be_visible()

    secretary = newsroom.page("secretary")
    secretary.goto(newsroom.url)
    secretary.get_by_role("region", name="Chờ tôi xử lý").get_by_role("link", name="Chợ cá sông Sương").click()
    for step in ("Biên tập xong", "Duyệt", "Xuất bản ngay"):
        rich_text(secretary)
        with secretary.expect_navigation():
            secretary.get_by_role("button", name=step, exact=True).click()
    expect(secretary.locator(".place[data-state=shown]")).to_have_count(4)
    expect(secretary.locator("[data-place=page]")).to_contain_text("đã hiện")

    secretary.get_by_role("link", name="Xem trên trang").click()
    expect(secretary.get_by_role("heading", level=1)).to_have_text("Chợ cá sông Sương họp lại")
    expect(secretary.get_by_role("img", name="Thuyền gỗ bên bờ sông")).to_be_visible()
    story = secretary.locator(".prose")
    expect(story.get_by_role("heading", name="Người bán mừng")).to_be_visible()
    expect(story.locator("strong", has_text="bốn giờ sáng")).to_be_visible()
    expect(story.get_by_role("link", name="Việt Nam giá cá")).to_have_attribute("href", "https://bao.example/gia-ca")
    expect(story.get_by_role("listitem")).to_have_text("Cá chép")


def test_a_tables_caption_outlives_the_editor(newsroom: Newsroom, house: House) -> None:
    row = f"<tr><th>Cá lăng</th>{'<td>115.000</td>' * 8}</tr>"
    table = f"<table><caption>Giá bán lẻ</caption><tbody>{row}</tbody></table>"
    saved = house.push(title="Giá cá tuần này", body=f"{table}<p>Hết.</p>", body_format="html", external_id="caption")
    house.until_page(saved["url"], "Hết.")
    secretary = newsroom.page("secretary")
    secretary.goto(f"{newsroom.url}/bai/{saved['id']}")
    text = rich_text(secretary)
    expect(text.get_by_label("Tên bảng")).to_have_value("Giá bán lẻ")
    secretary.set_viewport_size({"width": 360, "height": 800})
    secretary.wait_for_function("document.documentElement.scrollWidth <= 360")
    text.get_by_text("Hết.").click()
    secretary.keyboard.press("End")
    secretary.keyboard.type(" Giá do chợ báo.")
    secretary.get_by_role("button", name="Lưu", exact=True).click()
    # A second press while the first is under way is none.
    expect(secretary.locator("#saving")).to_contain_text("Đã lưu phiên bản")
    secretary.get_by_role("button", name="Cập nhật bài trên trang").click()
    page = house.until_page(saved["url"], "Giá do chợ báo.")
    assert "<caption>Giá bán lẻ</caption>" in page
    assert page.count("<tr>") == 1


def test_a_correction_and_a_withdrawal_from_the_desk(newsroom: Newsroom, house: House) -> None:
    saved = house.push(title="Đường lên bản Tả Cu", body="Con đường dài 12 km.", external_id="desk-correction")
    house.until_page(saved["url"], "12 km")
    secretary = newsroom.page("secretary")
    secretary.goto(f"{newsroom.url}/bai/{saved['id']}")
    secretary.get_by_role("link", name="Cải chính…").click()
    text = rich_text(secretary)
    secretary.get_by_label("Nội dung đã đăng sai").fill("Con đường dài 12 km.")
    secretary.get_by_label("Nội dung đúng").fill("Con đường dài 21 km.")
    text.fill("Con đường dài 21 km.")
    secretary.get_by_role("button", name="Đăng cải chính").click()
    expect(secretary.locator("[data-place=page]")).to_contain_text("đã hiện")
    assert "Thông tin cải chính, xin lỗi" in house.until_page(saved["url"], "21 km")

    secretary.goto(f"{newsroom.url}/bai/{saved['id']}/rut")
    secretary.get_by_label("Lý do").fill("Nguồn tin rút lại lời.")
    secretary.once("dialog", lambda dialog: dialog.accept())
    secretary.get_by_role("button", name="Rút bài").click()
    expect(secretary.locator("[data-place=page]")).to_contain_text("đã mất")
    assert "21 km" not in house.until_page(saved["url"], status=410)


def test_a_preview_is_the_readers_page_with_what_is_unsaved(newsroom: Newsroom, house: House) -> None:
    fields = {"title": "Hoa ban nở sớm", "section": "Kinh tế", "body": "Hoa nở.", "status": "draft"}
    saved = house.push(**fields)
    page = newsroom.page("secretary")
    page.goto(f"{newsroom.url}/bai/{saved['id']}")
    expect(page.locator("html[data-keeper=ready]")).to_be_attached()
    page.get_by_role("textbox", name="Nội dung", exact=True).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Chưa lưu.")
    page.get_by_role("link", name="Xem trước").click()
    shown = page.frame_locator("iframe[title='Bài như bạn đọc thấy']")
    expect(shown.get_by_role("heading", name="Hoa ban nở sớm")).to_be_visible()
    expect(shown.get_by_text("Hoa nở. Chưa lưu.").first).to_be_visible()
    # In the readers' own type, by their own style sheet, as wide as a telephone.
    page.get_by_label("Điện thoại").check()
    frame = page.frames[1]
    assert frame.evaluate("document.fonts.ready.then(() => [...document.fonts].some(one => one.status === 'loaded'))")
    assert frame.evaluate("innerWidth") == 390


def test_two_people_at_one_article_see_both_texts(newsroom: Newsroom) -> None:
    writer, secretary = newsroom.page("reporter"), newsroom.page("secretary")
    new_draft(writer, newsroom, "Hai người một bài").fill("Giá cá tăng nhẹ.")
    writer.get_by_role("button", name="Lưu bản nháp").click()
    writer.wait_for_url(re.compile(r"/bai/\d+$"))
    secretary.goto(writer.url)
    rich_text(secretary).fill("Giá cá tăng mạnh.")
    expect(secretary.get_by_text("reporter đang sửa bài này.")).to_be_visible()
    secretary.get_by_role("button", name="Lưu", exact=True).click()
    expect(secretary.get_by_text("Đã lưu phiên bản 2.")).to_be_visible()
    expect(writer.get_by_text("Đã có phiên bản 2 do người khác lưu.")).to_be_visible()
    rich_text(writer).fill("Giá cá giảm nhẹ.")
    writer.keyboard.press("Control+s")
    expect(writer.get_by_role("heading", level=1)).to_have_text("Hai người cùng sửa bài này")
    compared = writer.get_by_role("region", name="So sánh: Nội dung")
    expect(compared.locator("del")).to_have_text(["tăng", "mạnh"])
    expect(compared.locator("ins")).to_have_text(["giảm", "nhẹ"])
    writer.get_by_label("Lấy bản của tôi").check()
    writer.get_by_role("button", name="Lưu bản đã chọn").click()
    expect(rich_text(writer)).to_have_text("Giá cá giảm nhẹ.")
    # What lost is kept: both stand side by side in the article's versions too.
    writer.goto(f"{secretary.url}/so-sanh?cu=2&moi=3")
    expect(writer.get_by_role("region", name="So sánh: Nội dung")).to_contain_text("Giá cá tăng mạnh.")


@pytest.mark.parametrize("begun", ["with the network", "without"])
def test_what_is_written_without_a_network_is_offered_again(newsroom: Newsroom, begun: str) -> None:
    page = newsroom.page("reporter")
    page.goto(f"{newsroom.url}/bai/moi")
    text = rich_text(page)
    if begun == "with the network":
        page.get_by_label("Tiêu đề").fill("Viết trên đường")
        expect(page.locator("#saving")).to_contain_text("Đã giữ lúc")
    page.context.set_offline(True)
    page.get_by_label("Tiêu đề").fill("Viết trên đường lên bản")
    text.fill("Ở đây không có sóng.")
    expect(page.get_by_text("Mất kết nối: bài đang được giữ trong trình duyệt này.")).to_be_visible()
    page.close()
    page = page.context.new_page()
    page.context.set_offline(False)
    page.goto(f"{newsroom.url}/bai/moi")
    page.get_by_role("button", name="Mở lại phần ấy").click()
    expect(rich_text(page)).to_have_text("Ở đây không có sóng.")
    expect(page.get_by_text("Đã mở lại phần bạn viết dở")).to_have_text(
        ["Đã mở lại phần bạn viết dở, còn trong trình duyệt này."]
    )
    expect(page.get_by_label("Tiêu đề")).to_have_value("Viết trên đường lên bản")


@pytest.mark.parametrize(
    ("lost", "said"),
    [("editor.js", "Ô soạn thảo chưa mở"), ("built/richtext.js", "Không mở được ô soạn thảo")],
)
def test_a_text_whose_editor_did_not_load_is_said_to_be_whole(newsroom: Newsroom, lost: str, said: str) -> None:
    page = newsroom.page("reporter")
    new_draft(page, newsroom, "Sóng yếu ở bản").fill("Tải trang được một nửa.")
    page.get_by_role("button", name="Lưu bản nháp").click()
    page.wait_for_url(re.compile(r"/bai/\d+$"))
    page.route(f"**/static/{lost}?*", lambda route: route.abort())
    page.reload()
    expect(page.locator("#editor-state")).to_be_visible()
    expect(page.locator("#editor-state")).to_contain_text(said)
    text = page.get_by_role("textbox", name="Nội dung", exact=True)
    expect(text).to_have_value("<p>Tải trang được một nửa.</p>")
    expect(text).not_to_be_editable()
    page.get_by_label("Tiêu đề").fill("Sóng đã mạnh")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_text("Đã lưu phiên bản 2")).to_be_visible()
    page.unroute_all()
    page.reload()
    expect(rich_text(page)).to_have_text("Tải trang được một nửa.")
    expect(page.locator("#editor-state")).to_be_hidden()
    expect(page.get_by_label("Tiêu đề")).to_have_value("Sóng đã mạnh")
    # What the browser says of the script is meant here.
    meant = ("ERR_FAILED", "dynamically imported")
    newsroom.said[:] = [heard for heard in newsroom.said if not any(words in heard for words in meant)]


def test_comments_are_let_through_together(newsroom: Newsroom, house: House) -> None:
    saved = house.push(title="Bài có nhiều bình luận", external_id="desk-comments")
    house.until_page(saved["url"])
    for name in ("Chị Mai", "Anh Páo"):
        comment = {"name": name, "text": f"{name} thấy bài rất hay."}
        sent = house.client.post(f"{house.web_url}/api/articles/{saved['id']}/comments", json=comment)
        assert sent.status_code == 202, sent.text
    secretary = newsroom.page("secretary")

    def both() -> bool:
        secretary.goto(f"{newsroom.url}/binh-luan?q=thấy bài rất hay")
        return secretary.locator(".comment").count() == 2

    until(both, 30, "both comments wait")
    secretary.get_by_label("Chọn tất cả").check()
    secretary.get_by_role("button", name="Duyệt bình luận đã chọn").click()
    expect(secretary.get_by_text("Đã duyệt 2 bình luận.")).to_be_visible()
    page = house.until_page(saved["url"], "Anh Páo thấy bài rất hay.")
    assert "Chị Mai thấy bài rất hay." in page


def test_every_screen_is_accessible_and_fits(newsroom: Newsroom, house: House, checkers: Path, tmp_path: Path) -> None:
    # Where it lies is told at "Vận hành", and is as long as it is.
    house.toasoan("backup", str(tmp_path / ("ban-sao-" * 9)))
    saved = house.push(title="Bài để xem các màn hình", external_id="desk-screens")
    house.until_page(saved["url"])
    article = f"/bai/{saved['id']}"
    own = [
        article,
        f"{article}/xem-truoc",
        f"{article}/phien-ban",
        f"{article}/len-trang",
        f"{article}/cai-chinh",
        f"{article}/truc-tiep",
        f"/so-lieu{article}",
    ]
    axe = (checkers / "axe-core" / "axe.min.js").read_text("utf-8")
    page = newsroom.page("admin", width=360)
    found: list[str] = []
    for path in (*SCREENS, *own):
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 360, "height": 800})
        answer = page.goto(newsroom.url + path)
        assert answer and answer.ok, path
        expect(page.locator("h1")).to_have_count(1)
        page.evaluate(axe)
        for width, theme, rules in _LOOKS:
            if theme == "dark" and path not in _IN_THE_DARK:
                continue
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=theme)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than {width}"
            faults = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules)
            for fault in faults["violations"]:
                node = fault["nodes"][0]
                found.append(f"{path} {theme} {fault['id']}: {node['target']} {node.get('failureSummary', '')}")
    assert not found, "\n".join(found)


def test_the_desk_by_keyboard_and_on_a_phone(newsroom: Newsroom) -> None:
    page = newsroom.page("secretary", width=360)
    page.goto(f"{newsroom.url}/bai/moi")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    rich_text(page)
    page.get_by_label("Sapo").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Đậm")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Nghiêng")).to_be_focused()
    page.keyboard.press("Tab")
    expect(rich_text(page)).to_be_focused()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Bình luận").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bình luận")
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.get_by_role("heading", level=1)).to_have_text("Số liệu bạn đọc")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()


def test_where_one_is_stands_in_sight_on_a_low_screen(newsroom: Newsroom) -> None:
    """An administrator's navigation is longer than a notebook is high."""
    page = newsroom.page("admin")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{newsroom.url}/ops")
    here = page.get_by_role("navigation", name="Chính").locator("[aria-current=page]")
    expect(here).to_have_text("Vận hành")
    # Not under what stays at the bottom, either.
    page.wait_for_function(
        "link => { const {x, y, height} = link.getBoundingClientRect();"
        " return document.elementFromPoint(x + 9, y + height - 2) === link }",
        arg=here.element_handle(),
    )
    assert page.evaluate("scrollY") == 0


def test_what_was_handed_in_stands_within_its_card(newsroom: Newsroom, tmp_path: Path) -> None:
    """On a phone, where nothing else would hold it off the edge."""
    (tmp_path / "bài cũ.ndjson").write_text('{"title": "Không có nội dung", "section": "Kinh tế"}\n')
    page = newsroom.page("admin", width=390)
    page.goto(f"{newsroom.url}/nhap-xuat")
    page.locator("input[type=file]").set_input_files(tmp_path / "bài cũ.ndjson")
    page.get_by_role("button", name="Gửi tệp").click()
    job = page.get_by_role("listitem").filter(has=page.locator("strong", has_text="bài cũ.ndjson"))
    expect(job).to_contain_text("1 mục lỗi")
    page.wait_for_load_state()
    job.get_by_text("Mục lỗi", exact=True).click()
    expect(job).to_contain_text("bài cũ.ndjson:1 body: Thiếu trường này.")
    card, name = job.locator("xpath=..").bounding_box(), job.get_by_text("bài cũ.ndjson").first.bounding_box()
    assert card and name and name["x"] - card["x"] >= 12


def write_the_story(page: Page, text: Locator) -> None:
    """`WRITTEN`, by keys, buttons, an input method and from Word."""
    text.click()
    page.keyboard.type("Chợ họp từ ")
    page.keyboard.press("Control+b")
    page.keyboard.type("bốn giờ sáng")
    page.keyboard.press("Control+b")
    page.keyboard.type(".")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Tít phụ").click()
    page.keyboard.type("Người bán mừng")
    page.keyboard.press("Enter")
    type_by_input_method(page, text, ["V", "Vi", "Viê", "Việ", "Việt"])
    page.keyboard.type(" Nam giá cá")
    page.keyboard.press("Shift+Home")
    page.evaluate(SETTLE)
    page.once("dialog", lambda dialog: dialog.accept("bao.example/gia-ca"))
    page.keyboard.press("Control+k")
    page.keyboard.press("End")
    page.evaluate(SETTLE)
    page.keyboard.press("Enter")
    text.evaluate(_PASTE, FROM_WORD)


def type_by_input_method(page: Page, text: Locator, steps: list[str]) -> None:
    """Type as Telex does: each step replaces what is being composed, and the last is taken into the text."""
    text.focus()
    browser = page.context.new_cdp_session(page)
    for step in steps:
        browser.send("Input.imeSetComposition", {"text": step, "selectionStart": len(step), "selectionEnd": len(step)})
    browser.send("Input.insertText", {"text": steps[-1]})
    browser.detach()
