"""The form of a story in a browser that has nothing of it yet, on a line that carries 50,000 bytes a second."""

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.browser.own_desk import OwnDesk, text_of, until_at

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
expect.set_options(timeout=30_000)
MOST_BYTES = 195_000
"""Of all that comes until one can write, heads included."""

_REST = ("inbox", "mentions")
"""Modules that wait until then."""


def test_what_the_first_key_waits_for_is_little(desk: OwnDesk, secretary: BrowserContext) -> None:
    page = secretary.new_page()
    line = page.context.new_cdp_session(page)
    asked: dict[str, str] = {}
    came: dict[str, int] = {}
    line.on("Network.requestWillBeSent", lambda told: asked.update({told["requestId"]: told["request"]["url"]}))
    line.on("Network.loadingFinished", lambda told: came.update({told["requestId"]: told["encodedDataLength"]}))
    line.send("Network.enable")
    page.goto(f"{desk.url}/bai/{desk.article()}")
    expect(page.locator("html[data-editor=ready]")).to_be_attached()
    until_at(page, lambda: any(f"/{_REST[0]}.js" in url for url in asked.values()), "the rest is on its way")
    urls = [*asked.values()]
    first_of_rest = min(at for at, url in enumerate(urls) if any(f"/{name}.js" in url for name in _REST))
    before = [*asked][:first_of_rest]
    assert any("/built/richtext.js" in asked[one] for one in before)
    assert any("/upload.js" in asked[one] for one in before)
    assert 100_000 < sum(came.get(one, 0) for one in before) < MOST_BYTES
    assert not [url for url in urls if "/block_form.js" in url or "/leftovers.js" in url]
    text_of(page)
    page.get_by_role("button", name="Chèn khối").click()
    page.get_by_role("dialog", name="Chèn khối").get_by_role("listitem").first.click()
    expect(page.locator(".block-form")).to_be_visible()


def test_nobody_is_shown_tags_while_the_editor_is_on_its_way(desk: OwnDesk, secretary: BrowserContext) -> None:
    held: list[Route] = []
    is_lost = False

    def hold(route: Route) -> None:
        if is_lost:
            route.abort()
        else:
            held.append(route)

    page = secretary.new_page()
    page.route("**/built/richtext.js*", hold)
    page.goto(f"{desk.url}/bai/{desk.article()}", wait_until="commit")
    expect(page.get_by_label("Tiêu đề")).to_be_visible()
    until_at(page, lambda: held, "the editor is on its way")
    expect(page.locator("#body")).to_be_hidden()
    is_lost = True
    held[0].abort()
    # It will not come: the text is shown as it is, and why.
    expect(page.locator("#editor-state")).to_contain_text("Không mở được ô soạn thảo")
    expect(page.locator("#body")).to_be_visible()
