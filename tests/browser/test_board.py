"""The live board in a real browser: it follows what happens, comes back by itself, and is worked by keyboard."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from services.ingest.articles.store import urgency, workflow
from tests.browser.own_desk import HOUSE, OwnDesk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
expect.set_options(timeout=30_000)
# Notes are counted where a loudspeaker would be.
_COUNT_NOTES = """
    window.notes = 0;
    const start = AudioScheduledSourceNode.prototype.start;
    AudioScheduledSourceNode.prototype.start = function (...given) {
        window.notes += 1;
        return start.apply(this, given);
    };
"""


def opened(context: BrowserContext, desk: OwnDesk, asked: str = "") -> Page:
    page = context.new_page()
    page.goto(f"{desk.url}/bang{asked}")
    expect(page.locator("#live")).to_have_text("Bảng tự cập nhật.")
    return page


def column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def test_the_board_follows_what_happens_and_comes_back_by_itself(secretary: BrowserContext, desk: OwnDesk) -> None:
    secretary.add_init_script(_COUNT_NOTES)
    first, second = desk.article(title="Nước lên ở Huế"), desk.article(title="Chợ phiên họp lại")
    page = opened(secretary, desk)
    page.get_by_label("Âm báo tin khẩn").check()
    heard = page.evaluate("notes")
    workflow.move(desk.store, second, "submitted", HOUSE)
    expect(column(page, "Chờ biên tập").get_by_role("link")).to_have_text(["Chợ phiên họp lại"])
    expect(column(page, "Bản nháp").get_by_role("link")).to_have_text(["Nước lên ở Huế"])
    assert page.evaluate("notes") == heard, "only what is urgent is heard"
    workflow.move(desk.store, first, "submitted", HOUSE)
    urgency.mark(desk.store, first, HOUSE, urgent=True)
    waiting = column(page, "Chờ biên tập").get_by_role("link")
    expect(waiting).to_have_text(["TIN KHẨN Nước lên ở Huế", "Chợ phiên họp lại"])
    expect(page).to_have_title("(1 khẩn) Bảng bài – Báo Mẫu")
    expect(page.get_by_role("alert")).to_have_text("TIN KHẨN Nước lên ở Huế")
    page.wait_for_function(f"notes > {heard}")
    desk.kill()
    expect(page.locator("#live")).to_contain_text("Mất kết nối")
    workflow.move(desk.store, second, "edited", HOUSE)
    urgency.mark(desk.store, first, HOUSE, urgent=False)
    desk.start_again()
    expect(page.locator("#live")).to_have_text("Bảng tự cập nhật.")
    expect(column(page, "Đã biên tập").get_by_role("link")).to_have_text(["Chợ phiên họp lại"])
    expect(page).to_have_title("Bảng bài – Báo Mẫu")


def test_a_step_is_one_key_and_the_next_story_is_under_the_hand(secretary: BrowserContext, desk: OwnDesk) -> None:
    for n in range(3):
        workflow.move(desk.store, desk.article(by="reporter", title=f"Bài {n}"), "submitted", HOUSE)
    page = opened(secretary, desk)
    page.keyboard.press("j")
    page.keyboard.press("3")
    expect(column(page, "Đã biên tập").get_by_role("link")).to_have_text(["Bài 0"])
    expect(page.locator(".board-card:focus")).to_contain_text("Bài 1")
    page.keyboard.press("m")
    expect(page.locator(".board-card:focus")).to_contain_text("ở tay secretary")
    page.keyboard.press("u")
    expect(page.locator(".board-card:focus")).to_contain_text("TIN KHẨN")
    page.keyboard.press("1")
    page.get_by_label("Lý do, người viết").fill("Thiếu ảnh")
    page.get_by_role("button", name="Trả lại").click()
    expect(column(page, "Bản nháp").get_by_role("link")).to_have_text(["TIN KHẨN Bài 1"])
    expect(page.locator(".board-card:focus")).to_contain_text("Bài 2")
    page.keyboard.press("l")
    expect(page.locator(".board-card:focus")).to_contain_text("Bài 0")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Tiêu đề")).to_have_value("Bài 0")


def test_the_step_of_who_may_not_take_it_is_refused_beside_the_board(context: BrowserContext, desk: OwnDesk) -> None:
    desk.sign_in(context, "reporter")
    desk.article(by="reporter", title="Bài của tôi")
    page = opened(context, desk)
    page.keyboard.press("j")
    page.keyboard.press("4")
    expect(page.locator("#told")).to_contain_text("Bài của tôi: ")
    expect(page.locator("#told")).to_have_class("small fault")
    expect(column(page, "Bản nháp").get_by_role("link")).to_have_text(["Bài của tôi"])


def test_without_scripts_the_board_is_a_list_with_its_steps(browser: Browser, desk: OwnDesk) -> None:
    context = browser.new_context(locale="vi-VN", java_script_enabled=False)
    desk.sign_in(context, "secretary")
    desk.article(title="Họp chợ phiên")
    page = context.new_page()
    page.goto(f"{desk.url}/bang")
    column(page, "Bản nháp").get_by_role("checkbox").check()
    page.get_by_text("Chuyển bước các bài đã chọn").click()
    page.get_by_label("Bước", exact=True).select_option(label="Gửi biên tập")
    page.get_by_role("button", name="Chuyển bước").click()
    expect(page).to_have_url(f"{desk.url}/bang")
    expect(column(page, "Chờ biên tập").get_by_role("link", name="Họp chợ phiên")).to_be_visible()
    context.close()
