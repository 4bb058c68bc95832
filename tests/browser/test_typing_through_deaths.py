"""Somebody types at a random rhythm while browser, server and network die at random.

At most a second of typing is lost when the browser is killed, nothing when anything else is, and whenever the desk says
that words are kept they are. `make typing` does it for ten minutes (TOASOAN_TYPING_SECONDS, TOASOAN_TYPING_SEEDS).
"""

import contextlib
import os
import random
import re
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from tests.browser.chromium import ARGUMENTS, EXECUTABLE
from tests.browser.own_desk import OwnDesk, text_of
from tests.wait import until

SECONDS = float(os.environ.get("TOASOAN_TYPING_SECONDS", "60"))
SEEDS = [int(seed) for seed in os.environ.get("TOASOAN_TYPING_SEEDS", "1").split(",")]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(int(SECONDS) * 4 + 400)]
LOST_S = 1.0
DEATHS = ("browser", "server", "network", "server and browser", "frozen server", "answer")
_WORD = re.compile(r"\bw(\d{5})\b")
# How late this machine is, beside the code that is tried: a timer, and a write to a store of its own.
_LATENESS = """async () => {
    const opened = await new Promise((done, failed) => {
        const asked = indexedDB.open("lateness", 1);
        asked.onupgradeneeded = () => asked.result.createObjectStore("some");
        asked.onsuccess = () => done(asked.result);
        asked.onerror = () => failed(asked.error);
    });
    window.lateness = [];
    setInterval(() => {
        const due = performance.now();
        setTimeout(() => {
            const held = opened.transaction("some", "readwrite", {durability: "strict"});
            held.objectStore("some").put("x".repeat(10000), 1);
            held.oncomplete = () => window.lateness.push(performance.now() - due);
        });
    }, 200);
}"""
_SEEN = """() => ({
    said: document.getElementById("saving").textContent,
    text: document.querySelector("#richtext-body").innerText,
    lateness: Math.max(0, ...(window.lateness ?? []).slice(-15)) / 1000,
})"""


def words_in(text: str) -> list[int]:
    return [int(number) for number in _WORD.findall(text)]


@dataclass
class Typist:
    """Types word after word; `typed` says when each was."""

    desk: OwnDesk
    story: int
    browser: Browser
    profile: Path
    chance: random.Random
    typed: dict[int, float] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)
    deaths: list[str] = field(default_factory=list)
    context: BrowserContext | None = None

    @property
    def page(self) -> Page:
        assert self.context
        return self.context.pages[0]

    def open(self) -> None:
        """A browser with the profile that the last one left."""
        self.context = self.browser.browser_type.launch_persistent_context(
            self.profile, executable_path=EXECUTABLE, args=ARGUMENTS, locale="vi-VN"
        )
        self.context.set_default_timeout(60_000)
        self.desk.sign_in(self.context, "reporter")
        self.page.goto(f"{self.desk.url}/bai/{self.story}")
        text_of(self.page).click()
        self.page.keyboard.press("Control+End")
        self.page.evaluate(_LATENESS)

    def kill(self) -> None:
        """kill -9 the browser, then see what a new one has."""
        seen = self.page.evaluate(_SEEN)
        died = time.monotonic()
        for pid in _of_profile(self.profile):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(Error):
            assert self.context
            self.context.close()
        until(lambda: not _of_profile(self.profile), 20, "the browser is gone")
        self.desk.start_again()
        self.open()
        there = set(words_in(text_of(self.page).inner_text()))
        gone = self.typed.keys() - self.lost - there
        early = [number for number in gone if self.typed[number] < died - LOST_S - seen["lateness"]]
        assert not early, f"typed {[round(died - self.typed[one], 2) for one in early]} s before; said {seen}"
        if "giữ trong trình duyệt này." in seen["said"] or "Đã giữ" in seen["said"]:
            assert not set(words_in(seen["text"])) - there, f"it was said to be kept: {seen['said']}"
        self.lost |= gone

    def word(self) -> None:
        """The next word, letter by letter."""
        number = len(self.typed) + 1
        for letter in f" w{number:05}":
            self.page.keyboard.press("Space" if letter == " " else letter)
            self.page.wait_for_timeout(self.chance.uniform(0, 60))
        self.typed[number] = time.monotonic()
        if number % 15 == 0:
            self.page.keyboard.press("Enter")

    def look(self) -> None:
        """Whenever words are said to be kept, the server has them."""
        seen = self.page.evaluate(_SEEN)
        if "Đã giữ" in seen["said"]:
            kept = set(words_in(self.desk.kept("reporter", self.story)))
            missing = set(words_in(seen["text"])) - kept
            assert not missing, f"{seen['said']} was said of {sorted(missing)}"


@pytest.mark.parametrize("seed", SEEDS)
def test_typing_through_deaths(desk: OwnDesk, browser: Browser, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    story = desk.article(by="reporter")
    typist = Typist(desk, story, browser, tmp_path / "profile", chance)
    typist.open()
    try:
        _type_and_die(typist, chance)
        _revive(typist)
        # A browser that has just been opened again says nothing before there is something new to keep.
        typist.word()
        expect(typist.page.locator("#saving")).to_contain_text("Đã giữ", timeout=60_000)
        kept = words_in(desk.kept("reporter", story))
        assert kept == sorted(set(kept)), "a word stands twice, or not in its place"
        assert typist.typed.keys() - typist.lost == set(kept)
        told = f"{len(typist.typed)} words typed, {len(typist.lost)} lost with the browser"
        print(f"seed {seed}: {told}; died: {', '.join(typist.deaths)}")
    finally:
        with contextlib.suppress(Error):
            assert typist.context
            typist.context.close()


def _type_and_die(typist: Typist, chance: random.Random) -> None:
    ends = time.monotonic() + SECONDS
    deaths: list[str] = []
    death_at = time.monotonic() + chance.uniform(3, 6)
    back_at = 0.0
    while time.monotonic() < ends:
        typist.word()
        if chance.random() < 0.2:
            typist.look()
        if chance.random() < 0.1:
            typist.page.wait_for_timeout(chance.uniform(200, 3000))
        if back_at and time.monotonic() > back_at:
            _revive(typist)
            back_at, death_at = 0.0, time.monotonic() + chance.uniform(2, 6)
        elif not back_at and time.monotonic() > death_at:
            deaths = deaths or chance.sample(DEATHS, len(DEATHS))
            _die(typist, deaths.pop())
            back_at = time.monotonic() + chance.uniform(1, 6)


def _die(typist: Typist, what: str) -> None:
    assert typist.context
    typist.deaths.append(what)
    if what == "network":
        typist.context.set_offline(True)
    elif what == "frozen server":
        typist.desk.freeze()
    elif what == "answer":
        _lose_an_answer(typist.page)
    if what.startswith("server"):
        typist.desk.kill()
    if what == "server and browser":
        # Some words that only the browser has.
        for _ in range(4):
            typist.word()
    if what.endswith("browser"):
        typist.kill()


def _lose_an_answer(page: Page) -> None:
    """The server keeps what it is sent next, and the browser never hears of it."""

    def lose(route: Route) -> None:
        with contextlib.suppress(Error):
            route.fetch()
        route.abort()

    page.route("**/luu-tam", lose, times=1)


def _revive(typist: Typist) -> None:
    assert typist.context
    typist.context.set_offline(False)
    typist.desk.thaw()
    typist.desk.start_again()


def _of_profile(profile: Path) -> list[int]:
    """The processes of the browser with this profile."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and f"{profile}".encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found
