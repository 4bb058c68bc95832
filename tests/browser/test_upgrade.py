"""A browser that has an older release's scripts runs the new one's after an upgrade, all of them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Response, expect

from tests.browser.chromium import READER
from tests.browser.own_desk import ROOT, OwnDesk, own_desk, text_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
# Imported by others, by those twice over, and from a page.
MODULES = ("desk_kit/static/net.js", "articles/static/drafts.js", "articles/static/editor.js")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A release of one's own."""
    folder = tmp_path / "release"
    for name in ("services", "shared", "toasoan"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def desk(tmp_path: Path, code: Path) -> Iterator[OwnDesk]:
    with own_desk(tmp_path / "desk", code) as made:
        yield made


def test_every_module_is_the_new_releases(desk: OwnDesk, context: BrowserContext, code: Path) -> None:
    desk.sign_in(context, "secretary")
    story = f"{desk.url}/bai/{desk.article()}"
    page = context.new_page()
    requested: list[str] = []
    page.on("requestfinished", lambda request: requested.append(request.url))
    page.goto(story)
    text_of(page)
    page.goto(story)
    text_of(page)
    desk.kill()
    desk.code = shutil.copytree(code, code.with_name("newer-release"))
    for number, name in enumerate(MODULES):
        file = desk.code / "services" / "ingest" / name
        file.write_text(f"{file.read_text('utf-8')}\ndocument.documentElement.dataset.release{number} = 2;\n", "utf-8")
    desk.start()
    page.goto(story)
    text_of(page)
    for number, name in enumerate(MODULES):
        assert page.locator(f"html[data-release{number}='2']").count() == 1, f"{name} is the older release's"


def test_an_address_of_an_older_release_is_not_kept(desk: OwnDesk, browser: Browser) -> None:
    context = browser.new_context(user_agent=READER)
    for name in ("net.js", "built/richtext.js", "desk.css"):
        answer = context.request.get(f"{desk.url}/static/{name}?v=0123456789ab")
        assert answer.ok
        assert answer.headers["cache-control"] == "no-cache"
    desk.sign_in(context, "secretary")
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(f"{desk.url}/bai/{desk.article()}")
    expect(text_of(page)).to_be_visible()
    scripts = {one.url: one.headers.get("cache-control", "") for one in answers if "/static/" in one.url}
    assert len(scripts) > 8
    assert {url for url, value in scripts.items() if "immutable" not in value} == set()
    context.close()
