"""Readers search, one opens what is found, an editor sees it and says what they meant: on a running house."""

import pytest
from playwright.sync_api import Browser, Page, expect

from services.counter.searches import LEAST_READERS
from tests.browser.conftest import READER
from tests.browser.newsroom import newsroom_of
from tests.house import House
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.browser, pytest.mark.timeout(300)]

TITLE = "Cầu mây Nậm Sáng nối lại hai bờ suối"


def ask(house: House, query: str, readers: int) -> None:
    """So many different readers search."""
    for number in range(readers):
        answer = house.get("/tim-kiem", params={"q": query}, headers={"user-agent": f"{READER} Edg/{number}.0"})
        assert answer.status_code == 200


def test_editors_see_what_readers_search_for_and_do_not_find(house: House, browser: Browser, page: Page) -> None:
    story = house.push(title=TITLE, body="Bà con qua suối không phải lội.", external_id="searched-for")
    house.until_page(story["url"])
    until(lambda: house.get("/api/search", params={"q": "cầu mây nậm sáng"}).json().get("total"), 30, "search finds it")
    ask(house, "cầu mây nậm sáng", LEAST_READERS - 1)
    ask(house, "xyzzyx", LEAST_READERS)
    ask(house, "hiếm lắm", LEAST_READERS - 1)
    page.goto(f"{house.web_url}/tim-kiem?q=Cầu+mây+Nậm+Sáng")
    with page.expect_request("**/api/views"):
        page.get_by_role("link", name=TITLE).first.click()

    with newsroom_of(house, browser) as newsroom:
        desk = newsroom.page("editor")

        def numbers(query: str) -> list[str]:
            desk.goto(f"{newsroom.url}/so-lieu/tim-kiem?ky=1")
            row = desk.get_by_role("row").filter(has=desk.get_by_role("link", name=query, exact=True))
            return row.last.get_by_role("cell").all_inner_texts()[1:4] if row.count() else []

        until(lambda: numbers("cầu mây nậm sáng") == [str(LEAST_READERS), "0", "1"], 30, "readers and clicks are shown")
        until(lambda: numbers("xyzzyx") == [str(LEAST_READERS)] * 2 + ["0"], 30, "so is what nobody found")
        assert "hiếm lắm" not in desk.content()
        desk.get_by_label("Thêm cách gọi khác của “xyzzyx”").first.click()
        lines = desk.get_by_label("Các cách gọi")
        expect(lines).to_be_focused()
        assert lines.input_value().split("\n")[0] == "xyzzyx = "
        assert not newsroom.said
