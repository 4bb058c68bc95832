"""Days and hours are written as Vietnamese write them, whatever the browser's language."""

from datetime import datetime

import pytest
from playwright.sync_api import Browser, expect

from services.ingest.articles.store import reading
from shared.vietnamese.dates import VIETNAM
from tests.browser.own_desk import OwnDesk, text_of
from tests.wait import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
expect.set_options(timeout=30_000)


def test_an_english_browser_shows_and_takes_vietnamese_days_and_hours(browser: Browser, desk: OwnDesk) -> None:
    context = browser.new_context(locale="en-US")
    desk.sign_in(context, "secretary")
    story = desk.article()
    page = context.new_page()
    page.goto(f"{desk.url}/bai?tu=2026-01-09")
    expect(page.get_by_label("Từ ngày")).to_have_value("09/01/2026")
    page.get_by_label("Đến hết ngày").fill("30/2/2026")
    page.get_by_role("button", name="Lọc", exact=True).click()
    assert page.evaluate("document.activeElement.validationMessage") == "Hãy viết như ngày/tháng/năm."
    page.get_by_label("Đến hết ngày").fill("1/2/2026")
    page.get_by_role("button", name="Lọc", exact=True).click()
    expect(page).to_have_url(f"{desk.url}/bai?q=&section=&tac-gia=&noi=&khi=&theo=&tu=2026-01-09&den=2026-02-01")
    page.goto(f"{desk.url}/bai/{story}")
    text_of(page)
    page.get_by_text("Hẹn giờ lên trang").click()
    page.get_by_label("Lên trang lúc").fill("17:59 09/01/2030")
    page.get_by_role("button", name="Hẹn giờ", exact=True).click()
    at = datetime(2030, 1, 9, 17, 59, tzinfo=VIETNAM)
    until(lambda: reading.row_of(desk.store, story).published_at == at, 20, "it is to appear then")
    context.close()
