"""Tells the page cache what changed: by a hint at once, by a look at the log once a second in any case."""

import asyncio
import time

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from services.web.cache import PageCache
from services.web.change_log import Change, Mark, news
from services.web.tasks import HINT
from services.web.writing import CHANGES_KEPT_SECONDS
from shared import clock, telemetry
from shared.database import patience
from shared.hints import listen
from shared.telemetry import log

LOOK_SECONDS = 1.0
_REST_SECONDS = 1.0
# A database that has not answered by then is asked again, by another connection.
_PATIENCE_SECONDS = 3.0
BLIND_SECONDS = 5.0
"""A change that was announced and could not be read for so long may be a withdrawal."""


class Changes:
    """Follows the log of changes on the event loop of the cache."""

    def __init__(self, engine: Engine, pages: PageCache) -> None:
        self._engine = engine
        self._pages = pages
        self._hinted = asyncio.Event()
        self._mark: Mark | None = None
        self._seen_at = 0.0
        self._unread_since: float | None = None
        """When the first change was announced that has not been read; by time.monotonic()."""
        self._announced_at = 0.0

    async def begin(self) -> None:
        """Where the log stands now: call before the first page is made. A database that is away is waited for."""
        loop = asyncio.get_running_loop()

        def hint(_payload: bytes) -> None:
            loop.call_soon_threadsafe(self._announced)

        listen(HINT, hint)
        await self._look()

    def _announced(self) -> None:
        self._hinted.set()
        self._announced_at = time.monotonic()
        if self._unread_since is None:
            self._unread_since = self._announced_at

    def tick(self) -> None:
        """Once a second: see that nobody reads what may have been withdrawn. A database that is away for all announces
        nothing, and pages go on being served."""
        if self._unread_since is not None and time.monotonic() - self._unread_since > BLIND_SECONDS:
            if not self._pages.blind:
                log.error("changes were announced and cannot be read: finished pages are held back")
            self._pages.blind = True
            self._pages.everything_changed()

    async def follow(self) -> None:
        """For ever."""
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._hinted.wait()
            except TimeoutError:
                pass
            self._hinted.clear()
            if not await self._look():
                await asyncio.sleep(_REST_SECONDS)

    async def _look(self) -> bool:
        began = time.monotonic()
        try:
            with patience(_PATIENCE_SECONDS):
                rows, mark = await asyncio.to_thread(news, self._engine, self._mark)
        except SQLAlchemyError as error:
            log.warning("log of changes not read", error=repr(error)[:200])
            return False
        self._unread_since = self._announced_at if self._announced_at > began else None
        self._pages.blind = False
        now = time.monotonic()
        if rows is None and self._mark is not None:
            log.warning("the log of changes is another one: every page is made anew")
        if rows is None or (self._seen_at and now - self._seen_at > CHANGES_KEPT_SECONDS / 2):
            # Rows may have been deleted before they were read here.
            self._pages.everything_changed()
        self._seen_at = now
        for row in rows or ():
            self._apply(row)
        self._mark = mark
        return True

    def _apply(self, row: Change) -> None:
        kind, what = row.kind, row.what
        delay = max(0.0, clock.now() - row.occurred_at)
        if kind == "totals":
            self._pages.totals_changed(what)
            telemetry.view_to_shown_seconds.observe(delay)
            return
        self._pages.changed(what)
        for key in what:
            if key.startswith(("article:", "live:")):
                telemetry.publish_to_visible_seconds.observe(delay)
