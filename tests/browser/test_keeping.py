"""No word is lost at the desk: whatever the rhythm of typing, whichever step is taken, in any number of own windows."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles
from services.ingest.kit.actors import Actor
from services.ingest.kit.json_input import read_fields
from tests.browser.own_desk import HOUSE, OwnDesk, text_of, until_at, write_at_end
from tests.wait import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
expect.set_options(timeout=30_000)
CONFLICT = re.compile("/xung-dot")


def opened(context: BrowserContext, desk: OwnDesk, article_id: int) -> Page:
    page = context.new_page()
    page.goto(f"{desk.url}/bai/{article_id}")
    text_of(page)
    return page


def test_steady_typing_is_kept_while_it_goes_on(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article()
    page = opened(secretary, desk, story)
    write_at_end(page, " Mở đầu")

    def kept() -> bool:
        page.keyboard.type(" chữ", delay=100)
        return "Mở đầu" in desk.kept("secretary", story)

    until(kept, 30, "the beginning is kept while somebody types on", interval_s=0)


@pytest.mark.parametrize("goes_on", [False, True], ids=["under way", "typed after it"])
def test_publishing_takes_the_last_sentence_with_it(desk: OwnDesk, secretary: BrowserContext, goes_on: bool) -> None:
    story = desk.article()
    page = opened(secretary, desk, story)
    held = hold_the_first(page, "**/luu-tam")
    write_at_end(page, " Câu đầu.")
    until_at(page, lambda: held, "an autosave is under way")
    if goes_on:
        page.keyboard.type(" Câu cuối.")
    page.get_by_role("button", name="Xuất bản ngay").click()
    held[0].continue_()
    page.wait_for_url(re.compile("/len-trang"))
    assert desk.state(story)["status"] == "published"
    assert ("Câu đầu. Câu cuối." if goes_on else "Câu đầu.") in desk.state(story)["body"]


def test_a_word_typed_while_a_save_is_under_way_is_no_conflict(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article()
    page = opened(secretary, desk, story)
    held = hold_the_first(page, f"**/bai/{story}")
    write_at_end(page, " Một.")
    page.keyboard.press("Control+s")
    until_at(page, lambda: held, "a save is under way")
    page.keyboard.type(" Hai.")
    expect(page.locator("#saving")).not_to_contain_text("Đã")
    held[0].continue_()
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản")
    page.reload()
    expect(text_of(page)).to_contain_text("Một. Hai.")
    assert "Một. Hai." in desk.state(story)["body"]


STEPS = {
    "unpublish": ("published", "Gỡ khỏi trang", "unpublished"),
    "unschedule": ("scheduled", "Bỏ hẹn giờ", "draft"),
    "note": ("draft", "Ghi", "draft"),
    "hold": ("draft", "Lưu", "draft"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_beside_the_text_leaves_what_is_unsaved(desk: OwnDesk, secretary: BrowserContext, step: str) -> None:
    """No reader sees it by such a step, and no conflict with oneself comes of it."""
    status, button, after = STEPS[step]
    at = (
        {"published_at": f"{datetime.now(UTC) + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"}
        if status == "scheduled"
        else {}
    )
    story = desk.article(status=status, **at)
    page = opened(secretary, desk, story)
    write_at_end(page, " Chưa lưu.")
    page.on("dialog", lambda dialog: dialog.accept())
    if step == "note":
        page.get_by_role("tab", name="Trao đổi").click()
        page.get_by_label("Ghi chú cho tòa soạn").fill("Hỏi lại nguồn.")
    if step == "hold":
        page.get_by_text("Giữ bài (embargo)").click()
        page.get_by_label("Không ai xuất bản được trước").fill("2030-01-01T08:00")
    where = page.locator("aside").get_by_role("button", name=button, exact=True)
    with page.expect_navigation():
        where.click()
    page.goto(f"{desk.url}/bai/{story}")
    expect(text_of(page)).to_contain_text("Chưa lưu.")
    assert not CONFLICT.search(page.url)
    assert "Chưa lưu." not in desk.state(story)["body"]
    assert desk.state(story)["status"] == after
    page.get_by_role("button", name="Lưu", exact=True).first.click()
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản")
    assert "Chưa lưu." in desk.state(story)["body"]


@pytest.mark.parametrize("network", ["slow", "away"])
def test_what_is_not_taken_up_yet_is_not_written_over(desk: OwnDesk, secretary: BrowserContext, network: str) -> None:
    """A story is opened behind a step that was taken beside its unsaved text, and left again before that has come."""
    story = desk.article(status="published")
    page = opened(secretary, desk, story)
    write_at_end(page, " Chưa lưu.")
    page.on("dialog", lambda dialog: dialog.accept())
    asked: list[Route] = []

    def answer(route: Route) -> None:
        asked.append(route)
        if network == "away":
            route.abort()

    secretary.route("**/dang-viet*", answer)
    with page.expect_navigation():
        page.locator("aside").get_by_role("button", name="Gỡ khỏi trang", exact=True).click()
    page.goto(f"{desk.url}/bai/{story}")
    until_at(page, lambda: len(asked) > 2 * (network == "away"), "it asks for what is kept")
    page.goto(f"{desk.url}/bai")
    page.wait_for_timeout(1000)
    assert "Chưa lưu." in desk.kept("secretary", story)
    secretary.unroute("**/dang-viet*")
    page.goto(f"{desk.url}/bai/{story}")
    expect(text_of(page)).to_contain_text("Chưa lưu.")


def test_a_publication_by_the_clock_is_no_conflict(desk: OwnDesk, secretary: BrowserContext) -> None:
    at = datetime.now(UTC) + timedelta(seconds=1)
    story = desk.article(status="scheduled", published_at=f"{at:%Y-%m-%dT%H:%M:%S.%fZ}")
    page = opened(secretary, desk, story)
    write_at_end(page, " Viết thêm.")
    due = partial(articles.publish_due, desk.store, story, desk.state(story)["version"], Actor("system"))
    until(due, 20, "its hour has come")
    expect(page.locator("#newer")).to_contain_text("Bài vừa chuyển sang bước khác")
    page.get_by_role("button", name="Lưu", exact=True).first.click()
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản 3")
    assert "Viết thêm." in desk.version(story, 3)["body"]
    assert "Viết thêm." not in desk.state(story)["body"], "readers get it by an act of its own"


def test_a_live_story_goes_on_for_readers_by_its_own_button(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article(status="published")
    page, other = (opened(secretary, desk, story) for _ in range(2))
    page.bring_to_front()
    prepared = page.get_by_text("Có bản chuẩn bị", exact=True)
    expect(prepared).to_be_hidden()
    write_at_end(page, " Câu đầu.")
    page.keyboard.press("Control+s")
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản 2. Bạn đọc chưa thấy.")
    expect(prepared).to_be_visible()
    assert "Câu đầu." not in desk.state(story)["body"]
    other.bring_to_front()
    expect(other.get_by_text("Có bản chuẩn bị", exact=True)).to_be_visible()
    write_at_end(other, " Câu cuối.")
    other.get_by_role("button", name="Cập nhật bài trên trang").click()
    other.wait_for_url(re.compile("/len-trang"))
    assert "Câu đầu. Câu cuối." in desk.state(story)["body"]
    page.bring_to_front()
    expect(text_of(page)).to_contain_text("Câu đầu. Câu cuối.")
    expect(prepared).to_be_hidden()
    assert not CONFLICT.search(page.url)


def test_what_is_discarded_leaves_what_is_unsaved(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article(status="published", body="<p>Đoạn một.</p><p>Đoạn hai.</p>")
    page = opened(secretary, desk, story)
    write_at_end(page, " Bỏ đi.")
    page.keyboard.press("Control+s")
    expect(page.locator("#saving")).to_contain_text("Bạn đọc chưa thấy.")
    text_of(page).get_by_text("Đoạn một.").click()
    page.keyboard.press("End")
    page.keyboard.type(" Chưa lưu.")
    page.on("dialog", lambda dialog: dialog.accept())
    with page.expect_navigation():
        page.get_by_role("button", name="Bỏ bản chuẩn bị").click()
    expect(text_of(page)).to_have_text("Đoạn một. Chưa lưu.Đoạn hai.")
    expect(page.get_by_text("Có bản chuẩn bị", exact=True)).to_be_hidden()
    assert desk.state(story)["body"] == "<p>Đoạn một.</p><p>Đoạn hai.</p>"


def test_a_correction_beside_unsaved_words_is_no_conflict(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article(status="published", body="<p>Dài 12 km.</p><p>Chợ họp sớm.</p>")
    page = opened(secretary, desk, story)
    write_at_end(page, " Chưa lưu.")
    page.get_by_role("link", name="Cải chính…").click()
    page.get_by_label("Nội dung đã đăng sai").fill("Dài 12 km.")
    page.get_by_label("Nội dung đúng").fill("Dài 21 km.")
    text = page.get_by_role("textbox", name="Nội dung", exact=True)
    expect(page.locator("html[data-editor=ready]")).to_be_attached()
    text.get_by_text("Dài 12 km.").click(click_count=3)
    page.keyboard.type("Dài 21 km.")
    page.get_by_role("button", name="Đăng cải chính").click()
    page.wait_for_url(re.compile("/len-trang"))
    assert "Chưa lưu." not in desk.state(story)["body"]
    page.goto(f"{desk.url}/bai/{story}")
    expect(text_of(page)).to_contain_text("Chưa lưu.")
    expect(text_of(page)).to_have_text("Dài 21 km.Chợ họp sớm. Chưa lưu.")


@pytest.mark.parametrize("elsewhere", ["Một hai.", "Đoạn hai."], ids=["same paragraph", "another"])
@pytest.mark.parametrize("typed_after", ["Một", "hai."], ids=["middle", "end"])
def test_what_is_taken_up_leaves_the_space_before_the_next_word(
    desk: OwnDesk, secretary: BrowserContext, elsewhere: str, typed_after: str
) -> None:
    story = desk.article(body="<p>Một hai.</p><p>Đoạn hai.</p>")
    here, there = (opened(secretary, desk, story) for _ in range(2))
    place_caret(here, typed_after)
    here.bring_to_front()
    held = hold_the_first(here, "**/dang-viet*", "GET")
    place_caret(there, elsewhere)
    there.keyboard.type(" Cửa sổ kia.")
    until_at(there, lambda: "Cửa sổ kia." in desk.kept("secretary", story), "it is kept")
    until_at(here, lambda: held, "this window asks for it")
    here.keyboard.type(" ")
    held[0].continue_()
    expect(text_of(here)).to_contain_text("Cửa sổ kia.")
    here.keyboard.type("gõ")
    words = f"{typed_after} gõ" if (typed_after, elsewhere) != ("hai.", "Một hai.") else "hai. Cửa sổ kia. gõ"
    expect(text_of(here)).to_contain_text(f"{words} hai." if typed_after == "Một" else words)


def place_caret(page: Page, after: str) -> None:
    """Behind these words of the text, as a click there sets it."""
    text_of(page).evaluate(
        """(editor, words) => {
            editor.focus();
            const walker = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const at = walker.currentNode.data.indexOf(words);
                if (at >= 0) return getSelection().collapse(walker.currentNode, at + words.length);
            }
        }""",
        after,
    )


def test_own_windows_never_conflict(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article(body="<p>Đoạn một.</p><p>Đoạn hai.</p>")
    windows = [opened(secretary, desk, story) for _ in range(3)]
    for number, page in enumerate(windows):
        page.bring_to_front()
        write_at_end(page, f" Cửa sổ {number}.")

    def agree() -> bool:
        """Whose words stand first is whose came first."""
        texts = [text_of(page).inner_text() for page in windows]
        return len(set(texts)) == 1 and sorted(re.findall(r"Cửa sổ (\d)\.", texts[0])) == ["0", "1", "2"]

    until(agree, 30, "every window has what all wrote")
    for number, page in enumerate(windows):
        page.bring_to_front()
        text_of(page).get_by_text("Đoạn một.").click()
        page.keyboard.press("End")
        page.keyboard.type(f" Lần {number}.")
        page.keyboard.press("Control+s")
        expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản")
    for page in windows:
        assert not CONFLICT.search(page.url)
        expect(text_of(page)).to_contain_text("Đoạn một. Lần 0. Lần 1. Lần 2.")
    assert "Lần 0. Lần 1. Lần 2." in desk.state(story)["body"]


def test_two_windows_without_a_network_are_put_together(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article(body="<p>Đoạn một.</p><p>Đoạn hai.</p><p>Đoạn ba.</p>")
    first, second = (opened(secretary, desk, story) for _ in range(2))
    secretary.set_offline(True)
    for page, words in ((first, "Đoạn một."), (second, "Đoạn ba.")):
        page.bring_to_front()
        text_of(page).get_by_text(words).click()
        page.keyboard.press("End")
        page.keyboard.type(" Thêm.")
        expect(page.locator("#saving")).to_contain_text("bài đang được giữ trong trình duyệt này")
    secretary.set_offline(False)
    whole = "Đoạn một. Thêm.Đoạn hai.Đoạn ba. Thêm."
    for page in (first, second):
        expect(text_of(page)).to_have_text(whole)
        expect(page.locator("#saving")).to_contain_text("Đã giữ")
    until(lambda: desk.kept("secretary", story).count("Thêm.") == 2, 20, "both are at the server")


def test_what_is_saved_and_changed_by_somebody_else_is_shown_beside(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article()
    page = opened(secretary, desk, story)
    write_at_end(page, " Của tôi.")
    expect(page.locator("#saving")).to_contain_text("Đã giữ")
    found = desk.state(story)
    given = {name: found[name] for name in ("title", "section")} | {"body": "<p>Chợ họp từ sáng sớm. Của chị.</p>"}
    given["section"] = "kinh-te"
    articles.replace_article(desk.store, story, read_fields(ArticleInput, given), HOUSE)
    expect(page.locator("#newer")).to_contain_text("do người khác lưu")
    page.keyboard.press("Control+s")
    page.wait_for_url(CONFLICT)
    expect(page.get_by_role("region", name="So sánh: Nội dung")).to_contain_text("Của tôi")
    page.get_by_role("button", name="Lưu bản đã chọn").click()
    expect(text_of(page)).to_contain_text("Của tôi.")
    write_at_end(page, " Thêm.")
    page.keyboard.press("Control+s")
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản 4")


def hold_the_first(page: Page, url: str, method: str = "POST") -> list[Route]:
    """The first request to that address waits until the test lets it go on."""
    held: list[Route] = []

    def handle(route: Route) -> None:
        if route.request.method == method and not held:
            held.append(route)
        else:
            route.continue_()

    page.route(url, handle)
    return held
