"""Firefox and WebKit (the engine of every iPhone's browsers) as Debian has them, driven as W3C's WebDriver says."""

import os
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from tests.wait import until

Engine = Literal["firefox", "webkit"]
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
GECKODRIVER = shutil.which("geckodriver", path=f"{_CACHE}/toasoan-geckodriver/bin{os.pathsep}{os.environ['PATH']}")
_FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
_WEBKIT_DRIVER, _DISPLAY_SERVER = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
_MINI_BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"))
_HEIGHT = 844
# Else GTK's own tool bar keeps the window wider than a phone.
_NARROW = """
button, entry, toolbar, headerbar, toolbutton, box { padding: 0; margin: 0; border: 0; min-width: 0; min-height: 0 }
"""


@contextmanager
def opened(engine: Engine, width: int, folder: Path) -> Iterator[WebDriver]:
    """A browser with nothing of its own, its page `width` CSS pixels wide. Raises LookupError where there is none."""
    if why := missing(engine):
        raise LookupError(why)
    folder.mkdir()
    with ExitStack() as open_:
        made = _firefox(folder) if engine == "firefox" else _webkit(folder, open_)
        open_.callback(made.quit)
        made.set_page_load_timeout(60)
        made.set_script_timeout(30)
        if engine == "firefox":
            # A window of Firefox is 450 pixels wide at least; its page may be narrower.
            viewport = {"width": width, "height": _HEIGHT}
            made.browsing_context.set_viewport(context=made.current_window_handle, viewport=viewport)
        else:
            made.set_window_size(width, _HEIGHT)
        until(lambda: made.execute_script("return innerWidth") == width, 10, f"a page of {width} px")
        yield made


def _firefox(folder: Path) -> WebDriver:
    assert _FIREFOX and GECKODRIVER
    options = webdriver.FirefoxOptions()
    options.binary_location = _FIREFOX
    options.add_argument("-headless")
    options.set_capability("webSocketUrl", True)
    options.set_preference("intl.accept_languages", "vi-VN, vi")
    service = webdriver.FirefoxService(GECKODRIVER, log_output=str(folder / "geckodriver.log"))
    return webdriver.Firefox(options=options, service=service)


def _webkit(folder: Path, open_: ExitStack) -> WebDriver:
    assert _WEBKIT_DRIVER
    settings = folder / "gtk-3.0"
    settings.mkdir()
    (settings / "gtk.css").write_text(_NARROW)
    options = webdriver.WebKitGTKOptions()
    options.binary_location = str(_MINI_BROWSERS[-1])
    options.add_argument("--automation")
    environment = {
        **os.environ,
        "DISPLAY": open_.enter_context(_display(folder)),
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "XDG_CONFIG_HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    service = webdriver.WebKitGTKService(_WEBKIT_DRIVER, log_output=str(folder / "webkit.log"), env=environment)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of Selenium, about itself
        return webdriver.WebKitGTK(options, service)


@contextmanager
def _display(folder: Path) -> Iterator[str]:
    """A screen that nobody sees, by its name."""
    assert _DISPLAY_SERVER
    reads, writes = os.pipe()
    with (folder / "display.log").open("wb") as log:
        server = subprocess.Popen(
            [_DISPLAY_SERVER, "-displayfd", str(writes), "-screen", "0", "1600x1200x24", "-nolisten", "tcp"],
            pass_fds=[writes],
            stdout=log,
            stderr=log,
        )
    os.close(writes)
    try:
        with os.fdopen(reads) as said:
            yield f":{said.readline().strip()}"
    finally:
        server.kill()
        server.wait(10)


class Hands:
    """What somebody does with a page; everything waits until it can be done."""

    def __init__(self, driver: WebDriver) -> None:
        self.driver = driver

    def goes(self, address: str) -> None:
        self.driver.get(address)

    def js(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def one(self, selector: str) -> WebElement:
        """The element, in the middle of the window. (Smooth scrolling breaks WebKit's driver.)"""
        found = until(lambda: self.driver.find_element(By.CSS_SELECTOR, selector), 20, f"{selector} is there")
        self.js("arguments[0].scrollIntoView({ behavior: 'instant', block: 'center' })", found)
        return found

    def presses(self, selector: str) -> None:
        def pressed() -> bool:
            self.one(selector).click()
            return True

        until(pressed, 20, f"{selector} can be pressed", interval_s=0.2)

    def writes(self, selector: str, words: str) -> None:
        self.one(selector).send_keys(words)

    def text(self) -> str:
        """All that can be read on the page."""
        return str(self.js("return document.body.innerText"))

    def sees(self, words: str, within_s: float = 20.0) -> None:
        """Until the words stand on the page."""

        def seen() -> bool:
            text = self.text()
            assert words in text, text[:600]
            return True

        until(seen, within_s, f"the page says {words!r}", interval_s=0.2)

    def focused(self) -> str:
        """The name of the element that has the focus, as CSS writes it."""
        return str(self.js("const at = document.activeElement; return at.localName + (at.id ? '#' + at.id : '')"))

    def is_as_wide_as_its_window(self) -> bool:
        return bool(self.js("return document.documentElement.scrollWidth <= innerWidth"))


def missing(engine: Engine) -> str:
    """Why the engine can't be tried here; "" when it can."""
    lacks = {
        "firefox": not (_FIREFOX and GECKODRIVER),
        "webkit": not (_WEBKIT_DRIVER and _DISPLAY_SERVER and _MINI_BROWSERS),
    }
    return f"{engine} or its driver is not installed" if lacks[engine] else ""
