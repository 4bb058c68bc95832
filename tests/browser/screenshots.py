"""`make screenshots`: every kind of page at 360 and 1280 px, light and dark, into docs/screenshots/.

Starts a house with the demo paper of its own, unless TOASOAN_SITE_URL names a running one. Two small pictures for
README.md (`home.png`, `article-360.png`) are kept in the repository; the others are for looking at.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
from playwright.sync_api import Browser, Page

from tests.browser.chromium import Theme, chromium
from tests.wait import until

if TYPE_CHECKING:
    from tests.house import House

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WIDTHS = {360: 800, 1280: 900}
THEMES: tuple[Theme, ...] = ("light", "dark")
LIVE = "Tường thuật trực tiếp"
"""The tag of the coverage that is open while pages are looked at."""
_MAX_HEIGHT = 6_000
_README_BYTES = 150_000
# Those beside the screen, or in what is folded, are loaded when a reader comes to them.
_LOADED = """[...document.images].every(one =>
    one.complete || !one.checkVisibility() || one.getBoundingClientRect().left >= innerWidth)"""


def addresses(site: str) -> dict[str, str]:
    """Page kind → path, with an article of each kind found in the demo paper."""
    found = {
        "home": "/",
        "section": "/thoi-su",
        "most-read": "/doc-nhieu",
        "photos": "/anh",
        "videos": "/video",
        "corrections": "/cai-chinh",
        "search": "/tim-kiem?q=ruong+bac+thang",
        "search-empty": "/tim-kiem?q=khongcotu",
        "feeds": "/kenh-rss",
        "tip": "/gui-tin",
        "archive": "/ngay",
        "saved": "/doc-sau",
        "how-we-count": "/cach-tinh-luot-xem",
        "about": "/gioi-thieu",
        "privacy": "/rieng-tu",
        "offline": "/ngoai-tuyen",
        "not-found": "/khong-co",
    }
    items = httpx2.get(f"{site}/feed.json", trust_env=False).json()["items"]
    articles = [httpx2.get(item["id"], trust_env=False).json() for item in items]
    for kind in ("article", "photo", "video"):
        of_kind = [one for one in articles if one["kind"] == kind]
        if of_kind:
            # The one with most to show.
            best = max(of_kind, key=lambda one: (bool(one["corrections"]), len(one["images"]), len(one["body"])))
            found[kind] = best["url"].removeprefix(site)
    # What a house has that was started for this.
    for kind, tag in (("long", "E-magazine"), ("infographic", "Infographic"), ("live", LIVE)):
        of_tag = [one["url"].removeprefix(site) for one in articles if tag in one["tags"]]
        found |= {kind: of_tag[0]} if of_tag else {}
    story = next(one for one in articles if one["tags"] and one["authors"])
    page = httpx2.get(story["url"], trust_env=False).text
    for kind, prefix in (("tag", "/tu-khoa/"), ("author", "/tac-gia/")):
        found[kind] = prefix + page.split(f'href="{prefix}', 1)[1].split('"', 1)[0]
    day = story["published_at"][:10]
    return found | {"day": f"/ngay/{day}"}


def photograph(browser: Browser, site: str, folder: Path) -> None:
    """Take every picture; each page is opened at its whole length."""
    for theme in THEMES:
        for width, height in WIDTHS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme, locale="vi-VN", reduced_motion="reduce"
            )
            page = context.new_page()
            for kind, path in addresses(site).items():
                page.goto(site + path)
                load_all(page)
                page.screenshot(
                    path=folder / f"{kind}-{width}-{theme}.png",
                    full_page=True,
                    clip={"x": 0, "y": 0, "width": width, "height": min(_MAX_HEIGHT, page_height(page))},
                )
            context.close()


def for_readme(browser: Browser, site: str, folder: Path) -> None:
    """The two pictures that README.md shows, as small as they must be."""
    found = addresses(site)
    for name, kind, width, height in (("home", "home", 1280, 900), ("article-360", "article", 360, 760)):
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="vi-VN", reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(site + found[kind])
        load_all(page)
        page.screenshot(path=folder / f"{name}.png")
        context.close()
        _shrink(folder / f"{name}.png")


def load_all(page: Page) -> None:
    """Scroll through, so that pictures further down are loaded too, and back."""
    page.evaluate("document.fonts.ready")
    for top in range(0, page_height(page), 700):
        page.evaluate("top => new Promise(done => { scrollTo(0, top); requestAnimationFrame(done) })", top)
    page.evaluate("scrollTo(0, 0)")
    # The site's Content-Security-Policy forbids the strings that wait_for_function evaluates.
    until(lambda: page.evaluate(_LOADED), 20, "the pictures are there")
    page.evaluate("Promise.all([...document.images].map(one => one.complete && one.decode().catch(() => 0)))")


def page_height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))


def _shrink(path: Path) -> None:
    from PIL import Image

    with Image.open(path) as picture:
        for colours in (256, 128, 64):
            picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
            if path.stat().st_size <= _README_BYTES:
                return


@contextmanager
def demo_site() -> Iterator[str]:
    """The address of a house with the demo paper, all of it published."""
    running = os.environ.get("TOASOAN_SITE_URL")
    if running:
        yield running
        return
    from tests.house import House

    with tempfile.TemporaryDirectory(prefix="toasoan-screenshots-") as folder:
        house = House(Path(folder), TOASOAN_DEMO="1")
        try:
            house.start()
            until(lambda: len(house.get("/feed.json").json()["items"]) >= 20, 120, "the demo paper is published")
            _cover(house)
            yield house.web_url
        finally:
            house.close()


def _cover(house: "House") -> None:
    """A coverage of as many entries as a page has."""
    saved = house.push(title="Mưa lớn: từng giờ ở các bản", live=True, tags=[LIVE], summary="Cập nhật liên tục.")
    for number in range(20):
        entry = {"title": f"{6 + number} giờ", "body": f"<p>Nước ở điểm đo số {number} đang xuống.</p>"}
        marked = {"status": "published", "key_event": number % 5 == 0, "byline": "Lò Thành"}
        house.api("POST", f"/api/articles/{saved['id']}/live-entries", json=entry | marked)
    house.until_page(saved["url"], "điểm đo số 19")


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo_site() as site, chromium() as browser:
        photograph(browser, site, FOLDER)
        for_readme(browser, site, FOLDER)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
