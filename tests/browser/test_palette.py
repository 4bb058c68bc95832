"""What one cannot see on a page is a few letters away: other pages, what can be done here, stories."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.own_desk import OwnDesk, text_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
expect.set_options(timeout=30_000)


def test_a_story_a_step_and_a_page_are_a_few_letters_away(context: BrowserContext, desk: OwnDesk) -> None:
    desk.sign_in(context, "reporter")
    desk.article(by="reporter", title="Chợ phiên Mường Khương họp lại")
    page = context.new_page()
    found = page.get_by_role("listbox", name="Kết quả").get_by_role("option")
    page.goto(desk.url + "/")
    page.keyboard.press("Control+k")
    page.keyboard.type("cho phien")
    expect(found).to_have_text(["Chợ phiên Mường Khương họp lại Bản nháp"])
    page.keyboard.press("Enter")
    text_of(page)
    page.get_by_label("Tiêu đề").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("gui bien tap")
    expect(found.first).to_have_text("Gửi biên tập")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chờ biên tập", exact=True)).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("lich de")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{desk.url}/lich")
