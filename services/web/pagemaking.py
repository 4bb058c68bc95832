"""Makes a page in a thread: one view of the read model, one maker, the errors that both can have."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from services.web.cache import PageUnavailable
from services.web.page import Page, Site
from services.web.reading import Reading, reading
from services.web.routes import Address
from shared.settings import Settings

T = TypeVar("T")

GRACE_SECONDS = 5.0
"""A database that answered so shortly ago may be back at once: a server that is started anew takes a second or two."""
_AGAIN_SECONDS = 0.2


class PageMaker:
    """Makers with everything they work with. Thread-safe."""

    def __init__(self, engine: Engine, settings: Settings, render: Callable[..., str]) -> None:
        self._engine = engine
        self._settings = settings
        self._render = render
        self._answered_at = float("-inf")

    def make(self, address: Address) -> tuple[Page, int]:
        """(page, views of its article). Raises what makers raise, and Unavailable when the database is away."""

        def work(site: Site) -> tuple[Page, int]:
            page = address.maker(site, *address.arguments)
            return page, site.read.views(page.article_id) if page.article_id else 0

        return self.with_site(work, address.path, address.query)

    def with_site(self, work: Callable[[Site], T], path: str = "", query: dict[str, str] | None = None) -> T:
        """Do something with a view of the read model, more than once it may be. Raises Unavailable when the database is
        away."""
        give_up = self._answered_at + GRACE_SECONDS
        while True:
            try:
                with reading(self._engine) as view:
                    done = work(self.site(view, path, query or {}))
                self._answered_at = time.monotonic()
                return done
            except (DBAPIError, PoolTimeoutError) as error:
                if not isinstance(error, OperationalError) or time.monotonic() > give_up:
                    raise PageUnavailable(str(error)) from error
            time.sleep(_AGAIN_SECONDS)

    def site(self, view: Reading, path: str, query: dict[str, str]) -> Site:
        return Site.of(view, self._settings, self._render, path, query)
