"""Readers' comments decided by keyboard: quickly, none unread, none twice, none by accident."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect
from sqlalchemy import select

from services.ingest.comments.store import comments
from services.ingest.kit.actors import Actor
from services.ingest.kit.tables import audit
from shared.contracts.from_readers import SubmitComment
from shared.database import read
from tests.browser.own_desk import OwnDesk, until_at

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
expect.set_options(timeout=30_000)
COLLEAGUE = Actor("user:colleague@bao.example")
# As a program that writes Vietnamese for all of Windows puts letters where no text is written.
_AT_ONCE = """keys => {
    for (const key of keys) document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
}"""


def hold(desk: OwnDesk, number: int) -> list[int]:
    """So many comments wait for a story; their ids."""
    story = desk.article(status="published")
    for n in range(number):
        sent: dict[str, Any] = {"article_id": story, "name": f"Bạn đọc {n}", "text": f"Ý kiến thứ {n}.\n" * (1 + n % 4)}
        comments.hold(desk.store, SubmitComment(token=f"t{n}", at=datetime.now(UTC), visitor=f"v{n}", **sent))
    return [int(row.id) for row in comments.listed(desk.store, limit=number)]


def statuses(desk: OwnDesk) -> dict[int, str]:
    return {
        int(row.id): state
        for state in ("held", "approved", "rejected")
        for row in comments.listed(desk.store, state, limit=1000)
    }


def become(page: Page, desk: OwnDesk, wanted: dict[int, str]) -> None:
    """Wait for the statuses; the page goes on meanwhile."""
    until_at(page, lambda: statuses(desk) == wanted, f"{wanted}")


def opened(secretary: BrowserContext, desk: OwnDesk, at: str = "") -> Page:
    page = secretary.new_page()
    page.goto(f"{desk.url}/binh-luan{at}")
    expect(page.locator("html[data-moderation=ready]")).to_be_attached()
    return page


def press(page: Page, *keys: str) -> None:
    """As fingers do, which leave a key before they come to the next one."""
    for key in keys:
        page.keyboard.press(key, delay=15)


def row(page: Page, comment_id: int) -> Locator:
    return page.locator(f"#bl{comment_id}")


def test_keys_go_and_decide_and_are_letters_where_one_writes(desk: OwnDesk, secretary: BrowserContext) -> None:
    first, second, third = ids = hold(desk, 3)
    page = opened(secretary, desk)
    press(page, "a", "r", "Enter")  # nothing is chosen yet
    for key, at in (("j", first), ("j", second), ("j", third), ("j", third), ("k", second), ("k", first)):
        press(page, key)
        expect(row(page, at)).to_be_focused()
    press(page, "Enter", "Space", "Control+a", "Shift+a", "e")
    words = row(page, first).get_by_label("Lời bình luận")
    expect(words).to_be_focused()
    press(page, "Control+a", "j", "a", "r")
    expect(words).to_have_value("jar")
    press(page, "Tab", "r", "a")  # on the form's button
    page.get_by_label("Tìm trong bình luận và tên").focus()
    press(page, "j", "a", "r")
    expect(page.get_by_label("Tìm trong bình luận và tên")).to_have_value("jar")
    press(page, "Backspace", "Backspace", "Backspace")
    assert statuses(desk) == dict.fromkeys(ids, "held")
    page.get_by_role("heading", level=1).click()
    press(page, "j")
    expect(row(page, first)).to_be_focused()
    page.keyboard.down("a")
    page.keyboard.down("a")  # held for long
    page.keyboard.up("a")
    expect(row(page, second)).to_be_focused()
    press(page, "r")
    expect(row(page, third)).to_be_focused()
    become(page, desk, {first: "approved", second: "rejected", third: "held"})
    # Pressed by mistake: back to it, and the other key.
    press(page, "k", "k", "r", "k", "a")
    become(page, desk, {first: "rejected", second: "approved", third: "held"})
    press(page, "g", "a")
    page.wait_for_url("**/desk/bai")
    assert statuses(desk)[third] == "held", "the letter after g leads to a page"


def test_two_hundred_comments_are_decided_once_each_without_losing_the_place(
    desk: OwnDesk, secretary: BrowserContext
) -> None:
    ids = hold(desk, 205)
    shown, rest = ids[:200], ids[200:]
    page = opened(secretary, desk)
    press(page, "j")
    wanted = dict.fromkeys(ids, "held")
    for number, comment_id in enumerate(shown):
        expect(row(page, comment_id)).to_be_focused()
        expect(row(page, comment_id).locator(".comment-text")).to_be_in_viewport()
        key = "r" if number % 7 == 3 else "a"
        wanted[comment_id] = "rejected" if key == "r" else "approved"
        press(page, key)
    become(page, desk, wanted)
    expect(page.locator("#told")).to_have_text("Xong 200 / 200.")
    with read(desk.store) as connection:
        lines = Counter(connection.execute(select(audit.c.subject).where(audit.c.action.like("comment.%"))).scalars())
    assert lines == Counter(f"comment:{one}" for one in shown), "each was decided once"
    expect(page.get_by_role("link", name="xem những bình luận còn lại")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("li.comment")).to_have_count(len(rest))
    assert statuses(desk) == wanted


def test_what_could_not_be_sent_waits_again_and_is_decided_once(desk: OwnDesk, secretary: BrowserContext) -> None:
    first, second, third = hold(desk, 3)
    page = opened(secretary, desk)
    lost: set[int] = set()

    def lose(route: Route) -> None:
        """The first decision is made, and its answer lost; the second never arrives."""
        about = int(parse_qs(route.request.post_data or "")["id"][0])
        if about == third or about in lost:
            route.continue_()
            return
        lost.add(about)
        if about == first:
            route.fetch()
        route.abort()

    page.route("**/desk/binh-luan", lose)
    press(page, "j", "a", "a", "a")
    become(page, desk, {first: "approved", second: "held", third: "approved"})
    for one in (first, second):
        expect(row(page, one).locator("[data-decided]")).to_have_text("Chưa được: Không nối được với tòa soạn.")
    expect(page.locator("#told")).to_contain_text("2 bình luận chưa được")
    row(page, first).focus()
    press(page, "a", "r")
    become(page, desk, {first: "approved", second: "rejected", third: "approved"})
    expect(page.locator("#told")).to_have_text("Xong 3 / 3.")
    assert [one.version for one in comments.listed(desk.store, "approved")] == [2, 2]


def test_what_a_colleague_changed_meanwhile_is_read_before_it_is_decided(
    desk: OwnDesk, secretary: BrowserContext
) -> None:
    first, second = hold(desk, 2)
    page = opened(secretary, desk)
    comments.edit(desk.store, first, "Lời của người khác sửa.", COLLEAGUE)
    comments.reject(desk.store, second, COLLEAGUE)
    press(page, "j", "a", "a")
    for one in (first, second):
        expect(row(page, one).locator("[data-decided]")).to_contain_text("Người khác vừa sửa hoặc quyết định")
    row(page, first).focus()
    press(page, "e")
    press(page, "End")
    page.keyboard.type(" Thêm.")
    page.get_by_role("button", name="Lưu lời đã sửa").click()
    expect(row(page, first).locator("[data-refusal]")).to_contain_text("Người khác vừa sửa")
    expect(row(page, first).get_by_label("Lời bình luận")).to_have_value("Ý kiến thứ 0. Thêm.")
    assert statuses(desk) == {first: "held", second: "rejected"}
    page.reload()
    press(page, "j")
    press(page, "a")
    become(page, desk, {first: "approved", second: "rejected"})


def test_a_comment_is_mended_answered_and_its_writer_banned_where_it_stands(
    desk: OwnDesk, secretary: BrowserContext
) -> None:
    first, second, third = hold(desk, 3)
    page = opened(secretary, desk)
    press(page, "j", "j", "e", "Control+a")
    page.keyboard.type("Lời đã sửa.")
    row(page, second).get_by_role("button", name="Lưu lời đã sửa").click()
    expect(row(page, second)).to_be_focused()
    expect(row(page, second).locator(".comment-text")).to_have_text("Lời đã sửa.")
    press(page, "a")
    expect(row(page, third)).to_be_focused()
    press(page, "b")
    expect(row(page, third).get_by_role("combobox")).to_be_focused()
    row(page, third).get_by_role("button", name="Chặn", exact=True).click()
    expect(page.locator("#told")).to_contain_text("từ chối 1 bình luận đang chờ")
    expect(row(page, third).locator("[data-decided]")).to_have_text("Đã từ chối")
    become(page, desk, {first: "held", second: "approved", third: "rejected"})
    (mended,) = comments.listed(desk.store, "approved")
    assert (mended.text, mended.original) == ("Lời đã sửa.", "Ý kiến thứ 1.\nÝ kiến thứ 1.")
    page = opened(secretary, desk, "?trang-thai=approved")
    press(page, "j", "t")
    page.keyboard.type("Cảm ơn bạn.")
    page.get_by_role("button", name="Đăng trả lời").click()
    expect(page.locator("#told")).to_have_text("Đã trả lời với tên tòa soạn.")
    assert {one.text for one in comments.listed(desk.store, "approved")} == {"Lời đã sửa.", "Cảm ơn bạn."}


def test_a_program_that_writes_vietnamese_decides_as_the_keys_say(desk: OwnDesk, secretary: BrowserContext) -> None:
    first, second, third, fourth = hold(desk, 4)
    page = opened(secretary, desk)
    press(page, "j")
    press(page, "a")
    for typed, at in ((["Backspace", "ả"], third), (["Backspace", "a", "a"], fourth)):
        press(page, "Shift")  # as long as between two keys
        page.evaluate(_AT_ONCE, typed)
        expect(row(page, at)).to_be_focused()
    become(page, desk, {first: "approved", second: "rejected", third: "approved", fourth: "held"})


def test_what_waits_fits_a_phone_and_is_accessible(desk: OwnDesk, secretary: BrowserContext, checkers: Path) -> None:
    first, second = hold(desk, 2)
    comments.approve(desk.store, first, COLLEAGUE)
    comments.edit(desk.store, second, "Lời đã sửa.", COLLEAGUE)
    page = opened(secretary, desk)
    page.set_viewport_size({"width": 360, "height": 800})
    for state in ("held", "approved"):
        page.goto(f"{desk.url}/binh-luan?trang-thai={state}")
        page.locator("details[data-key]").evaluate_all("hands => { for (const one of hands) one.open = true; }")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.evaluate((checkers / "axe-core" / "axe.min.js").read_text("utf-8"))
        faults = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(fault["id"], fault["nodes"][0]["target"]) for fault in faults] == []
