"""Chromium as the tests and the photographer start it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

Theme = Literal["light", "dark"]
EXECUTABLE = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# What calls itself headless is a robot, and is not counted.
READER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
# Nothing of the browser's own talks to the network: only the page's requests are seen.
ARGUMENTS = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync""".split()


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """A browser with nothing of its own, started with `more` arguments. Raises LookupError where there is none."""
    if EXECUTABLE is None:
        raise LookupError("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=[*ARGUMENTS, *more])
        try:
            yield browser
        finally:
            browser.close()
