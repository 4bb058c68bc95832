"""The page of search, for who has only a keyboard or a phone: in a real browser, on a running house."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import READER
from tests.house import House
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.browser, pytest.mark.timeout(300)]

STORIES = 8
BODY = (
    "Vào mùa hoa bạc hà, người nuôi ong trên cao nguyên dời đàn theo từng triền núi để lấy mật. Mỗi lần dời phải đi "
    "trong đêm, khi ong đã về tổ, và đến nơi trước lúc mặt trời lên. Một mùa chừng bốn mươi ngày, nhà nhiều được ba "
    "trăm lít."
)
TO_REACH = "main :is(a, button, select, summary, input:not([type=hidden]))"
WHERE_FOCUS_IS = f"""() => {{
    const all = [...document.querySelectorAll("{TO_REACH}")];
    const at = document.activeElement, {{ top, bottom, width }} = at.getBoundingClientRect();
    const covered = document.querySelector(".row-of-sections").getBoundingClientRect().bottom;
    return {{
        place: all.indexOf(at), text: at.innerText || at.name || "",
        seen: width > 0 && top >= 0 && bottom < innerHeight + 1 && (top >= covered || !at.closest("main")),
        outlined: getComputedStyle(at).outlineStyle !== "none",
    }};
}}"""


@pytest.fixture(scope="module")
def paper(house: House) -> Iterator[House]:
    """Stories of two sections that have the same words."""
    for number in range(STORIES):
        house.push(
            title=f"Người nuôi ong bạc hà kể chuyện dời đàn trong đêm mưa, kỳ {number + 1}",
            body=BODY,
            section="Du lịch" if number % 2 else "Kinh tế",
            external_id=f"ong-{number}",
        )
    until(lambda: found(house, "ong bạc hà") == STORIES, 30, "all are found")
    yield house


def found(house: House, query: str) -> int:
    return int(house.get("/api/search", params={"q": query}).json().get("total", 0))


def test_a_section_is_searched_from_its_page(paper: House, page: Page) -> None:
    page.goto(f"{paper.web_url}/du-lich")
    page.get_by_label("Tìm trong mục này").first.fill("ong bac ha")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tim-kiem?section=du-lich&q=ong+bac+ha")
    expect(page.get_by_role("link", name="Bỏ điều kiện Chuyên mục: Du lịch")).to_be_visible()
    results = page.get_by_role("article")
    expect(results).to_have_count(STORIES // 2)
    assert set(results.locator(".meta a").all_inner_texts()) == {"Du lịch"}


def test_everything_is_reached_and_seen_by_keyboard(paper: House, page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 600})
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{paper.web_url}/tim-kiem?q=ong+bạc+hà&section=du-lich")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(WHERE_FOCUS_IS)["text"] == "Đến kết quả"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(WHERE_FOCUS_IS)["text"].startswith("Người nuôi ong"), "one step to the first result"

    page.goto(f"{paper.web_url}/tim-kiem?section=du-lich&q=ong+bac+ha")
    page.get_by_text("Tìm kỹ hơn").click()
    wanted = page.locator(TO_REACH).count()
    page.locator("#noi-dung").focus()
    page.keyboard.press("Tab")
    reached = set()
    # A date is a field of several steps.
    for _ in range(3 * wanted):
        at = page.evaluate(WHERE_FOCUS_IS)
        if at["place"] < 0:
            break
        assert at["seen"] and at["outlined"], at
        reached.add(at["place"])
        page.keyboard.press("Tab")
    assert reached == set(range(wanted))


def test_suggestions_leave_what_is_typed(paper: House, page: Page) -> None:
    page.goto(f"{paper.web_url}/tim-kiem")
    field = page.get_by_role("main").get_by_role("combobox").first
    field.press_sequentially("nguoi nuoi ong", delay=20)
    options = page.get_by_role("listbox", name="Gợi ý").get_by_role("option")
    expect(options.first).to_be_visible()
    field.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    expect(options.last).to_be_in_viewport(ratio=1)
    # An input method that still puts a word together takes this Enter.
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    field.press("Escape")
    expect(options.first).to_be_hidden()
    expect(field).to_have_value("nguoi nuoi ong")
    field.press("Enter")
    page.wait_for_url("**/tim-kiem?q=nguoi+nuoi+ong**")
    expect(page.get_by_role("article")).to_have_count(STORIES)


def test_results_are_packed_on_a_phone(paper: House, browser: Browser) -> None:
    context = browser.new_context(
        user_agent=READER, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{paper.web_url}/tim-kiem?q=ong+bac+ha")
    results = page.get_by_role("article")
    expect(results).to_have_count(STORIES)
    boxes = [results.nth(number).bounding_box() for number in range(STORIES)]
    whole = [box for box in boxes if box and box["y"] + box["height"] <= 844]
    assert len(whole) >= 3, boxes
    for number in range(3):
        first_mark = results.nth(number).locator(".summary mark").first.bounding_box()
        words = results.nth(number).locator(".summary").bounding_box()
        assert first_mark and words and first_mark["y"] + first_mark["height"] <= words["y"] + words["height"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
