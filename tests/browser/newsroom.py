"""People of a running house's desk, each with a browser profile of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.house import House

WORD = "một mật khẩu đủ dài"
# The editor hears of a selection after the key that makes it, as people do not notice.
SETTLE = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
# What the browser itself says of answers that are no fault: both editors saved; a form was refused; the server is away
# on purpose.
_EXPECTED = ("status of 412", "status of 422", "net::ERR_INTERNET_DISCONNECTED")


class Newsroom:
    """`page(role)` is a window of that person; `said` is what scripts and the browser complained of in any window."""

    def __init__(self, house: House, browser: Browser) -> None:
        self.house = house
        self.url = f"{house.ingest_url}/desk"
        self.said: list[str] = []
        self._browser = browser
        self._signed_in: dict[str, Any] = {}
        self._open: list[BrowserContext] = []

    def page(self, role: str, width: int = 1280) -> Page:
        """A new window of the person of that role; the first one comes in by the one-time password."""
        if role not in self._signed_in:
            self._sign_in(role)
        context = self._context(storage_state=self._signed_in[role], viewport={"width": width, "height": 900})
        return context.new_page()

    def close_windows(self) -> None:
        for context in self._open:
            context.close()
        self._open.clear()

    def _sign_in(self, role: str) -> None:
        email = f"{role}@bao.example"
        once = self.house.toasoan("users", "create", email, "--role", role).stdout.strip()
        page = self._context().new_page()
        page.goto(f"{self.url}/bai")
        page.get_by_label("Địa chỉ thư").fill(email)
        page.get_by_label("Mật khẩu").fill(once)
        page.keyboard.press("Enter")
        page.get_by_label("Mật khẩu hiện tại").fill(once)
        page.get_by_label("Mật khẩu mới", exact=True).fill(WORD)
        page.get_by_label("Nhập lại mật khẩu mới").fill(WORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation", name="Chính")).to_contain_text("Đăng xuất")
        self._signed_in[role] = page.context.storage_state()

    def _context(self, **options: Any) -> BrowserContext:
        made = self._browser.new_context(locale="vi-VN", reduced_motion="reduce", **options)
        made.set_default_timeout(30_000)
        made.on("console", self._hear)
        made.on("weberror", lambda error: self.said.append(str(error.error)))
        self._open.append(made)
        return made

    def _hear(self, message: ConsoleMessage) -> None:
        # A violation of the Content-Security-Policy is an error of the console too.
        if message.type in ("error", "warning") and not any(known in message.text for known in _EXPECTED):
            self.said.append(message.text)


@contextmanager
def newsroom_of(house: House, browser: Browser) -> Iterator[Newsroom]:
    """The people of a house; every window is closed at the end."""
    made = Newsroom(house, browser)
    try:
        yield made
    finally:
        made.close_windows()
