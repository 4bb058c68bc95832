"""The look of the readers' site, chosen at the desk: seen in readers' own pages first, live in seconds, put back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from services.web import only_ones
from shared.contracts.appearance import Appearance
from shared.contracts.events import AppearanceChanged
from tests.browser.chromium import READER
from tests.browser.newsroom import Newsroom, newsroom_of
from tests.contract.web.conftest import Site, delivered
from tests.house import House
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.browser, pytest.mark.timeout(300)]
GREEN = "rgb(10, 92, 54)"


@pytest.fixture
def newsroom(house: House, browser: Browser) -> Iterator[Newsroom]:
    """No script fails, and the policies of desk and preview hold."""
    house.push(title="Chợ phiên họp lại", section="Kinh tế")
    with newsroom_of(house, browser) as made:
        yield made
        # What cannot be read is not saved.
        assert [said for said in made.said if "status of 422" not in said] == []


def test_a_newsroom_gives_its_site_another_look(newsroom: Newsroom, house: House, tmp_path: Path) -> None:
    desk, reader = newsroom.page("secretary"), newsroom.page("admin", width=390)
    reader.emulate_media(color_scheme="light")
    reader.goto(house.web_url)
    before = reader.title()
    desk.goto(newsroom.url)
    desk.get_by_role("link", name="Giao diện", exact=True).click()
    shown = desk.frame_locator("iframe[name=look-preview]")
    expect(shown.locator(".masthead .nameplate")).to_contain_text("Báo Mẫu")

    desk.get_by_label("Tên báo").fill("Báo Rừng")
    desk.get_by_label("Dải đầu trang, nền sáng").fill("#0a5c36")
    expect(shown.locator(".masthead .nameplate")).to_have_text("Báo Rừng")
    until(lambda: _strip(shown.locator(".masthead")) == GREEN, 20, "its strip is green")
    Image.new("RGB", (900, 200), GREEN).save(tmp_path / "logo.png")
    desk.locator("[data-for=logo]").set_input_files(tmp_path / "logo.png")
    logo = shown.locator(".masthead .logo")
    expect(logo).to_have_attribute("alt", "Báo Rừng")
    until(lambda: logo.evaluate("one => one.naturalWidth") > 0, 20, "the logo is there")
    desk.get_by_label("Trang", exact=True).select_option(label="Bài mới nhất")
    expect(shown.get_by_role("heading", level=1)).to_have_text("Chợ phiên họp lại")
    desk.get_by_label("Nền", exact=True).select_option(label="Nền tối")
    expect(shown.locator("html[data-theme=dark]")).to_be_attached()
    desk.get_by_label("Điện thoại").check()
    assert desk.locator("iframe").evaluate("one => one.clientWidth") < 400
    reader.reload()
    assert reader.title() == before, "nothing is live"

    desk.get_by_label("Chữ, nền sáng").fill("#cccccc")
    desk.get_by_role("button", name="Lưu").click()
    expect(desk.get_by_role("alert")).to_contain_text("“Chữ” trên “Nền trang” khó đọc ở nền sáng")
    expect(desk.get_by_label("Tên báo")).to_have_value("Báo Rừng")
    desk.get_by_label("Chữ, nền sáng").fill("#1b1612")
    desk.get_by_role("button", name="Lưu").click()
    expect(desk.get_by_text("Đã lưu giao diện")).to_be_visible()

    until(lambda: "Báo Rừng" in _loaded(reader), 20, "readers see it")
    masthead = reader.locator(".masthead")
    assert _strip(masthead) == GREEN
    assert masthead.locator(".logo").evaluate("one => one.naturalWidth") > 0

    desk.get_by_label("Tên báo").fill("")
    desk.get_by_label("Dùng màu riêng của tòa soạn").uncheck()
    desk.get_by_role("button", name="Bỏ Logo", exact=True).click()
    desk.get_by_role("button", name="Lưu").click()
    until(lambda: before == _loaded(reader), 20, "readers have the built-in look again")
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.get_by_role("button", name="Dùng lại").click()
    until(lambda: "Báo Rừng" in _loaded(reader), 20, "it was put back")


def _strip(masthead: Locator) -> str:
    return str(masthead.evaluate("one => getComputedStyle(one, '::before').backgroundColor"))


def _loaded(page: Page) -> str:
    page.reload()
    return page.title()


def test_a_look_is_there_without_a_network(browser: Browser, own_paper_site: Site) -> None:
    look = Appearance(name="Báo Rừng", light={"lacquer": "#0a5c36"})
    event = AppearanceChanged(version=1, appearance=look)
    own_paper_site.tell(only_ones.set_appearance, delivered(event, 1))
    own_paper_site.until("/", "Báo Rừng")
    context = browser.new_context(base_url=own_paper_site.url, user_agent=READER, color_scheme="light")
    page = context.new_page()
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready")
    until(lambda: page.evaluate("caches.match('/').then(Boolean)"), 20, "the page is kept")
    # What a browser happens to have kept is not what the service worker keeps.
    context.new_cdp_session(page).send("Network.clearBrowserCache")
    context.set_offline(True)
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("Không có mạng")
    assert _strip(page.locator(".masthead")) == GREEN
    context.close()
