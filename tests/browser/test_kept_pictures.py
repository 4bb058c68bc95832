"""What a reader's browser keeps of pictures: enough to read without a network, and nothing that was withdrawn."""

from playwright.sync_api import BrowserContext, Page

from services.web import store
from tests.contract.web.conftest import Site, withdrawn
from tests.unit.web.pages import sample
from tests.wait import until

STORY = f"/thoi-su/ban-tin-so-{sample.PHOTO}-{sample.PHOTO}"


def test_a_withdrawn_picture_is_gone_from_the_browser_too(
    own_paper_site: Site, context: BrowserContext, page: Page
) -> None:
    site, address = own_paper_site, sample.file("a", "-480.webp")

    def status() -> int:
        return int(page.evaluate("address => fetch(address).then((got) => got.status, () => 0)", address))

    def is_kept() -> bool:
        return bool(page.evaluate("address => caches.match(address).then(Boolean)", address))

    page.goto(site.url + STORY)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    assert status() == 200
    until(is_kept, 20, "the picture is kept for when there is no network")
    context.set_offline(True)
    assert status() == 200
    context.set_offline(False)
    site.tell(store.withdraw, withdrawn(sample.PHOTO, 2))
    until(lambda: status() == 404, 20, "the picture is gone")
    until(lambda: not is_kept(), 20, "and so is what the browser kept")
