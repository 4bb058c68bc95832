"""A long text in a browser: its parts are reached, how much is read is seen, with and without JavaScript; and the day
at the head is never a day that is over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from services.web import store
from tests.browser.chromium import READER
from tests.contract.web.conftest import Site, published
from tests.unit.web.pages.test_long import long_story
from tests.wait import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
_READ = "getComputedStyle(document.querySelector('.row-of-sections'), '::after').transform"


@pytest.fixture(params=[True, False], ids=["with-javascript", "without"])
def page(request: pytest.FixtureRequest, browser: Browser, paper_site: Site) -> Iterator[Page]:
    """An article of many screens, on a phone."""
    story = long_story().model_copy(update={"id": 901, "slug": "dai"})
    paper_site.tell(store.publish, published(story))
    paper_site.until("/thoi-su/dai-901", "Đọc trong 8 phút")
    context = browser.new_context(
        base_url=paper_site.url,
        user_agent=READER,
        java_script_enabled=request.param,
        viewport={"width": 360, "height": 740},
    )
    context.set_default_timeout(20_000)
    made = context.new_page()
    made.goto("/thoi-su/dai-901")
    yield made
    context.close()


def test_the_list_of_parts_leads_below_the_row_that_stays(page: Page) -> None:
    page.get_by_role("link", name="Người ở lại").click()
    heading = page.get_by_role("heading", name="Người ở lại")
    expect(heading).to_be_in_viewport()
    row = page.locator(".row-of-sections").bounding_box()
    below = heading.bounding_box()
    assert row and below and row["y"] == 0 and below["y"] >= row["height"], "nothing covers it"


def test_how_much_is_read_is_seen(page: Page) -> None:
    def share() -> float:
        return float(page.evaluate(_READ).removeprefix("matrix(").split(",")[0])

    assert share() == 0
    page.locator("#phan-2").evaluate("one => one.scrollIntoView()")
    until(lambda: 0.3 < share() < 0.5, 10, "two fifths are read")
    page.locator(".byline, .send").first.evaluate("one => one.scrollIntoView()")
    until(lambda: share() == 1, 10, "all of it is read")


def test_a_day_that_is_over_is_not_said(browser: Browser, paper_site: Site) -> None:
    """Pages that a browser has kept are shown with JavaScript only."""
    context = browser.new_context(base_url=paper_site.url, user_agent=READER, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto("/")
    today = page.locator("main .today")
    expect(today).to_contain_text("năm ")
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=2))
    page.goto("/")
    expect(today).to_be_hidden()
    context.close()
