"""Tells machines outside what changed: an edge cache which pages to forget, a WebSub hub which feeds are new.

Both are off unless their addresses are set. A thread of web's worker follows the log of changes; what cannot be told
is tried again for a while and then logged: edge copies end by themselves, hubs come and look.

WebSub: https://www.w3.org/TR/websub/ ("hub.mode=publish" is what public hubs take).
"""

import threading
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlencode

import orjson
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from services.web import keys, model
from services.web.change_log import Mark, news
from shared.contracts.addresses import live_path, tag_feed_path
from shared.http_client import call
from shared.settings import Settings
from shared.telemetry import log

LOOK_SECONDS = 0.5
TRIES = 4
_PAUSE_SECONDS = 0.5
_TIMEOUT_SECONDS = 5.0
_FEEDS = ("/rss.xml", "/atom.xml", "/feed.json")
_SECTION_LIST, _TAG_LIST = keys.listing(model.of_section("")), keys.listing(model.of_tag(""))
_COVERAGE = "live:"

Send = Callable[[str, bytes, str], None]
"""send(address, body, content type); raises OSError."""


class Outside:
    """Follows the log of changes and tells the outside."""

    def __init__(self, engine: Engine, settings: Settings, send: Send | None = None) -> None:
        self._engine = engine
        self._purge_url = settings.purge_url
        self._hub = settings.websub_hub
        self._site = settings.site_url
        self._send = send or _post

    @property
    def is_wanted(self) -> bool:
        return bool(self._purge_url or self._hub)

    def start(self) -> None:
        """Follow from now on, in a daemon thread; nothing where nobody outside wants to know."""
        if self.is_wanted:
            threading.Thread(target=self._follow, name="outside", daemon=True).start()

    def _follow(self) -> None:
        mark: Mark | None = None
        while True:
            try:
                rows, mark = news(self._engine, mark)
                changed = {key for row in rows or () if row.kind == "pages" for key in row.what}
                if changed:
                    self.tell(changed)
            except SQLAlchemyError as error:
                log.warning("log of changes not read", error=repr(error)[:200])
            time.sleep(LOOK_SECONDS)

    def tell(self, changed: set[str]) -> None:
        """Purge the tags of what changed, announce the feeds that are new."""
        if self._purge_url:
            self._insist(self._purge_url, orjson.dumps({"tags": sorted(changed)}), "application/json")
        feeds = feeds_of(changed)
        if self._hub and feeds:
            named = [("hub.mode", "publish"), *(("hub.url", self._site + path) for path in feeds)]
            self._insist(self._hub, urlencode(named).encode(), "application/x-www-form-urlencoded")

    def _insist(self, address: str, body: bytes, kind: str) -> None:
        for number in range(TRIES):
            try:
                self._send(address, body, kind)
                return
            except OSError as error:
                failure = error
                time.sleep(_PAUSE_SECONDS * 2**number)
        log.error("the outside was not told", address=address, error=str(failure)[:200])


def feeds_of(changed: Iterable[str]) -> list[str]:
    """Paths of the feeds that show what changed."""
    found: list[str] = []
    for key in sorted(changed):
        if key == keys.listing(model.ALL):
            found += _FEEDS
        elif key.startswith(_SECTION_LIST):
            found.append(f"/rss/{key.removeprefix(_SECTION_LIST)}.xml")
        elif key.startswith(_TAG_LIST):
            found.append(tag_feed_path(key.removeprefix(_TAG_LIST)))
        elif key.startswith(_COVERAGE):
            found.append(f"{live_path(int(key.removeprefix(_COVERAGE)))}.xml")
    return found


def _post(address: str, body: bytes, kind: str) -> None:
    headers = {"Content-Type": kind}
    # No redirect is followed: the hub is somebody else's, and would lead us to whatever stands inside the house.
    answer = call("POST", address, seconds=_TIMEOUT_SECONDS, body=body, headers=headers, proxied=True)
    if not answer.is_success:
        raise OSError(f"answered {answer.status}")
