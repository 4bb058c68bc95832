"""What readers can do in Firefox and WebKit too, on a phone and at a desk: the same as in Chromium."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from shared.contracts.addresses import article_path
from tests.browser.engines import Hands, missing, opened
from tests.contract.web.conftest import Site
from tests.unit.web.pages import sample
from tests.wait import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def _path(article_id: int) -> str:
    story = sample.article(article_id)
    return article_path(story.section_slug, story.slug, story.id)


STORY, OTHER, UNREAD, PHOTOS = map(_path, (sample.LEAD, sample.PLAIN, 30, sample.PHOTO))
PAGES = (
    "/",
    "/thoi-su",
    STORY,
    PHOTOS,
    "/tim-kiem",
    "/doc-nhieu",
    "/ngay",
)


@pytest.fixture(
    params=[("firefox", 390), ("firefox", 1280), ("webkit", 390), ("webkit", 1280)],
    ids=lambda one: f"{one[0]}-{one[1]}",
)
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hands]:
    engine, width = request.param
    if why := missing(engine):
        pytest.skip(why)
    with opened(engine, width, tmp_path / "browser") as driver:
        yield Hands(driver)


def test_what_was_read_is_there_without_a_network_and_with_one_that_hangs(reader: Hands, own_paper_site: Site) -> None:
    site = own_paper_site
    title, other = sample.article(sample.LEAD).title, sample.article(sample.PLAIN).title

    def is_kept(path: str) -> bool:
        script = "const [at, done] = arguments; caches.match(at).then((found) => done(!!found), () => done(false))"
        return bool(reader.driver.execute_async_script(script, site.url + path))

    reader.goes(site.url + STORY)
    until(lambda: is_kept(STORY), 20, "the first page that was ever read is kept")
    until(lambda: is_kept("/"), 20, "and home")
    reader.presses("[data-save]")
    until(lambda: reader.one("[data-save]").get_attribute("aria-pressed") == "true", 10, "it is kept for later")
    reader.goes(site.url + OTHER)
    until(lambda: is_kept(OTHER), 20, "the second is kept")

    assert site.process
    site.process.kill()
    site.process.wait(10)
    for path in (STORY, "/", "/doc-sau"):
        reader.goes(site.url + path)
        reader.sees(title)
    reader.goes(site.url + UNREAD)
    reader.sees(title)
    reader.sees(other)
    _goes_until(reader, site.url + STORY, "Không có mạng")

    site.start()
    reader.goes(site.url + OTHER)
    assert site.process
    site.process.send_signal(signal.SIGSTOP)
    try:
        _goes_until(reader, site.url + STORY, "Mạng quá chậm")
        reader.sees(title)
    finally:
        site.process.send_signal(signal.SIGCONT)


def test_a_comment_without_a_network_keeps_its_words_and_goes_when_it_is_back(
    reader: Hands, own_paper_site: Site
) -> None:
    site, words = own_paper_site, "Bài viết rất hữu ích cho bà con."
    reader.goes(site.url + STORY)
    until(lambda: reader.js("return navigator.serviceWorker.controller !== null"), 20, "the page is kept")
    _opens_comments(reader)
    reader.writes("[data-comment] [name=name]", "Bà Sín")
    reader.writes("[data-comment] textarea", words)
    until(lambda: reader.one("[data-comment]").get_attribute("data-comment") == "ready", 20, "the form is ready")
    assert site.process
    site.process.kill()
    site.process.wait(10)
    reader.presses("[data-comment] [type=submit]")
    reader.sees("Chưa gửi được")
    assert _written(reader) == words
    site.start()
    reader.presses("[data-comment] [type=submit]")
    until(lambda: _written(reader) == "", 30, "it is sent")


def test_hands_find_what_they_look_for(reader: Hands, paper_site: Site) -> None:
    url = paper_site.url
    for path in PAGES:
        reader.goes(url + path)
        assert reader.is_as_wide_as_its_window(), path
    reader.goes(url + STORY)
    _opens_comments(reader)
    reader.presses("[data-reply]")
    until(lambda: reader.focused().startswith("textarea"), 10, "to answer is to write")
    reader.presses("a.zoom")
    until(lambda: reader.js("return document.querySelector('dialog[open]') !== null"), 10, "a picture is enlarged")
    reader.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    until(lambda: reader.js("return document.querySelector('dialog[open]') === null"), 10, "and small again")


def _goes_until(reader: Hands, address: str, words: str) -> None:
    """What the browser itself takes for fresh it shows without a word, for some seconds."""

    def says() -> bool:
        reader.goes(address)
        return words in reader.text()

    until(says, 60, f"{address} says {words!r}", interval_s=1)


def _opens_comments(reader: Hands) -> None:
    """They may be folded."""
    form = reader.one("[data-comment]")
    reader.js("const folded = arguments[0].closest('details'); if (folded) folded.open = true", form)


def _written(reader: Hands) -> Any:
    return reader.one("[data-comment] textarea").get_property("value")
