"""The pages of both APIs in a real browser, under their own policy."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import Theme
from tests.browser.own_desk import OwnDesk
from tests.contract.web.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
_SIZES: tuple[tuple[int, Theme], ...] = ((360, "light"), (1280, "dark"))


def look(page: Page, url: str, checkers: Path) -> list[str]:
    """What is wrong with the page of an API."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    answer = page.goto(f"{url}/api/docs")
    assert answer is not None and answer.status == 200
    assert "script-src" not in answer.headers["content-security-policy"]
    for width, theme in _SIZES:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            said.append(f"wider than {width}")
        page.evaluate((checkers / "axe-core" / "axe.min.js").read_text("utf-8"))
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        said += [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
    return said


def test_both_pages_have_no_error_and_are_accessible(
    page: Page, paper_site: Site, desk: OwnDesk, checkers: Path
) -> None:
    assert look(page, paper_site.url, checkers) == []
    assert look(page, desk.url.removesuffix("/desk"), checkers) == []


def test_page_leads_from_a_call_to_its_schema_without_scripts(browser: Browser, paper_site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{paper_site.url}/api/docs")
    page.get_by_role("link", name="GET /api/search").click()
    page.locator("#readers_search").get_by_role("link", name="FoundAnswer").click()
    assert page.url.endswith("#FoundAnswer")
    assert "nearest" in page.locator("#FoundAnswer").inner_text()
    context.close()
