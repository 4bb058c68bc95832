"""A live coverage in a real browser: news waits behind a bar and moves nothing; written at the desk on a phone."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles, reading
from services.ingest.kit.json_input import read_fields
from services.ingest.live_coverage.store.reading import listed
from services.web.store import publish, save_live_entries, withdraw
from tests.browser.own_desk import HOUSE, OwnDesk
from tests.contract.ingest.base import STORY
from tests.contract.web.conftest import Site, published, state, withdrawn
from tests.contract.web.test_coverages import PATH, entry, gone

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LIVE = state(1, live=True, title="Bão số 3 đổ bộ", slug="bai-so-1")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_PLACE = "one => one.getBoundingClientRect().top"


@pytest.fixture
def coverage(site: Site) -> Site:
    """A site with a coverage of forty entries, some of them marked."""
    marked: dict[int, dict[str, Any]] = {
        3: {"pinned": True, "title": "Số điện thoại cứu hộ"},
        39: {"key_event": True, "title": "Gió cấp 9"},
    }
    site.tell(publish, published(LIVE))
    site.tell(save_live_entries, *(entry(one, byline="Quang Long", **marked.get(one, {})) for one in range(1, 41)))
    site.until(PATH, "Cập nhật 40.")
    return site


def test_news_waits_until_the_reader_wants_it(coverage: Site, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(coverage.url + PATH)
    read = page.locator("#muc-35")
    read.evaluate("one => one.scrollIntoView({block: 'center', behavior: 'instant'})")
    before = read.evaluate(_PLACE)
    coverage.tell(save_live_entries, entry(41, key_event=True, title="Bão vào bờ"), entry(42), entry(43))
    bar = page.get_by_role("button", name="3 cập nhật mới")
    expect(bar).to_be_visible()
    expect(page.locator("[data-said]")).to_have_text("3 cập nhật mới")
    expect(page.locator("#muc-43")).to_have_count(0)
    assert abs(read.evaluate(_PLACE) - before) < 2
    # What was wrong is mended where it stands, and what is withdrawn goes, whether it was shown or waits.
    corrected = entry(36, 2, body="<p>Gió cấp 12.</p>", correction="Bản trước ghi cấp 9.")
    coverage.tell(save_live_entries, corrected, gone(37, 2), gone(42, 2))
    expect(page.locator("#muc-36")).to_contain_text("Bản trước ghi cấp 9.")
    expect(page.locator("#muc-37")).to_have_count(0)
    page.get_by_role("button", name="2 cập nhật mới").press("Enter")
    expect(page.locator("#muc-43")).to_be_focused()
    expect(page.locator("#muc-41")).to_be_visible()
    ids = page.locator(".entry").evaluate_all("found => found.map(one => one.dataset.id)")
    assert ids[:4] == ["3", "43", "41", "40"] and len(set(ids)) == len(ids) and "42" not in ids
    expect(page.locator(".news-bar")).to_be_hidden()
    expect(page.get_by_role("link", name="Bão vào bờ")).to_have_attribute("href", f"{PATH}#muc-41")
    assert said == [] and page.context.cookies() == []
    coverage.tell(publish, published(LIVE.model_copy(update={"version": 2, "live": False})))
    page.get_by_role("button", name="Tường thuật đã kết thúc. Xem bài đầy đủ").click()
    expect(page.locator("[data-live]")).to_have_count(0)


def test_a_coverage_that_is_withdrawn_leaves_open_pages(coverage: Site, page: Page) -> None:
    page.goto(coverage.url + PATH)
    coverage.tell(withdraw, withdrawn(1, 2))
    expect(page.locator("[data-live]")).to_have_count(0)
    expect(page.get_by_text("Cập nhật 40.")).to_have_count(0)


def test_a_coverage_is_whole_without_scripts_and_on_paper(coverage: Site, browser: Browser) -> None:
    context = browser.new_context(locale="vi-VN", java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(coverage.url + PATH)
    expect(page.get_by_role("link", name="tải lại để xem tin mới")).to_be_visible()
    expect(page.locator(".news-bar")).to_be_hidden()
    page.get_by_role("link", name="Trang sau").click()
    expect(page.get_by_text("Cập nhật 10.")).to_be_visible()
    page.get_by_role("link", name="Cập nhật mới nhất").click()
    expect(page.get_by_text("Cập nhật 40.")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".pager")).to_be_hidden()
    expect(page.get_by_text("Cập nhật 40.")).to_be_visible()
    context.close()


def test_a_coverage_is_accessible_and_fits(coverage: Site, page: Page, checkers: Path) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(coverage.url + PATH)
    coverage.tell(save_live_entries, entry(41, title="Một tiêu đề dài để xem có vừa màn hình hẹp hay không"))
    expect(page.get_by_role("button", name="1 cập nhật mới")).to_be_visible()
    page.evaluate((checkers / "axe-core" / "axe.min.js").read_text("utf-8"))
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        faults = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", _RULES)
        assert [(one["id"], one["nodes"][0]["html"]) for one in faults["violations"]] == [], theme


def test_a_coverage_is_written_on_a_phone(desk: OwnDesk, secretary: BrowserContext) -> None:
    story = read_fields(ArticleInput, {**STORY, "live": True})
    article = articles.save_article(desk.store, story, HOUSE).id
    page = secretary.new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{desk.url}/bai/{article}/truc-tiep")
    page.get_by_label("Tiêu đề").fill("Bão vào bờ")
    page.get_by_label("Nội dung").fill("Gió giật cấp 12.")
    # The desk dies, the phone loses the page: what was typed is there again, and is one entry.
    desk.kill()
    page.get_by_role("button", name="Đăng ngay").click()
    expect(page.get_by_role("alert")).to_contain_text("Không nối được với tòa soạn.")
    desk.start()
    page.reload()
    expect(page.get_by_label("Nội dung")).to_have_value("Gió giật cấp 12.")
    page.get_by_role("button", name="Đăng ngay").dblclick()
    expect(page.get_by_text("Đã lên trang.")).to_be_visible()
    expect(page.get_by_label("Nội dung").first).to_have_value("")
    page.get_by_role("button", name="Ghim Bão vào bờ").click()
    page.get_by_role("button", name="Diễn biến chính Bão vào bờ").click()
    page.get_by_text("Sửa Bão vào bờ").click()
    page.get_by_label("Nội dung").nth(1).fill("Gió giật cấp 13.")
    page.get_by_label("Nói với bạn đọc đã sửa gì").fill("Bản trước ghi cấp 12.")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_text("Đã sửa: Bản trước ghi cấp 12.")).to_be_visible()
    (only,) = listed(desk.store, article)
    assert (only["pinned"], only["key_event"], only["status"]) == (True, True, "published")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Kết thúc tường thuật").click()
    expect(page.get_by_text("Đã kết thúc tường thuật")).to_be_visible()
    assert "Gió giật cấp 13." in reading.article(desk.store, article)["body"]
