"""How long readers may wait: for the largest picture or text on slow networks, an answer to a touch on a slow phone.

A page kind is a row of `make lighthouse`; whatever is over its budget ends it with 1.
"""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page

MAX_SLOW_4G_SECONDS = 2.5
MAX_SLOW_3G_SECONDS = 4.0
MAX_TOUCH_MS = 100
SLOW_3G = (
    "--only-categories=performance",
    "--throttling.rttMs=400",
    "--throttling.throughputKbps=400",
    "--throttling.requestLatencyMs=0",
    "--throttling.downloadThroughputKbps=0",
    "--throttling.uploadThroughputKbps=0",
    "--throttling.cpuSlowdownMultiplier=4",
)
"""400 kbit/s and 400 ms there and back, as tools for measuring call it."""
_SLOWER = 4
_NOTE = """new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    if (one.interactionId) window.longestTouch = Math.max(window.longestTouch || 0, one.duration);
  }
}).observe({ type: "event", durationThreshold: 16, buffered: true })"""
_PAINTED = (
    "() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(window.longestTouch || 16), 100)))"
)


def largest_paint(said: dict[str, Any]) -> float:
    """Seconds, of a report."""
    return float(said["audits"]["largest-contentful-paint"]["numericValue"]) / 1000


def longest_touch(browser: Browser, url: str) -> float:
    """Milliseconds from the slowest touch to the next frame (INP), on a processor four times slower. What takes less
    than 16 is not told: 16."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="vi-VN"
    )
    try:
        page = context.new_page()
        page.add_init_script(_NOTE)
        page.goto(url, wait_until="load")
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
        for touch in _TOUCHES:
            touch(page)
        return float(page.evaluate(_PAINTED))
    finally:
        context.close()


def _tap(selector: str) -> Callable[[Page], None]:
    def tap(page: Page) -> None:
        found = page.locator(selector)
        if found.count() and found.first.is_visible():
            found.first.tap()

    return tap


def _type(page: Page) -> None:
    field = page.locator("main input[type=search]")
    if field.count() and field.first.is_visible():
        field.first.press_sequentially("ruộng bậc", delay=30)


_TOUCHES: tuple[Callable[[Page], None], ...] = (
    _tap(".menu summary"),
    _tap(".menu summary"),
    _tap(".flip label"),
    _tap("label[for=chu-lon]"),
    _tap("label[for=trong-7d]"),
    _tap("[data-save]"),
    _tap("[data-follow]"),
    _tap(".contents summary"),
    _tap(".zoom"),
    _tap(".box [data-close]"),
    _tap(".folded summary"),
    _tap("[data-reply]"),
    _type,
)
"""What a reader does on some page or other, in an order in which nothing covers the next."""
