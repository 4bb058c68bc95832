"""The inbox in a real browser: its number on every page as things happen, in every window, and how one is called."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from services.ingest.articles.store import workflow
from services.ingest.inbox import loop
from tests.browser.own_desk import HOUSE, OwnDesk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
expect.set_options(timeout=30_000)


def opened(context: BrowserContext, desk: OwnDesk, path: str) -> Page:
    page = context.new_page()
    page.goto(f"{desk.url}{path}")
    return page


def send_back(desk: OwnDesk, title: str) -> int:
    story = desk.article(by="reporter", title=title)
    workflow.move(desk.store, story, "submitted", HOUSE)
    workflow.move(desk.store, story, "draft", HOUSE, note="Thiếu ảnh")
    # What the relay does within a second; it is no part of this desk.
    loop.work(desk.store)
    return story


def test_the_number_is_on_every_page_and_in_every_window(context: BrowserContext, desk: OwnDesk) -> None:
    desk.sign_in(context, "reporter")
    windows = [opened(context, desk, path) for path in ("/viec", "/bai", "/kho", "/lich", "/bang")]
    send_back(desk, "Họp chợ phiên")
    for page in windows:
        expect(page.locator("#unread")).to_have_text("1 việc mới")
    first, last = windows[0], windows[-1]
    expect(first.get_by_role("listitem").filter(has_text="Họp chợ phiên")).to_contain_text("Thiếu ảnh")
    expect(last.locator("#live")).to_have_text("Bảng tự cập nhật.")
    desk.kill()
    desk.start_again()
    send_back(desk, "Nước lên ở Huế")
    expect(last.locator("#unread")).to_have_text("2 việc mới")
    # The window that listened is closed: another one does.
    first.close()
    send_back(desk, "Giá cá tăng")
    expect(last.locator("#unread")).to_have_text("3 việc mới")
    windows[1].bring_to_front()
    windows[1].locator("#unread a").click()
    windows[1].get_by_role("link", name="Giá cá tăng").click()
    expect(windows[1].get_by_label("Tiêu đề")).to_have_value("Giá cá tăng")
    expect(last.locator("#unread")).to_have_text("2 việc mới")
    windows[1].goto(f"{desk.url}/viec")
    windows[1].get_by_role("button", name="Đánh dấu đã đọc hết").click()
    expect(last.locator("#unread")).to_be_hidden()


def test_a_colleague_is_called_by_a_few_letters(secretary: BrowserContext, desk: OwnDesk) -> None:
    desk.person("reporter")
    page = opened(secretary, desk, f"/bai/{desk.article(title='Họp chợ phiên')}")
    note = page.get_by_label("Ghi chú cho tòa soạn")
    note.press_sequentially("Nhờ @rep")
    people = page.get_by_role("listbox", name="Gọi ai")
    expect(people.get_by_role("option")).to_have_text(["reporter"])
    page.keyboard.press("Enter")
    expect(note).to_have_value("Nhờ @reporter ")
    expect(people).to_be_hidden()
    page.keyboard.type("xem sapo")
    page.get_by_role("button", name="Ghi", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Đã ghi")).to_have_text("Đã ghi, báo cho reporter.")


def test_how_one_is_told_is_chosen_by_keyboard(context: BrowserContext, desk: OwnDesk) -> None:
    desk.sign_in(context, "reporter")
    page = opened(context, desk, "/viec")
    page.get_by_role("link", name="Cách báo cho tôi").press("Enter")
    page.get_by_role("checkbox", name="Bài lên trang").press("Space")
    page.get_by_role("checkbox", name="Không gửi thư trong những giờ này").press("Space")
    page.get_by_role("button", name="Lưu").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Đã lưu cách báo.")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Bài lên trang")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Không gửi thư trong những giờ này")).not_to_be_checked()
