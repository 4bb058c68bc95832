"""Makes a page in a thread: one view of the read model, one maker, the errors that both can have."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from services.web.cache import PageUnavailable
from services.web.page import Page, Site
from services.web.reading import Reading, reading
from services.web.routes import Address
from shared.settings import Settings

T = TypeVar("T")


class PageMaker:
    """Makers with everything they work with. Thread-safe."""

    def __init__(self, engine: Engine, settings: Settings, render: Callable[..., str]) -> None:
        self._engine = engine
        self._settings = settings
        self._render = render

    def make(self, address: Address) -> tuple[Page, int]:
        """(page, views of its article). Raises what makers raise, and Unavailable when the database is away."""

        def work(site: Site) -> tuple[Page, int]:
            page = address.maker(site, *address.arguments)
            return page, site.read.views(page.article_id) if page.article_id else 0

        return self.with_site(work, address.path, address.query)

    def with_site(self, work: Callable[[Site], T], path: str = "", query: dict[str, str] | None = None) -> T:
        """Do something with a view of the read model. Raises Unavailable when the database is away."""
        try:
            with reading(self._engine) as view:
                return work(self.site(view, path, query or {}))
        except (DBAPIError, PoolTimeoutError) as error:
            raise PageUnavailable(str(error)) from error

    def site(self, view: Reading, path: str, query: dict[str, str]) -> Site:
        return Site(view, self._settings, self._render, path, query)
