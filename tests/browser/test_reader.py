"""A reader opens, is counted, searches: in a real browser, on a running house."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import READER
from tests.house import House
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.browser, pytest.mark.timeout(300)]


def views_of(house: House, article_id: int) -> int:
    return int(house.get(f"/api/articles/{article_id}").json()["views"])


@pytest.fixture(scope="module")
def story(house: House) -> dict[str, object]:
    saved = house.push(
        title="Thác Nàng Sương đón nghìn lượt khách",
        body="Cuối tuần qua, thác Nàng Sương đón hơn một nghìn lượt khách.\n\nBà con mở thêm quán nước ven suối.",
        section="Du lịch",
        dateline="BM",
        byline="Tin, ảnh: Lò Thị Mây",
        external_id="browser-story",
    )
    house.until_page(str(saved["url"]), "quán nước ven suối")
    return saved


def test_a_reader_is_counted_once(house: House, story: dict[str, object], page: Page) -> None:
    article_id = int(str(story["id"]))
    page.goto(str(story["url"]))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thác Nàng Sương đón nghìn lượt khách")
    until(lambda: views_of(house, article_id) == 1, 20, "the view is counted")
    for _ in range(3):
        with page.expect_request("**/api/views") as sent:
            page.reload()
        assert sent.value.post_data
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Lượt xem: 1")).to_be_visible()
    assert views_of(house, article_id) == 1


def test_a_page_that_is_not_seen_is_not_counted(house: House, browser: Browser) -> None:
    saved = house.push(title="Bài mở trong thẻ nền", external_id="hidden-tab")
    house.until_page(saved["url"])
    context = browser.new_context(user_agent=READER)
    page = context.new_page()
    page.add_init_script("Object.defineProperty(document, 'visibilityState', {get: () => 'hidden'})")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(saved["url"])
    page.wait_for_timeout(1500)  # longer than the second that a view takes
    context.close()
    assert not [url for url in requests if url.endswith("/api/views")]
    assert views_of(house, saved["id"]) == 0


def test_nothing_is_asked_of_others_and_nothing_is_kept_about_the_reader(
    house: House, story: dict[str, object], page: Page
) -> None:
    foreign: list[str] = []
    problems: list[str] = []
    page.on(
        "request", lambda request: foreign.append(request.url) if not request.url.startswith(house.web_url) else None
    )
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    for path in (
        str(story["url"]),
        f"{house.web_url}/",
        f"{house.web_url}/du-lich",
        f"{house.web_url}/tim-kiem?q=suong",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
    assert foreign == []
    assert problems == []
    assert page.context.cookies() == []


def test_search_by_keyboard_without_marks(house: House, story: dict[str, object], page: Page) -> None:
    until(lambda: house.get("/api/search", params={"q": "thac nang suong"}).json().get("total"), 30, "it is found")
    page.goto(f"{house.web_url}/tim-kiem")
    field = (
        page.get_by_role("main").get_by_role("combobox").or_(page.get_by_role("main").get_by_role("searchbox")).first
    )
    field.fill("thac nang suong")
    field.press("Enter")
    page.wait_for_url(re.compile(r"/tim-kiem\?"))
    found = page.get_by_role("main").get_by_role("link", name="Thác Nàng Sương đón nghìn lượt khách").first
    expect(found).to_be_visible()
    found.click()
    page.wait_for_url(str(story["url"]))


def test_headlines_are_suggested_while_typing(house: House, story: dict[str, object], page: Page) -> None:
    until(lambda: house.get("/api/suggest", params={"q": "thac nang"}).json().get("results"), 30, "it is suggested")
    page.goto(f"{house.web_url}/tim-kiem")
    field = page.get_by_role("main").get_by_role("combobox").first
    option = page.get_by_role("option", name="Thác Nàng Sương").first

    def offered() -> bool:
        # What search is too busy for, nothing is offered for: readers type on.
        field.fill("")
        field.press_sequentially("thac nang", delay=20)
        option.wait_for(timeout=3000)
        return True

    until(offered, 30, "it is offered")
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url(str(story["url"]))


def test_everything_is_there_without_javascript(house: House, story: dict[str, object], browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(str(story["url"]))
    expect(page.get_by_text("Bà con mở thêm quán nước ven suối.")).to_be_visible()
    form = page.locator("form[action*='comments']").first
    form.locator("[name=name]").fill("Bạn đọc")
    form.locator("[name=text]").fill("Tôi đã đến, thác rất đẹp.")
    form.get_by_role("button").first.click()
    page.wait_for_url(re.compile(r"binh-luan=da-nhan"))
    page.goto(f"{house.web_url}/")
    page.get_by_role("link", name="Thác Nàng Sương đón nghìn lượt khách").first.click()
    page.wait_for_url(str(story["url"]))
    context.close()


def test_a_headline_that_is_changed_back_leaves_no_reader_in_a_loop(house: House, page: Page) -> None:
    """A browser that keeps one redirect for ever meets the opposite one."""
    first, second = "Đèo mở lại sáng nay", "Đèo chưa mở lại"

    def opens(address: str, title: str) -> bool:
        # From elsewhere, as readers come: of the address that is open already a browser asks anew.
        page.goto("about:blank")
        page.goto(address)
        return page.get_by_role("heading", level=1).inner_text().strip() == title

    old = house.push(title=first, external_id="back-and-forth")["url"]
    house.until_page(old, first)
    new = house.push(title=second, external_id="back-and-forth")["url"]
    house.until_page(new, second)
    until(lambda: opens(old, second), 20, "the first address leads to the second")
    house.push(title=first, external_id="back-and-forth")
    until(lambda: house.get(new, follow_redirects=False).is_redirect, 20, "the second address leads to the first")
    until(lambda: opens(new, first), 20, "the browser follows it there")
    assert opens(old, first)


def test_a_table_that_is_wider_than_the_telephone_shows_where_there_is_more(house: House, page: Page) -> None:
    cells = "".join(f"<td>Cột thứ {number} của bảng</td>" for number in range(9))
    saved = house.push(title="Bảng giá nông sản", body=f"<table><tr>{cells}</tr></table>", body_format="html")
    house.until_page(saved["url"], "Cột thứ 8")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(saved["url"])
    table = page.locator(".prose .table")

    def shaded() -> list[bool]:
        """Whether the left and the right edge differ from the page's ground."""
        picture = Image.open(BytesIO(table.screenshot())).convert("L")
        ground = picture.getpixel((picture.width // 2, 2))
        return [abs(int(picture.getpixel((x, 2))) - int(ground)) > 10 for x in (0, picture.width - 1)]  # type: ignore[arg-type]

    assert shaded() == [False, True]
    table.evaluate("box => { box.scrollLeft = box.scrollWidth }")
    assert shaded() == [True, False]
