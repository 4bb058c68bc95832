"""The form of a story where the network, the session or the person is not as one would wish."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from services.ingest.accounts.store import sessions
from services.ingest.articles.store import listing
from services.ingest.comments.store import comments
from services.ingest.kit.visibility import Seen
from shared.contracts.from_readers import SubmitComment
from shared.vietnamese.dates import VIETNAM
from tests.browser.chromium import READER
from tests.browser.own_desk import OwnDesk, in_browser, text_of, until_at, write_at_end
from tests.wait import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
expect.set_options(timeout=30_000)


def new(context: BrowserContext, desk: OwnDesk, title: str) -> Page:
    page = context.new_page()
    page.goto(f"{desk.url}/bai/moi")
    text_of(page)
    page.get_by_label("Tiêu đề").fill(title)
    page.get_by_label("Chuyên mục").select_option(label="Kinh tế")
    return page


def titles(desk: OwnDesk) -> list[str]:
    return [row.title for row in listing.page(desk.store, Seen(None, ""), listing.ListFilter(), limit=50)]


def test_a_storys_smaller_fields_are_kept_and_saved_as_its_text_is(desk: OwnDesk, secretary: BrowserContext) -> None:
    near = desk.article(title="Chợ cá họp muộn")
    page = new(secretary, desk, "Chợ cá họp lại")
    page.get_by_text("Tít phụ, tít cho thẻ").click()
    page.get_by_label("Tít phụ trên").fill("Phóng sự")
    page.get_by_label("Nguồn tin").fill("TTXVN")
    page.get_by_label("Ngôn ngữ").select_option(label="Tiếng Anh")
    page.get_by_label("Bình luận").select_option(label="Không nhận bình luận")
    page.get_by_label("Đăng thêm ở mục").select_option(label="Kinh tế")
    page.get_by_label("Sự kiện").fill("Bão số 5")
    find, chosen = page.get_by_label("Bài liên quan", exact=True), page.locator("#related-chosen .grow")
    find.press_sequentially(str(near))
    expect(page.get_by_role("option", name="Chợ cá họp muộn")).to_be_visible()
    find.press("Enter")
    expect(chosen).to_have_text(["Chợ cá họp muộn"])
    expect(page.locator("#saving")).to_contain_text("Đã giữ lúc")
    page.reload()
    text_of(page)
    expect(chosen).to_have_text(["Chợ cá họp muộn"])
    page.get_by_role("button", name="Bỏ: Chợ cá họp muộn").click()
    expect(page.get_by_label("Đăng thêm ở mục")).to_have_value("kinh-te")
    expect(page.get_by_label("Tít phụ trên")).to_have_value("Phóng sự")
    expect(page.get_by_label("Bình luận")).to_have_value("closed")
    write_at_end(page, "Giá cá tăng nhẹ.")
    page.get_by_role("button", name="Lưu bản nháp").click()
    expect(page.get_by_role("heading", name="Bài #2")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Đã lưu bản nháp.")).to_be_visible()
    saved = desk.state(2)
    assert (saved["kicker"], saved["source"], saved["language"]) == ("Phóng sự", "TTXVN", "en")
    assert saved["comments_closed"] is True
    assert (saved["event"], saved["second_section"]) == ("Bão số 5", ""), "its own section is no second one"


# ---------------------------------------------------------------- one story, however often one presses


@pytest.mark.parametrize("goes_on", [False, True], ids=["pressed again", "written on"])
def test_a_save_whose_answer_is_lost_makes_one_article(desk: OwnDesk, secretary: BrowserContext, goes_on: bool) -> None:
    page = new(secretary, desk, "Chợ cá họp lại")
    asked: list[Route] = []

    def hold(route: Route) -> None:
        if asked or route.request.method != "POST":
            route.continue_()
        else:
            asked.append(route)

    page.route("**/desk/bai/moi", hold)
    write_at_end(page, "Giá cá tăng nhẹ.")
    save = page.get_by_role("button", name="Lưu bản nháp")
    save.click()
    until_at(page, lambda: asked, "it is to be saved")
    assert asked[0].fetch().ok
    if goes_on:
        write_at_end(page, " Người bán mừng.")
    asked[0].abort()
    if not goes_on:
        save.click()
    page.wait_for_url(re.compile(r"/bai/\d+"))
    expect(text_of(page)).to_have_text("Giá cá tăng nhẹ." + (" Người bán mừng." if goes_on else ""))
    assert titles(desk) == ["Chợ cá họp lại"]


def test_many_presses_in_two_windows_make_one_article(desk: OwnDesk, secretary: BrowserContext) -> None:
    first = new(secretary, desk, "Chợ cá họp lại")
    write_at_end(first, "Giá cá tăng nhẹ.")
    expect(first.locator("#saving")).to_contain_text("Đã giữ")
    second = secretary.new_page()
    second.goto(first.url)
    expect(text_of(second)).to_have_text("Giá cá tăng nhẹ.")
    # At one moment: whichever is first takes the other along to the article.
    press = """([moment, times]) => {
        const save = document.getElementById("save");
        setTimeout(() => { for (let n = 0; n < times; n += 1) save.click(); }, moment - Date.now());
    }"""
    moment = first.evaluate("Date.now() + 2000")
    first.evaluate(press, [moment, 3])
    second.evaluate(press, [moment, 2])
    for page in (first, second):
        page.wait_for_url(re.compile(r"/bai/\d+"))
    assert titles(desk) == ["Chợ cá họp lại"]


# ---------------------------------------------------------------- long, hidden, left


def test_a_long_story_is_kept_when_its_window_is_hidden_and_left(desk: OwnDesk, secretary: BrowserContext) -> None:
    """Browsers refuse more than 64 KiB to a page that is gone."""
    story = desk.article(body=f"<p>{'Chợ họp từ sáng sớm. ' * 4000}</p>")
    page = secretary.new_page()
    page.goto(f"{desk.url}/bai/{story}")
    write_at_end(page, " Ẩn đi.")
    said: list[str] = []
    page.expose_function("told", lambda words: said.append(words))
    page.evaluate("""() => {
        const saving = document.getElementById("saving");
        new MutationObserver(() => window.told(saving.textContent)).observe(saving, {childList: true, subtree: true});
        Object.defineProperty(document, "hidden", {value: true, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    until_at(page, lambda: "Ẩn đi." in desk.kept("secretary", story), "it is kept")
    expect(page.locator("#saving")).to_contain_text("Đã giữ")
    assert not [words for words in said if "Mất kết nối" in words]
    page.keyboard.type(" Rời đi.")
    until(lambda: "Rời đi." in in_browser(page), 10, "the browser has it")
    page.close()
    page = secretary.new_page()
    page.goto(f"{desk.url}/bai")
    until_at(
        page,
        lambda: "Rời đi." in desk.kept("secretary", story),
        "what the browser had is at the server, though nobody opened the story again",
    )


def test_a_link_of_the_desk_takes_nothing_away(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article()
    page = secretary.new_page()
    page.goto(f"{desk.url}/bai/{story}")
    write_at_end(page, " Vừa gõ.")
    page.get_by_role("link", name="Phiên bản", exact=True).click()
    page.wait_for_url(re.compile("/phien-ban"))
    assert "Vừa gõ." in desk.kept("secretary", story)


def test_what_was_thrown_away_stays_away(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article()
    page = secretary.new_page()
    page.goto(f"{desk.url}/bai/{story}")
    write_at_end(page, " Thừa.")
    expect(page.locator("#saving")).to_contain_text("Đã giữ")
    page.reload()
    write_at_end(page, " Thừa nữa.")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Bỏ phần viết dở").click()
    expect(page.get_by_text("Đã bỏ phần viết dở.")).to_be_visible()
    expect(text_of(page)).to_have_text("Chợ họp từ sáng sớm.")
    page.wait_for_timeout(3000)
    assert desk.kept("secretary", story) == ""


# ---------------------------------------------------------------- session


def test_a_session_that_ended_is_renewed_in_place(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article()
    page = secretary.new_page()
    page.goto(f"{desk.url}/bai/{story}")
    write_at_end(page, " Một.")
    expect(page.locator("#saving")).to_contain_text("Đã giữ")
    sessions.log_out(desk.store, session_of(secretary))
    page.keyboard.type(" Hai.")
    expect(page.locator("#saving")).to_contain_text("Phiên đã hết: bài đang được giữ trong trình duyệt này.")
    expect(page.get_by_role("link", name="Đăng nhập lại ở cửa sổ khác")).to_be_visible()
    # In another window, as by that link.
    desk.sign_in(secretary, "secretary")
    expect(page.locator("#saving")).to_contain_text("Đã giữ")
    expect(page.get_by_role("link", name="Đăng nhập lại ở cửa sổ khác")).to_be_hidden()
    assert "Một. Hai." in desk.kept("secretary", story)
    page.get_by_role("button", name="Xuất bản ngay").click()
    page.wait_for_url(re.compile("/len-trang"))
    assert "Một. Hai." in desk.state(story)["body"]


def test_nothing_is_sent_in_the_name_of_who_signed_in_meanwhile(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article()
    page = secretary.new_page()
    page.goto(f"{desk.url}/bai/{story}")
    text_of(page)
    sessions.log_out(desk.store, session_of(secretary))
    desk.sign_in(secretary, "editor")
    write_at_end(page, " Của thư ký.")
    expect(page.locator("#saving")).to_contain_text("bài đang được giữ trong trình duyệt này")
    page.wait_for_timeout(3000)
    assert desk.kept("editor", story) == ""


def session_of(context: BrowserContext) -> str:
    return next(one["value"] for one in context.cookies() if "phien" in one["name"])


# ---------------------------------------------------------------- refusals


def test_a_refusal_stands_beside_its_field(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article()
    page = secretary.new_page()
    page.goto(f"{desk.url}/bai/{story}")
    write_at_end(page, " Vừa gõ.")
    page.get_by_label("Video").fill("không phải địa chỉ")
    page.get_by_role("button", name="Lưu", exact=True).first.click()
    video = page.get_by_label("Video")
    expect(video).to_have_attribute("aria-invalid", "true")
    expect(video).to_be_focused()
    described = video.get_attribute("aria-describedby")
    expect(page.locator(f"#{described}")).not_to_be_empty()
    expect(text_of(page)).to_contain_text("Vừa gõ.")
    video.fill("")
    page.get_by_role("button", name="Lưu", exact=True).first.click()
    expect(page.locator("#saving")).to_contain_text("Đã lưu phiên bản 2")
    assert video.get_attribute("aria-invalid") is None


def test_an_hour_that_is_past_is_said_beside_the_hour(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = desk.article()
    page = secretary.new_page()
    page.goto(f"{desk.url}/bai/{story}")
    text_of(page)
    page.get_by_text("Hẹn giờ lên trang").click()
    page.get_by_label("Lên trang lúc").fill("08:00 01/01/2020")
    page.get_by_role("button", name="Hẹn giờ", exact=True).click()
    expect(page.get_by_text("Giờ hẹn đã qua.")).to_be_visible()
    expect(page.get_by_label("Lên trang lúc")).to_have_value("08:00 01/01/2020")
    expect(page.get_by_label("Lên trang lúc")).to_be_focused()
    expect(page.get_by_label("Lên trang lúc")).to_have_attribute("aria-invalid", "true")


# ---------------------------------------------------------------- Enter, focus and times


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_enter_decides_no_comment(desk: OwnDesk, browser: Browser, scripts: bool) -> None:
    story = desk.article(status="published")
    sent = SubmitComment(
        token="t" * 20, article_id=story, name="Chị Mai", text="Hay.", at=datetime.now(UTC), spam_score=0
    )
    comments.hold(desk.store, sent)
    context = browser.new_context(user_agent=READER, java_script_enabled=scripts)
    desk.sign_in(context, "secretary")
    page = context.new_page()
    page.goto(f"{desk.url}/binh-luan")

    def held() -> list[str]:
        return [row.status for row in comments.queue(desk.store, Seen(None, ""))]

    assert held() == ["held"]
    page.locator(".comment").get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    assert held() == ["held"]
    page.goto(f"{desk.url}/binh-luan")
    page.locator(".comment").get_by_role("checkbox").check()
    page.get_by_role("button", name="Duyệt bình luận đã chọn").click()
    expect(page.get_by_text("Đã duyệt 1 bình luận.")).to_be_visible()
    context.close()


def test_several_stories_take_a_step_by_its_button_and_not_by_enter(desk: OwnDesk, secretary: BrowserContext) -> None:
    stories = [desk.article(title=f"Bài {n}") for n in range(2)]
    page = secretary.new_page()
    page.goto(f"{desk.url}/bai")
    page.get_by_role("checkbox", name="Bài 0").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    assert [desk.state(one)["status"] for one in stories] == ["draft", "draft"]
    page.get_by_text("Chuyển bước các bài đã chọn").click()
    page.get_by_label("Chọn tất cả").check()
    page.get_by_label("Bước", exact=True).select_option(label="Gửi biên tập")
    page.get_by_role("button", name="Chuyển bước").click()
    expect(page.get_by_text("2 bài chuyển sang bước “Chờ biên tập”.")).to_be_visible()
    assert [desk.state(one)["status"] for one in stories] == ["submitted", "submitted"]


def test_the_focus_stays_with_what_one_does(desk: OwnDesk, secretary: BrowserContext) -> None:
    rows = [{"url": "", "caption": f"Ảnh {number}", "credit": "", "alt": ""} for number in range(3)]
    story = desk.article(images=rows)
    page = secretary.new_page()
    page.goto(f"{desk.url}/bai/{story}")
    text_of(page)
    page.get_by_role("tab", name="Ảnh").click()
    page.locator(".picture-open").nth(1).click()
    moved = page.locator(".picture").nth(1).get_by_role("button", name="Lên")
    moved.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".picture").first.get_by_role("button", name="Lên")).to_be_focused()
    expect(page.locator(".picture").first.get_by_label("Chú thích")).to_have_value("Ảnh 1")
    page.locator(".picture").first.get_by_role("button", name="Bỏ ảnh").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".picture-open").first).to_be_focused()
    page.get_by_role("button", name="Chọn trong kho").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Tìm theo chú thích")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Chọn trong kho")).to_be_focused()


def test_times_are_vietnams_whatever_the_browsers_zone(desk: OwnDesk, browser: Browser) -> None:
    context = browser.new_context(locale="en-US", timezone_id="America/New_York", user_agent=READER)
    desk.sign_in(context, "secretary")
    page = context.new_page()
    page.goto(f"{desk.url}/bai/{desk.article()}")
    write_at_end(page, " Chữ.")
    before = datetime.now(UTC).astimezone(VIETNAM)
    expect(page.locator("#saving")).to_contain_text("Đã giữ lúc")
    words = page.locator("#saving").inner_text()
    after = datetime.now(UTC).astimezone(VIETNAM)
    assert any(f"{moment:%H:%M}" in words for moment in (before, after))
    context.close()
