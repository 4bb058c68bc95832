"""The demo paper in another look, which a folder alone makes: as valid, accessible and calm as ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import test_pages
from tests.browser.chromium import READER, Theme
from tests.browser.conftest import running_paper_site
from tests.contract.web.conftest import ROOT, Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def themed_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    theme = {"TOASOAN_THEME_DIR": str(ROOT / "themes" / "bien"), "TOASOAN_SITE_NAME": "Báo Biển"}
    with running_paper_site(tmp_path_factory.mktemp("themed"), **theme) as made:
        yield made


@pytest.fixture
def context(browser: Browser, themed_site: Site) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=themed_site.url, locale="vi-VN", user_agent=READER, reduced_motion="reduce")
    made.set_default_timeout(20_000)
    yield made
    made.close()


def test_html_is_valid(themed_site: Site, checkers: Path, tmp_path: Path) -> None:
    test_pages.test_html_is_valid(themed_site, checkers, tmp_path)


def test_every_page_is_accessible_fits_and_asks_no_other(page: Page, checkers: Path) -> None:
    """In light and dark; what the Content-Security-Policy refuses would be said in the console."""
    test_pages.test_every_page_is_accessible_and_fits(page, checkers)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_logo_is_that_of_the_ground_the_reader_sees(page: Page, scheme: Theme) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto("/")
    other = {"light": "dark", "dark": "light"}[scheme]

    def seen() -> list[str]:
        shown = page.locator(".masthead .logo:visible").evaluate_all("all => all.map(one => one.src)")
        return ["dark" if "logo-dark.svg" in src else "light" for src in shown]

    assert seen() == [scheme]
    page.get_by_title("Đổi nền sáng, tối").click()
    assert seen() == [other]
    page.reload()
    assert seen() == [other], "what was chosen is kept"


def test_colours_are_the_themes(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(245, 249, 251)"
    page.emulate_media(media="print")
    assert page.evaluate(ground) == "rgb(255, 255, 255)", "paper is printed on as ever"
