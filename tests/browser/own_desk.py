"""Ingest's HTTP process alone, which a test may kill, freeze and start again, with people whose sessions are open."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import Engine

from services.ingest.accounts.store import accounts, sessions
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles, autosaves, reading
from services.ingest.desk_kit.session import cookie_name
from services.ingest.kit.actors import Actor, Role
from services.ingest.kit.json_input import read_fields
from services.ingest.media import imaging
from services.ingest.media import store as media
from services.ingest.sections import store as sections
from shared.database import write
from shared.settings import get_settings
from tests import loaded
from tests.conftest import forget_settings
from tests.contract.ingest.base import migrated
from tests.servers import free_port
from tests.wait import until

ROOT = Path(__file__).resolve().parents[2]
HOUSE = Actor("user:house@bao.example")


class OwnDesk:
    """`start()`, `kill()`, `freeze()`, `thaw()` the process; `sign_in` puts a person's session into a browser."""

    def __init__(self, folder: Path, port: int, store: Engine, code: Path) -> None:
        self.code = code
        self.store = store
        self.url = f"http://127.0.0.1:{port}/desk"
        self._folder = folder
        self._process: loaded.Forked | None = None
        self._people: dict[str, int] = {}

    def start(self) -> "OwnDesk":
        log = self._folder / "ingest.log"
        environment = {**os.environ, "PYTHONPATH": f"{self.code}"}
        self._process = loaded.start("services.ingest.app", environment, log, self.code)
        until(self._answers, 120, "ingest answers")
        return self

    def start_again(self) -> None:
        """Where it was killed."""
        if self._process is None or self._process.poll() is not None:
            self.start()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)

    def freeze(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def person(self, role: str) -> int:
        """The id of the account of that role."""
        if role not in self._people:
            with write(self.store) as connection:
                self._people[role] = accounts.add_user(
                    connection, f"{role}@bao.example", Role(role), role, "x", by="tests", section_ids=None
                )
        return self._people[role]

    def session(self, role: str) -> str:
        """A new session's token."""
        return sessions.open_session(self.store, self.person(role))

    def sign_in(self, context: BrowserContext, role: str) -> str:
        """Give a browser a session of that person; the session's token."""
        token = self.session(role)
        context.add_cookies([{"name": cookie_name(), "value": token, "url": self.url}])
        return token

    def article(self, by: str = "secretary", **fields: Any) -> int:
        """The id of a story that stands already, a draft unless said otherwise."""
        given = {"title": "Họp chợ phiên", "body": "<p>Chợ họp từ sáng sớm.</p>", "section": "kinh-te", **fields}
        actor = Actor(f"user:{by}@bao.example")
        return articles.save_article(self.store, read_fields(ArticleInput, given), actor).id

    def drawn(self, number: int) -> Path:
        """A file with a picture, of each number another one."""
        file = self._folder / f"anh-{number}.jpg"
        Image.new("RGB", (900, 600), (40 + 3 * number, 110, 90)).save(file)
        return file

    def picture(self, number: int) -> str:
        """The address of a picture of the store."""
        folder = get_settings().media_dir
        folder.mkdir(parents=True, exist_ok=True)
        made = imaging.rebuild(self.drawn(number), folder)
        origin = media.Origin(f"anh-{number}.jpg")
        return media.MEDIA + media.keep(self.store, made, HOUSE, origin, caption=f"Ảnh trong kho {number}").path

    def full_store(self, number: int) -> None:
        """So many pictures in the store, which look alike."""
        folder = get_settings().media_dir
        folder.mkdir(parents=True, exist_ok=True)
        made = imaging.rebuild(self.drawn(0), folder)
        for one in range(number):
            path = f"aa/{one:032x}{Path(made.path).suffix}"
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).hardlink_to(folder / made.path)
            copy = replace(made, sha256=f"{one:064x}", path=path, renditions=())
            media.keep(self.store, copy, HOUSE, media.Origin(path), caption=f"Ảnh trong kho {one}")

    def state(self, article_id: int) -> dict[str, Any]:
        """As programs get it: of a live story what readers see."""
        return reading.article(self.store, article_id)

    def version(self, article_id: int, version: int) -> dict[str, Any]:
        """What an article said in a version."""
        return dict(reading.revision(self.store, article_id, version)["state"])

    def kept(self, role: str, article_id: int | None = None, key: str = "") -> str:
        """The body that the server keeps of what a person is writing, "" for none."""
        who = self.person(role)
        if article_id is None:
            row = autosaves.of_key(self.store, who, key)
        else:
            row = autosaves.of_article(self.store, who, article_id)
        return str(row.fields["body"]) if row else ""

    def _answers(self) -> bool:
        assert self._process
        assert self._process.poll() is None, (self._folder / "ingest.log").read_text()[-3000:]
        try:
            return httpx2.get(f"{self.url}/dang-nhap", trust_env=False, timeout=5).status_code == 200
        except httpx2.HTTPError:
            return False


@contextmanager
def own_desk(folder: Path, code: Path = ROOT, port: int = 0) -> Iterator[OwnDesk]:
    """A desk with one section, running the code of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TOASOAN_INGEST_PORT", str(port))
        environment.setenv("TOASOAN_DATA_DIR", str(folder / "data"))
        forget_settings()
        store = migrated()
        sections.save(store, HOUSE, None, name="Kinh tế")
        desk = OwnDesk(folder, port, store, code)
        try:
            yield desk.start()
        finally:
            desk.kill()
    forget_settings()


def text_of(page: Page) -> Locator:
    """The text of a story's form, once it can be written in."""
    expect(page.locator("html[data-keeper=ready]")).to_be_attached()
    return page.get_by_role("textbox", name="Nội dung", exact=True)


ALL_DRAFTS = """() => new Promise((done, failed) => {
    const asked = indexedDB.open("toasoan", 1);
    asked.onerror = () => failed(asked.error);
    asked.onsuccess = () => {
        const all = asked.result.transaction("drafts").objectStore("drafts").getAll();
        all.onsuccess = () => { asked.result.close(); done(JSON.stringify(all.result)); };
    };
})"""
"""What a page's browser keeps of what is written (drafts.js), as JSON."""


def in_browser(page: Page) -> str:
    """`ALL_DRAFTS` of a page."""
    return str(page.evaluate(ALL_DRAFTS))


def until_at(page: Page, condition: Callable[[], object], what: str) -> None:
    """Wait while the page goes on: what it asks for is handled only while somebody waits at it."""

    def looked() -> object:
        page.wait_for_timeout(50)
        return condition()

    until(looked, 20, what)


def write_at_end(page: Page, words: str, delay_ms: float = 0) -> None:
    """Type behind all that stands in the text."""
    text_of(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words, delay=delay_ms)
