"""Names that changed, from the desk to readers: places before and after the mergers, merged tags; a running house."""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.newsroom import Newsroom, newsroom_of
from tests.house import House
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def newsroom(house: House, browser: Browser) -> Iterator[Newsroom]:
    with newsroom_of(house, browser) as made:
        yield made


def test_an_editor_switches_former_names_of_places_off_and_on(house: House, newsroom: Newsroom, page: Page) -> None:
    house.push(title="Hội Lim mời khách", body="Bắc Ninh mở hội.", external_id="hoi-lim")
    until(partial(finds, house, "Hội Lim mời khách", 1), 30, "search finds it")
    page.goto(f"{house.web_url}/tim-kiem?q=Lim+Bắc+Giang")
    expect(page.get_by_role("link", name="Hội Lim mời khách").first).to_be_visible()
    expect(page.get_by_text("sau sáp nhập: Bắc Ninh")).to_be_visible()
    desk = newsroom.page("chief", width=390)
    for wanted in (0, 1):
        desk.goto(f"{newsroom.url}/tu-tim-kiem")
        switch = desk.get_by_label("Tìm cả theo tên xã, tỉnh trước và sau sáp nhập")
        switch.set_checked(bool(wanted))
        desk.get_by_role("button", name="Lưu").click()
        expect(desk.get_by_text("Đã lưu")).to_be_visible()
        expect(switch).to_be_checked(checked=bool(wanted))
        until(partial(finds, house, "Lim Bắc Giang", wanted), 10, "readers find by the switch")
    assert not newsroom.said


def finds(house: House, query: str, total: int) -> bool:
    return bool(house.get("/api/search", params={"q": query}).json().get("total") == total)


def test_a_merged_tag_leads_its_readers_to_the_other_until_it_is_parted(
    house: House, newsroom: Newsroom, page: Page
) -> None:
    story = house.push(title="Tiêm mũi nhắc lại", body="Trạm y tế tiêm.", tags=["Covid"], external_id="tiem")
    house.until_page(story["url"])
    desk = newsroom.page("chief", width=390)
    desk.goto(f"{newsroom.url}/tu-khoa")
    desk.get_by_label("Từ khóa được gộp").fill("Covid")
    desk.get_by_label("Gộp vào").fill("Covid-19")
    desk.get_by_role("button", name="Gộp", exact=True).click()
    expect(desk.get_by_text("Covid → Covid-19")).to_be_visible()
    house.until_page(story["url"], 'href="/tu-khoa/covid-19"')
    page.goto(f"{house.web_url}/tu-khoa/covid")
    expect(page).to_have_url(f"{house.web_url}/tu-khoa/covid-19")
    expect(page.get_by_role("link", name="Tiêm mũi nhắc lại").first).to_be_visible()
    desk.get_by_role("button", name="Bỏ gộp").click()
    expect(desk.get_by_text("Chưa gộp từ khóa nào")).to_be_visible()
    house.until_page("/tu-khoa/covid", "Tiêm mũi nhắc lại")
    assert not newsroom.said
