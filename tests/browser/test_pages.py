"""Every kind of page in a real browser: valid, accessible, calm, and whole without JavaScript."""

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from services.web import store
from shared.contracts.events import SectionSaved
from shared.vietnamese.dates import VIETNAM
from tests.browser.chromium import READER, Theme
from tests.contract.web.conftest import Site, delivered
from tests.unit.web.pages import sample
from tests.wait import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ARTICLE = "/kinh-te/cho-phien-muong-suong-40"
PAGES = (
    "/", "/kinh-te", "/kinh-te?trang=2", "/nong-nghiep", "/tu-khoa/tet", "/tac-gia/quang-long", "/ngay/2023-01-10",
    "/ngay", "/ngay/2023-01", "/doc-sau", "/anh", "/video", "/doc-nhieu", "/cai-chinh",
    "/gioi-thieu", "/cach-tinh-luot-xem", "/rieng-tu", "/ngoai-tuyen", "/kenh-rss", "/gui-tin",
    "/khong-co", "/kinh-te/ban-tin-so-37-37", "/tim-kiem", ARTICLE, "/thoi-su/ban-tin-so-39-39",
    "/nong-nghiep/ban-tin-so-38-38", "/thoi-su/ban-tin-so-36-36",
)  # fmt: skip
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_LOOKS: list[tuple[int, Theme, list[str]]] = [
    (360, "light", _RULES),
    (1280, "dark", ["cat.color", "cat.sensory-and-visual-cues"]),
]
_SHIFTS = """() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().map(one => one.value)))
    .observe({type: "layout-shift", buffered: true}) || setTimeout(done, 50, []))"""


@pytest.fixture
def context(browser: Browser, paper_site: Site) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=paper_site.url, locale="vi-VN", user_agent=READER, reduced_motion="reduce")
    made.set_default_timeout(20_000)
    yield made
    made.close()


@pytest.fixture
def plain_page(browser: Browser, paper_site: Site) -> Iterator[Page]:
    """A browser without JavaScript."""
    made = browser.new_context(base_url=paper_site.url, locale="vi-VN", java_script_enabled=False)
    made.set_default_timeout(20_000)
    yield made.new_page()
    made.close()


def test_html_is_valid(paper_site: Site, checkers: Path, tmp_path: Path) -> None:
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    for number, path in enumerate(PAGES):
        (tmp_path / f"{number}.html").write_text(paper_site.get(path).text, "utf-8")
    jar = checkers / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = ["java", "-Xss2m", "-jar", str(jar), "--stdout", "--format", "gnu", *map(str, tmp_path.glob("*.html"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert not done.stdout, done.stdout[:4000]
    assert done.returncode == 0


def test_every_page_is_accessible_and_fits(page: Page, checkers: Path) -> None:
    axe = (checkers / "axe-core" / "axe.min.js").read_text("utf-8")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "status of 4" not in message.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if not _own(request) else None)
    found: dict[str, str] = {}
    for path in PAGES:
        page.set_viewport_size({"width": 360, "height": 800})
        page.emulate_media(color_scheme="light")
        page.goto(path)
        assert sum(page.evaluate(_SHIFTS)) < 0.01, f"{path} moves while it loads"
        page.evaluate(axe)
        for width, theme, rules in _LOOKS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=theme)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than {width}"
            faults = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules)
            for fault in faults["violations"]:
                node = fault["nodes"][0]
                found[fault["id"]] = f"{path} {theme}: {node['target']} {node.get('failureSummary', '')}"
    assert not found, found
    assert not said, said
    assert not foreign, foreign


def test_an_article_is_light_on_the_wire(page: Page) -> None:
    seen: list[Request] = []
    page.on("requestfinished", lambda request: seen.append(request))
    page.goto(ARTICLE, wait_until="networkidle")

    def kilobytes(*kinds: str) -> float:
        sizes = [one.sizes() for one in seen if one.resource_type in kinds]
        return sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes) / 1024

    assert 1 < kilobytes("script") <= 6
    assert kilobytes("document", "stylesheet", "script", "font") <= 40
    assert [one.resource_type for one in seen].count("stylesheet") == 1


def test_only_the_page_and_one_style_sheet_hold_back_the_first_paint(page: Page) -> None:
    for path in ("/", "/kinh-te", ARTICLE):
        page.goto(path)
        waited_for = page.evaluate(
            "performance.getEntriesByType('resource').filter(one => one.renderBlockingStatus === 'blocking')"
            ".map(one => one.name.split('/').pop())"
        )
        assert waited_for == ["site.css"], path


def test_the_tenth_most_read_stands_as_the_ninth(page: Page) -> None:
    page.goto("/")
    heights = page.locator(".most-read li").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert len(heights) == 10
    assert heights[9] == heights[8]


def test_the_most_read_of_a_day_and_of_a_week_are_tabs(plain_page: Page) -> None:
    plain_page.goto("/doc-nhieu")
    day, week = (plain_page.locator(f".most-read.in-{window}") for window in ("24h", "7d"))
    expect(day).to_be_visible()
    expect(week).to_be_hidden()
    plain_page.get_by_text("7 ngày qua", exact=True).first.click()
    expect(week).to_be_visible()
    expect(day).to_be_hidden()
    plain_page.keyboard.press("ArrowLeft")
    expect(day).to_be_visible()


def test_a_topic_is_followed_and_found_again(page: Page) -> None:
    page.goto("/tu-khoa/tet")
    page.get_by_role("button", name="Theo dõi").click()
    expect(page.get_by_role("button", name="Đang theo dõi")).to_be_visible()
    page.goto("/doc-sau")
    followed = page.get_by_role("region", name="Chủ đề bạn theo dõi")
    expect(followed.get_by_role("link", name="Tết", exact=True)).to_have_attribute("href", "/tu-khoa/tet")
    expect(followed.get_by_role("listitem")).to_have_count(3)
    page.goto("/tu-khoa/tet")
    page.get_by_role("button", name="Đang theo dõi").click()
    page.goto("/doc-sau")
    expect(page.get_by_role("heading", name="Đọc sau")).to_be_visible()
    expect(followed).to_be_hidden()


def test_the_way_back_up_comes_with_the_second_screen(page: Page) -> None:
    page.goto(ARTICLE)
    up = page.get_by_role("link", name="Về đầu trang", exact=True)
    expect(up).to_be_hidden()
    page.evaluate("scrollTo({top: 2 * innerHeight, behavior: 'instant'})")
    up.click()
    expect(up).to_be_hidden()
    assert page.evaluate("scrollY") == 0


def test_the_row_of_sections_shows_where_the_reader_is(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/video")
    here = page.get_by_role("navigation", name="Chuyên mục").get_by_role("link", name="Video")
    expect(here).to_be_in_viewport(ratio=1)


def test_the_head_is_low_and_its_row_stays(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/")
    row = page.locator(".row-of-sections")
    box = row.bounding_box()
    assert box and box["y"] + box["height"] <= 110
    page.evaluate("scrollTo({top: 900, behavior: 'instant'})")
    expect(row).to_be_in_viewport()
    page.get_by_role("link", name="Tìm trong báo").scroll_into_view_if_needed()
    page.get_by_role("link", name="Tìm trong báo").click()
    page.wait_for_url("**/tim-kiem")


def test_thirty_sections_are_all_reached(plain_page: Page, own_paper_site: Site) -> None:
    names = [f"Chuyên mục thứ {number}" for number in range(1, 31)]
    told = [
        SectionSaved(id=100 + number, version=1, slug=f"muc-{number}", name=name, position=100 + number)
        for number, name in enumerate(names, 1)
    ]
    own_paper_site.tell(store.save_sections, *[delivered(one, one.id) for one in told])
    own_paper_site.until("/", names[-1])
    for width, height in ((360, 640), (768, 600), (1280, 700), (1920, 1080)):
        plain_page.set_viewport_size({"width": width, "height": height})
        plain_page.goto(own_paper_site.url)
        assert plain_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        plain_page.locator(".menu summary").click()
        menu = plain_page.get_by_role("navigation", name="Mục lục")
        for name in names:
            link = menu.get_by_role("link", name=name, exact=True)
            link.scroll_into_view_if_needed()
            expect(link).to_be_in_viewport()
        link.click()
        plain_page.wait_for_url("**/muc-30")


def test_a_new_story_says_how_long_ago(page: Page) -> None:
    published_at = sample.article(45).published_at
    assert published_at
    page.clock.install(time=published_at + timedelta(hours=2, minutes=10))
    page.goto("/")
    expect(page.locator(".ago", has_text="2 giờ trước").first).to_be_visible()


def test_a_picture_is_enlarged_in_place(page: Page) -> None:
    page.goto(ARTICLE)
    first = page.locator(".zoom").first
    first.scroll_into_view_if_needed()
    first.click()
    box = page.get_by_role("dialog")
    expect(box.get_by_role("img")).to_be_visible()
    caption = box.locator("figcaption").inner_text()
    page.keyboard.press("ArrowRight")
    expect(box.locator("figcaption")).not_to_have_text(caption)
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(first).to_be_focused()


def test_a_story_is_put_aside_and_found_again(page: Page) -> None:
    page.goto("/doc-sau")
    nothing = page.get_by_text("Bạn chưa lưu bài nào.")
    expect(nothing).to_be_visible()
    page.goto(ARTICLE)
    page.get_by_role("button", name="Lưu đọc sau").click()
    expect(page.get_by_role("button", name="Đã lưu")).to_be_visible()
    page.goto("/doc-sau")
    expect(page.get_by_role("link", name="Chợ phiên Mường Sương")).to_be_visible()
    expect(nothing).to_be_hidden()
    page.get_by_role("link", name="Chợ phiên Mường Sương").click()
    page.get_by_role("button", name="Đã lưu").click()
    expect(page.get_by_role("button", name="Lưu đọc sau")).to_be_visible()


def test_a_comment_is_liked_in_place_once_and_without_a_script_too(page: Page, plain_page: Page) -> None:
    page.goto(ARTICLE)
    like = page.locator("#binh-luan-1 > .acts .like")
    expect(like).to_have_attribute("aria-pressed", "false")
    page.route("**/likes*", lambda route: route.abort())
    like.click()
    expect(page.get_by_role("alert")).to_contain_text("Chưa gửi được lượt thích")
    page.unroute("**/likes*")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like).to_have_text(re.compile(r"Thích\b.*\b1$", re.DOTALL))
    expect(page.get_by_role("alert")).to_have_count(0)
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    like.click()
    page.goto(ARTICLE)
    expect(like).to_have_attribute("aria-pressed", "true")
    assert not [one for one in sent if "likes" in one.url]
    plain_page.goto(ARTICLE)
    plain_page.locator("#binh-luan-1 > .acts .like").click()
    expect(plain_page.get_by_text("Báo đã nhận lượt thích của bạn")).to_be_visible()


def test_what_was_read_at_two_addresses_is_listed_once(page: Page) -> None:
    page.goto("/ngay")
    page.evaluate("navigator.serviceWorker.ready")
    month = page.get_by_role("heading", level=1).inner_text()
    paths = ["/ngay", f"/ngay/{datetime.now(VIETNAM):%Y-%m}", ARTICLE, f"{ARTICLE}?y-kien=moi-nhat"]
    for path in paths:
        page.goto(path)
    kept = "async (all) => (await Promise.all(all.map((one) => caches.match(one)))).every(Boolean)"
    until(lambda: page.evaluate(kept, paths))
    page.goto("/ngoai-tuyen")
    for words in (month, "Chợ phiên Mường Sương"):
        expect(page.get_by_role("listitem").filter(has_text=words)).to_have_count(1)


def test_pages_fit_at_four_times_the_size(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 256})
    for path in ("/", "/kinh-te", ARTICLE, "/tim-kiem"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_a_comment_without_javascript(plain_page: Page) -> None:
    plain_page.goto(ARTICLE)
    plain_page.get_by_label("Ý kiến của bạn").fill("Bài viết rất hay, cảm ơn tòa soạn.")
    plain_page.get_by_label("Tên", exact=True).fill("  ")
    plain_page.get_by_label("Gửi tới").select_option(value="3")
    plain_page.get_by_role("button", name="Gửi bình luận").click()
    assert "Tên" in plain_page.get_by_role("alert").inner_text()
    expect(plain_page.get_by_role("alert")).to_be_in_viewport()
    expect(plain_page.get_by_role("alert")).to_be_focused()
    assert plain_page.get_by_label("Ý kiến của bạn").input_value() == "Bài viết rất hay, cảm ơn tòa soạn."
    assert plain_page.get_by_label("Gửi tới").input_value() == "3"
    plain_page.get_by_label("Tên", exact=True).fill("Bạn đọc")
    plain_page.get_by_role("button", name="Gửi bình luận").click()
    plain_page.wait_for_url("**/*da-nhan")
    assert plain_page.get_by_text("Tòa soạn đã nhận bình luận").is_visible()


def test_reading_without_javascript(plain_page: Page) -> None:
    plain_page.goto(ARTICLE)
    paragraph = plain_page.locator(".prose p").first

    def style(name: str, selector: str = ".prose p") -> str:
        return str(plain_page.locator(selector).first.evaluate(f"one => getComputedStyle(one).{name}"))

    size, ground = float(style("fontSize")[:-2]), style("backgroundColor", "body")
    plain_page.get_by_text("Chữ lớn").locator("..").click()
    assert float(style("fontSize")[:-2]) > size
    plain_page.get_by_text("Đổi nền sáng, tối").locator("..").click()
    assert style("backgroundColor", "body") != ground
    plain_page.get_by_role("link", name="In bài viết").click()
    assert plain_page.locator(".row-of-sections").is_hidden()
    expect(plain_page.locator(".masthead .nameplate")).to_be_visible()
    expect(plain_page.get_by_text("hãy dùng lệnh In của trình duyệt")).to_be_in_viewport()
    expect(plain_page.get_by_role("heading", level=1)).to_be_in_viewport()
    assert paragraph.is_visible()
    plain_page.get_by_role("link", name="Trở lại trang báo").click()
    plain_page.locator(".menu summary").click()
    plain_page.get_by_role("navigation", name="Mục lục").get_by_role("link", name="Nông nghiệp").click()
    plain_page.wait_for_url("**/nong-nghiep")


def test_a_printed_article_is_a_clean_sheet(page: Page) -> None:
    page.goto(ARTICLE)
    page.emulate_media(media="print")
    for selector in (".row-of-sections", ".finder", ".foot", ".comments", ".others", ".tools", ".up"):
        assert page.locator(selector).is_hidden(), selector
    expect(page.locator(".masthead .nameplate")).to_be_visible()
    expect(page.locator(".crumbs")).to_have_text("Kinh tế", use_inner_text=True)
    assert page.get_by_text("Lượt xem:").is_visible()
    assert page.locator(".from").inner_text().endswith(ARTICLE)


def test_a_view_is_a_second_of_being_seen(page: Page) -> None:
    page.clock.install()
    page.add_init_script(
        "window.sent = []; window.shown = 'hidden';"
        "navigator.sendBeacon = (url, body) => window.sent.push([url, body]) > 0;"
        "Object.defineProperty(document, 'visibilityState', {get: () => window.shown});"
    )
    page.goto(ARTICLE, referer="https://tim.example/x")
    # From here on no time passes but what is asked for, however slow the machine.
    page.clock.pause_at(datetime.now() + timedelta(hours=1))

    def show(how: str) -> None:
        page.evaluate("how => { shown = how; document.dispatchEvent(new Event('visibilitychange')) }", how)

    def sent() -> int:
        return int(page.evaluate("sent.length"))

    page.clock.run_for(5000)
    assert sent() == 0, "a page nobody sees"
    show("visible")
    page.clock.run_for(900)
    show("hidden")
    page.clock.run_for(5000)
    assert sent() == 0, "less than a second"
    show("visible")
    page.clock.run_for(1100)
    assert sent() == 1
    show("hidden")
    show("visible")
    page.clock.run_for(5000)
    assert sent() == 1, "once a page view"
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.clock.run_for(1100)
    assert sent() == 2, "back from the browser's memory"
    url, body = page.evaluate("sent[0]")
    assert url == "/api/views"
    said = json.loads(body)
    assert said["token"] == page.locator('meta[name="view-token"]').get_attribute("content")
    assert said["referrer"] == "https://tim.example/x"


def test_a_beacon_is_taken(page: Page) -> None:
    with page.expect_response("**/api/views") as answer:
        page.goto(ARTICLE)
    assert answer.value.status == 204


def test_suggestions_by_keyboard(page: Page, paper_site: Site) -> None:
    rows = [{"title": "Chợ <b>phiên</b>", "url": paper_site.url + ARTICLE}, {"title": "Hai", "url": "/x"}]
    page.route("**/api/suggest?*", lambda route: route.fulfill(json={"results": rows}))
    page.goto("/kinh-te")
    field = page.get_by_role("combobox", name="Tìm trong báo")
    field.press_sequentially("chợ")
    page.get_by_role("option", name="Chợ <b>phiên</b>").wait_for()
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == page.get_by_role("option", selected=True).get_attribute("id")
    field.press("Escape")
    assert page.get_by_role("listbox").count() == 0
    field.press_sequentially(" ")
    page.get_by_role("option").first.wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url(f"**{ARTICLE}")


def test_a_readers_choices_are_kept(page: Page) -> None:
    page.goto(ARTICLE)
    page.get_by_text("Chữ lớn").locator("..").click()
    page.get_by_text("Đổi nền sáng, tối").locator("..").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto("/thoi-su/ban-tin-so-36-36")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    assert page.locator("#chu-lon").is_checked()
    page.get_by_text("Chữ vừa").locator("..").click()
    page.get_by_text("Đổi nền sáng, tối").locator("..").click()
    page.reload()
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    assert page.context.cookies() == []


def test_a_reply_is_sent_without_leaving_the_page(page: Page) -> None:
    page.goto(ARTICLE)
    words, name = page.get_by_label("Ý kiến của bạn"), page.get_by_label("Tên", exact=True)
    page.locator("#binh-luan-3 [data-reply]").click()
    expect(words).to_be_focused()
    expect(page.locator('[data-comment="ready"]')).to_be_visible()
    words.fill("Tôi đồng ý với bạn.")
    name.fill("  ")
    page.get_by_role("button", name="Gửi bình luận").click()
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description("Tên còn trống hoặc quá ngắn.")
    expect(page.get_by_role("alert")).to_be_in_viewport()
    name.fill("Bạn đọc")
    with page.expect_request("**/api/articles/40/comments") as sent:
        page.get_by_role("button", name="Gửi bình luận").click()
    assert json.loads(sent.value.post_data or "")["parent_id"] == "3"
    expect(page.get_by_text("Tòa soạn đã nhận bình luận")).to_be_focused()
    expect(words).to_have_value("")
    expect(page.get_by_label("Gửi tới")).to_have_value("")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_comment_outlives_a_time_without_a_network(page: Page) -> None:
    page.goto(ARTICLE)
    page.get_by_label("Ý kiến của bạn").focus()
    expect(page.locator('[data-comment="ready"]')).to_be_visible()
    page.get_by_label("Ý kiến của bạn").fill("Viết trên xe, giữa hai trạm.")
    page.get_by_label("Tên", exact=True).fill("Bạn đọc")
    page.route("**/comments", lambda route: route.abort())
    page.get_by_role("button", name="Gửi bình luận").click()
    expect(page.get_by_role("alert")).to_contain_text("hãy gửi lại")
    expect(page.get_by_role("alert")).to_be_in_viewport()
    page.reload()
    expect(page.get_by_label("Ý kiến của bạn")).to_have_value("Viết trên xe, giữa hai trạm.")


def test_an_article_is_read_aloud_where_android_has_a_voice(page: Page) -> None:
    page.add_init_script("speechSynthesis.getVoices = () => [{ lang: 'vie_X' }, { lang: 'vi_VN' }]")
    page.goto(ARTICLE)
    expect(page.get_by_role("button", name="Nghe bài")).to_be_visible()


def test_an_embedded_video_is_asked_for_on_a_click(page: Page) -> None:
    page.route("https://**", lambda route: route.abort())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if not _own(request) else None)
    page.goto("/nong-nghiep/ban-tin-so-38-38")
    assert not asked
    with page.expect_request("https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1"):
        page.get_by_role("link", name="Xem video ở YouTube").click()


def test_pages_are_kept_for_times_without_a_network(page: Page, own_paper_site: Site) -> None:
    page.goto(own_paper_site.url + ARTICLE)
    keys = "caches.open('trang-1').then(one => one.keys()).then(all => all.map(one => new URL(one.url).pathname))"
    # The first page ever, opened before there was a service worker, and the front page.
    until(lambda: set(page.evaluate(keys)) == {ARTICLE, "/"}, 20, "the first page is kept")
    assert own_paper_site.process
    own_paper_site.process.send_signal(signal.SIGSTOP)

    def shows_the_copy() -> bool:
        page.goto(own_paper_site.url, wait_until="domcontentloaded")
        return page.get_by_text("Mạng quá chậm: bạn đang xem bản đã lưu").is_visible()

    # The browser may have the page from two seconds ago.
    until(shows_the_copy, 40, "a hanging server hides nothing that was kept")
    own_paper_site.process.kill()
    own_paper_site.process.wait(10)
    page.goto(own_paper_site.url + ARTICLE)
    expect(page.get_by_role("heading", name="Chợ phiên Mường Sương")).to_be_visible()
    expect(page.get_by_text("Không có mạng: bạn đang xem bản đã lưu")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.prose')).lineHeight") != "normal"
    page.goto(own_paper_site.url + "/kinh-te")
    expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()
    page.get_by_role("link", name="Chợ phiên Mường Sương họp lại sau mưa lũ").click()
    expect(page.get_by_role("heading", level=1, name="Chợ phiên Mường Sương")).to_be_visible()


def _own(request: Request) -> bool:
    return request.url.startswith(("http://127.0.0.1:", "data:"))
