"""The screen of a story: what stays in sight, what stands beside the text, and pictures that are one thing each."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from shared.blocks.markup import written
from tests.blocks import block
from tests.browser.chromium import READER
from tests.browser.own_desk import OwnDesk, text_of, until_at, write_at_end
from tests.wait import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
expect.set_options(timeout=30_000)

SIZES = {"notebook": (1366, 768), "phone": (390, 844)}
LONG = "<p>Chợ họp từ sáng sớm, hàng từ các bản đổ về. Người bán mừng vì giá cá tăng nhẹ.</p>" * 40


@pytest.fixture
def page(secretary: BrowserContext) -> Page:
    made = secretary.new_page()
    made.set_viewport_size({"width": 1366, "height": 768})
    return made


def opens(page: Page, desk: OwnDesk, story: int) -> Locator:
    page.goto(f"{desk.url}/bai/{story}")
    return text_of(page)


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def with_pictures(desk: OwnDesk, number: int, shown: int = 0) -> tuple[int, list[str]]:
    """A story with pictures, of which the first `shown` stand in its text; their addresses."""
    urls = [desk.picture(n) for n in range(number)]
    figures = "".join(
        f'<figure><img src="{url}" alt="Chợ"><figcaption>Ảnh {n}.</figcaption></figure>'
        for n, url in enumerate(urls[:shown])
    )
    images = [{"url": url, "caption": f"Ảnh {n}.", "credit": "", "alt": "Chợ"} for n, url in enumerate(urls)]
    return desk.article(body=f"<p>Mở đầu.</p>{figures}<p>Kết.</p>", images=images), urls


def captions(page: Page) -> list[str]:
    return [str(one.input_value()) for one in page.locator(".pictures [name=image_caption]").all()]


# ---------------------------------------------------------------- in sight


@pytest.mark.parametrize("size", SIZES)
def test_where_a_story_stands_and_its_next_step_stay_in_sight(desk: OwnDesk, page: Page, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    opens(page, desk, desk.article(body=LONG))
    shown = [page.locator(".story-now").get_by_text("Bản nháp", exact=True)]
    shown += [page.get_by_role("button", name=name, exact=True) for name in ("Lưu", "Xuất bản ngay")]
    for top in (0, 1500, 100_000):
        page.evaluate("top => scrollTo({top, behavior: 'instant'})", top)
        for one in shown:
            expect(one).to_be_in_viewport(ratio=1)
    # The tools of the text too, as long as it is written in.
    page.evaluate("scrollTo({top: 1500, behavior: 'instant'})")
    expect(page.get_by_role("button", name="Đậm (Ctrl+B)")).to_be_in_viewport(ratio=1)
    if size == "phone":
        within_reach = [box["y"] for one in shown if (box := one.bounding_box())]
        assert min(within_reach) > height * 0.8
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_stands_beside_the_text_is_reached_by_keys(desk: OwnDesk, page: Page) -> None:
    opens(page, desk, desk.article()).click()
    page.keyboard.press("F6")
    expect(page.get_by_role("tab", name="Bước")).to_be_focused()
    for name, panel in (("Ảnh", "#pictures"), ("Trao đổi", "#ghi-chu"), ("Lịch sử", "#history"), ("Bước", "#steps")):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=name, selected=True)).to_be_focused()
        expect(page.locator(panel)).to_be_visible()
        expect(page.locator(".side > [data-tab]:visible")).to_have_count(1)
    page.keyboard.press("F6")
    expect(text_of(page)).to_be_focused()
    page.goto(page.url + "#ghi-chu")
    expect(page.get_by_role("tab", name="Trao đổi", selected=True)).to_be_visible()
    # Commands of the other tabs are a few letters away.
    page.get_by_label("Tiêu đề").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("hen gio len trang")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Lên trang lúc")).to_be_focused()


def test_without_scripts_all_of_it_stands_there_and_is_saved(desk: OwnDesk, browser: Browser) -> None:
    story, _urls = with_pictures(desk, 1)
    context = browser.new_context(user_agent=READER, java_script_enabled=False)
    desk.sign_in(context, "secretary")
    page = context.new_page()
    page.goto(f"{desk.url}/bai/{story}")
    for name in ("Bước tiếp theo", "Ảnh", "Trao đổi về bài", "Ai làm gì, lúc nào"):
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    page.get_by_role("textbox", name="Chú thích", exact=True).fill("Chợ lúc bốn giờ.")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_text("Đã lưu phiên bản 2.")).to_be_visible()
    assert desk.state(story)["images"][0]["caption"] == "Chợ lúc bốn giờ."
    page.get_by_role("button", name="Xuất bản ngay").click()
    assert desk.state(story)["status"] == "published"
    context.close()


def test_on_a_phone_steps_and_pictures_rise_from_below(desk: OwnDesk, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opens(page, desk, desk.article())
    more = page.get_by_role("button", name="Bước, ảnh…")
    expect(page.get_by_role("tab", name="Ảnh")).to_be_hidden()
    more.click()
    expect(page.get_by_role("tab", name="Bước")).to_be_focused()
    tab(page, "Ảnh")
    expect(page.get_by_role("button", name="Chọn trong kho")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Xuất bản ngay")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(page.get_by_role("tab", name="Ảnh")).to_be_hidden()


def test_another_step_pressed_during_a_save_is_taken_after_it(desk: OwnDesk, page: Page) -> None:
    story = desk.article()
    opens(page, desk, story)
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held or route.request.method != "POST":
            route.continue_()
        else:
            held.append(route)

    page.route(re.compile(rf"/desk/bai/{story}$"), hold)
    write_at_end(page, " Câu cuối.")
    page.get_by_role("button", name="Lưu", exact=True).click()
    until_at(page, lambda: held, "it is being saved")
    page.get_by_role("button", name="Xuất bản ngay").click()
    held[0].continue_()
    page.wait_for_url(re.compile("/len-trang"))
    assert "Câu cuối." in desk.state(story)["body"]


def test_a_dialog_that_closes_takes_nothing_from_the_next(desk: OwnDesk, page: Page) -> None:
    opens(page, desk, desk.article())
    page.get_by_role("button", name="Chèn khối").click()
    tiles = page.get_by_role("dialog", name="Chèn khối").get_by_role("listitem")
    expect(tiles.first).to_be_visible()
    # In one moment, before the browser has said that the first is closed.
    page.evaluate("""() => {
        document.querySelector("dialog[open]").close();
        document.querySelector(".tool-block").click();
    }""")
    page.wait_for_function("document.querySelectorAll('dialog[open] .tile').length > 5")
    page.evaluate("new Promise(done => setTimeout(done, 300))")
    assert tiles.count() > 5


# ---------------------------------------------------------------- one picture


def test_a_pictures_words_are_the_same_in_the_text_and_beside_it(desk: OwnDesk, page: Page) -> None:
    story, _urls = with_pictures(desk, 2, shown=1)
    text = opens(page, desk, story)
    tab(page, "Ảnh")
    row = page.locator(".picture").first
    row.get_by_role("button", name="Ảnh 1 trong 2").click()
    text.locator("figcaption").click()
    page.keyboard.press("End")
    page.keyboard.type(" Chợ lúc bốn giờ.")
    expect(row.get_by_label("Chú thích")).to_have_value("Ảnh 0. Chợ lúc bốn giờ.")
    row.get_by_label("Chú thích").fill("Chợ cá sông Sương.")
    expect(text.locator("figcaption")).to_have_text("Chợ cá sông Sương.")
    text.get_by_label("Nguồn ảnh").fill("A Páo")
    expect(row.get_by_label("Nguồn ảnh")).to_have_value("A Páo")
    row.get_by_label("Nguồn ảnh").fill("Quang Long")
    expect(text.get_by_label("Nguồn ảnh")).to_have_value("Quang Long")
    # Enter leaves the caption for a line of the text.
    text.locator("figcaption").click()
    page.keyboard.press("Enter")
    page.keyboard.type("Sau ảnh.")
    page.keyboard.press("Control+s")
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản 2")
    saved = desk.state(story)
    assert (saved["images"][0]["caption"], saved["images"][0]["credit"]) == ("Chợ cá sông Sương.", "Quang Long")
    assert "<figcaption>Chợ cá sông Sương.</figcaption></figure><p>Sau ảnh.</p>" in saved["body"]


def test_a_picture_is_selected_moved_and_taken_out(desk: OwnDesk, page: Page) -> None:
    story, urls = with_pictures(desk, 2, shown=2)
    text = opens(page, desk, story)

    def order() -> list[str]:
        blocks = "[...document.querySelectorAll('#richtext-body > *')].map(one => one.localName)"
        return list(page.evaluate(blocks))

    assert order() == ["p", "figure", "figure", "p"]
    text.locator("figure img").first.click()
    page.keyboard.press("Alt+ArrowUp")
    assert order() == ["figure", "p", "figure", "p"]
    text.locator("figure").first.get_by_role("button", name="Xuống").click()
    assert order() == ["p", "figure", "figure", "p"]
    # By the mouse, behind the last paragraph.
    text.locator("figure img").first.drag_to(text.get_by_text("Kết."), target_position={"x": 200, "y": 18})
    until_at(page, lambda: order() in (["p", "figure", "p", "figure"], ["p", "figure", "figure", "p"]), "it is let go")
    text.locator("figure img").first.click()
    page.keyboard.press("Delete")
    expect(text.locator("figure")).to_have_count(1)
    # It is still a picture of the story.
    tab(page, "Ảnh")
    expect(page.locator(".picture")).to_have_count(2)
    left = text.locator("figure img").get_attribute("src")
    at = urls.index(str(left))
    page.locator(".picture-open").nth(at).click()
    page.locator(".picture").nth(at).get_by_role("button", name="Bỏ ảnh").click()
    expect(text.locator("figure")).to_have_count(0)
    expect(page.locator(".picture")).to_have_count(1)


def test_pictures_are_put_in_order_by_mouse_and_keys(desk: OwnDesk, page: Page) -> None:
    story, _urls = with_pictures(desk, 4)
    opens(page, desk, story)
    tab(page, "Ảnh")
    thumbs = page.locator(".picture-open")
    thumbs.nth(3).drag_to(thumbs.nth(0))
    assert captions(page) == ["Ảnh 3.", "Ảnh 0.", "Ảnh 1.", "Ảnh 2."]
    thumbs.nth(1).focus()
    page.keyboard.press("Alt+ArrowUp")
    assert captions(page) == ["Ảnh 0.", "Ảnh 3.", "Ảnh 1.", "Ảnh 2."]
    expect(thumbs.nth(0)).to_be_focused()
    # Let go over the text it stands there.
    thumbs.nth(2).drag_to(text_of(page).get_by_text("Mở đầu."), target_position={"x": 5, "y": 25})
    expect(page.locator("#richtext-body figure figcaption")).to_have_text("Ảnh 1.")
    page.keyboard.press("Control+s")
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản 2")
    assert [one["caption"] for one in desk.state(story)["images"]] == ["Ảnh 0.", "Ảnh 3.", "Ảnh 1.", "Ảnh 2."]


def test_words_of_all_pictures_are_written_in_one_place(desk: OwnDesk, page: Page) -> None:
    story, _urls = with_pictures(desk, 3, shown=1)
    text = opens(page, desk, story)
    tab(page, "Ảnh")
    page.get_by_role("button", name="Sửa mọi chú thích").click()
    words = page.get_by_role("dialog", name="Chú thích, nguồn của mọi ảnh")
    for number, field in enumerate(words.get_by_label("Chú thích").all()):
        field.fill(f"Chợ {number}.")
    words.get_by_label("Nguồn ảnh").nth(1).fill("A Páo")
    words.get_by_label("Nguồn cho các ảnh chưa ghi nguồn").fill("Quang Long")
    words.get_by_role("button", name="Điền").click()
    words.get_by_role("button", name="Xong").click()
    expect(text.locator("figcaption")).to_have_text("Chợ 0.")
    page.keyboard.press("Control+s")
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản 2")
    images = desk.state(story)["images"]
    assert [one["caption"] for one in images] == ["Chợ 0.", "Chợ 1.", "Chợ 2."]
    assert [one["credit"] for one in images] == ["Quang Long", "A Páo", "Quang Long"]


def test_several_pictures_of_a_long_store_come_to_the_caret(desk: OwnDesk, page: Page) -> None:
    desk.full_store(150)
    story = desk.article(body="<p>Mở đầu.</p>")
    text = opens(page, desk, story)
    write_at_end(page, "")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="+ Ảnh", exact=True).click()
    found = page.locator("#picker-found button")
    expect(found.first).to_be_visible()
    assert found.count() < 150

    def is_whole() -> bool:
        page.locator("#picker").evaluate("one => one.scrollTo(0, one.scrollHeight)")
        return found.count() == 150

    until(is_whole, 30, "older ones come as one scrolls")
    for number in (149, 0, 120):
        found.nth(number).click()
    page.get_by_role("button", name="Chọn 3 ảnh").click()
    expect(text.locator("figcaption")).to_have_text(["Ảnh trong kho 0", "Ảnh trong kho 149", "Ảnh trong kho 29"])
    assert captions(page) == ["Ảnh trong kho 0", "Ảnh trong kho 149", "Ảnh trong kho 29"]
    expect(text).to_be_focused()


def test_what_must_not_be_cut_is_chosen_by_keys(desk: OwnDesk, page: Page) -> None:
    story, _urls = with_pictures(desk, 1)
    opens(page, desk, story)
    tab(page, "Ảnh")
    page.locator(".picture-open").click()
    page.get_by_text("Điểm chính khi ảnh bị cắt").click()
    page.get_by_label("Từ trái sang").focus()
    page.keyboard.press("Home")
    page.get_by_label("Từ trên xuống").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Control+s")
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản 2")
    assert desk.state(story)["images"][0]["focus"] == [0, 0.45]
    box = page.locator(".focus .spot-box img")
    box.click(position={"x": 10, "y": 10})
    page.keyboard.press("Control+s")
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản 3")
    assert max(desk.state(story)["images"][0]["focus"]) < 0.2


# ---------------------------------------------------------------- what comes from elsewhere, tables

PASTE = """([html, rtf]) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    if (rtf) data.setData("text/rtf", rtf);
    const target = document.getElementById("richtext-body");
    target.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def test_pictures_of_a_paste_arrive_or_are_said_to_be_missing(desk: OwnDesk, page: Page, tmp_path: Path) -> None:
    from base64 import b64encode

    one, two = (desk.drawn(n).read_bytes() for n in (1, 2))
    rtf = "{\\rtf1{\\*\\shppict{\\pict\\picw9\\jpegblip\\bliptag7{\\*\\blipuid 00ff}\n" + two.hex() + "}}}"
    html = (
        f'<p>Từ Docs</p><img src="data:image/jpeg;base64,{b64encode(one).decode()}">'
        '<p class=MsoNormal><img src="file:///C:/anh001.jpg"></p>'
        '<p>Xem <a href="https://www.google.com/url?q=https://bao.example/a%3Ffbclid%3D1&amp;sa=D">bài</a>.</p>'
        '<img src="https://lh7.example/anh.png">'
    )
    story = desk.article(body="<p></p>")
    text = opens(page, desk, story)
    text.click()
    page.evaluate(PASTE, [html, rtf])
    expect(text.locator("figure img:visible")).to_have_count(2)
    expect(page.get_by_text("1 ảnh trong chữ vừa dán nằm ở trang khác nên không vào bài")).to_be_visible()
    expect(text.get_by_role("link", name="bài")).to_have_attribute("href", "https://bao.example/a")
    page.keyboard.press("Control+s")
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản 2")
    saved = desk.state(story)
    assert len(saved["images"]) == 2
    assert saved["body"].count('<img src="/media/') == 2
    assert "waiting" not in saved["body"]


def test_a_table_grows_shrinks_merges_and_has_heads_and_a_caption(desk: OwnDesk, page: Page) -> None:
    story = desk.article(body="<p>Giá cá.</p>")
    text = opens(page, desk, story)
    write_at_end(page, "")
    page.get_by_role("button", name="Chèn bảng 3 × 3").click()
    bar = page.get_by_role("toolbar", name="Bảng")
    for name in ("Thêm hàng phía dưới", "Thêm cột bên phải", "Bỏ cột này", "Bỏ hàng này", "Bỏ hàng này"):
        bar.get_by_role("button", name=name).click()
    expect(text.locator("tr")).to_have_count(2)
    text.locator("td, th").first.click()
    page.keyboard.type("Cá")
    text.get_by_label("Tên bảng").fill("Giá bán lẻ")
    text.locator("tr").last.locator("td, th").first.drag_to(text.locator("tr").last.locator("td, th").nth(1))
    bar.get_by_role("button", name="Gộp các ô").click()
    expect(text.locator("[colspan='2']")).to_have_count(1)
    page.keyboard.press("Control+s")
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản 2")
    body = desk.state(story)["body"]
    assert "<caption>Giá bán lẻ</caption>" in body
    assert 'colspan="2"' in body
    text.get_by_text("Giá cá.").click()
    expect(bar).to_be_hidden()


# ---------------------------------------------------------------- related stories


def related(page: Page) -> list[str]:
    return [one.inner_text() for one in page.locator("#related-chosen li .grow").all()]


def test_related_stories_are_found_by_words_number_or_address_and_put_in_order(desk: OwnDesk, page: Page) -> None:
    names = ("Nước lên ở Huế", "Lũ ở Hòa Bình", "Bão số 5 vào bờ")
    ids = [desk.article(title=name) for name in names]
    story = desk.article()
    opens(page, desk, story)
    page.locator("#more summary").click()
    box = page.get_by_label("Bài liên quan", exact=True)
    box.press_sequentially("nuoc hue")
    found = page.get_by_role("listbox", name="Bài tìm thấy")
    expect(found.get_by_role("option")).to_have_text([re.compile("Nước lên ở Huế")])
    box.press("Enter")
    expect(box).to_be_focused()
    box.press_sequentially(str(ids[1]))
    expect(found.get_by_role("option").first).to_contain_text("Lũ ở Hòa Bình")
    box.press("Enter")
    box.fill(f"{desk.url}/bai/{ids[2]}")
    found.get_by_role("option", name="Bão số 5 vào bờ").click()
    assert related(page) == list(names)
    # What is chosen, and the story itself, are not offered again.
    box.press_sequentially("o")
    expect(page.locator("#related-said")).to_have_text("Không có bài nào như vậy.")
    box.fill("")

    chosen = page.locator("#related-chosen li")
    chosen.nth(2).drag_to(chosen.nth(0), target_position={"x": 5, "y": 2})
    assert related(page) == [names[2], names[0], names[1]]
    page.get_by_role("button", name=f"Bỏ: {names[0]}").press("Alt+ArrowUp")
    assert related(page) == [names[0], names[2], names[1]]
    expect(page.get_by_role("button", name=f"Bỏ: {names[0]}")).to_be_focused()
    page.get_by_role("button", name=f"Lên: {names[2]}").press("Delete")
    assert related(page) == [names[0], names[1]]
    page.keyboard.press("Control+s")
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản 2")
    assert desk.state(story)["related"] == [ids[0], ids[1]]
    page.reload()
    expect(chosen.locator(".grow")).to_have_text([names[0], names[1]])


def test_related_stories_are_typed_where_there_are_no_scripts(desk: OwnDesk, browser: Browser) -> None:
    other = desk.article(title="Nước lên ở Huế")
    story = desk.article()
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    desk.sign_in(context, "secretary")
    page = context.new_page()
    page.goto(f"{desk.url}/bai/{story}")
    page.locator("#more summary").click()
    page.get_by_label("Bài liên quan", exact=True).fill(f"{desk.url}/bai/{other}")
    page.get_by_role("button", name="Lưu", exact=True).click()
    until(lambda: desk.state(story)["related"] == [other], what="saved")
    context.close()


# ---------------------------------------------------------------- taking back


def test_each_block_that_was_put_in_is_taken_back_by_itself(desk: OwnDesk, page: Page) -> None:
    box = written(block("facts"))
    opens(page, desk, desk.article(body=f"<p>Mở đầu.</p>{box}<p>Kết.</p>"))
    cards = page.locator(".story-card")
    expect(cards).to_have_count(1)
    # As fast as a finger never is.
    cards.first.locator("[data-story=copy]").evaluate("button => { button.click(); button.click(); button.click(); }")
    expect(cards).to_have_count(4)
    for left in (3, 2, 1):
        text_of(page).press("Control+z")
        expect(cards).to_have_count(left)
    text_of(page).press("Control+y")
    expect(cards).to_have_count(2)
