"""Pages as their makers give them, of the sample paper."""

from collections.abc import Callable, Iterator

import pytest

from services.web.page import Page, Site
from services.web.reading import reading
from services.web.render import make_renderer
from services.web.routes import resolve
from shared.settings import Settings, get_settings
from tests.tables import migrated
from tests.unit.web.pages import sample

Make = Callable[..., Page]


class Paper:
    """`page("/thoi-su?trang=2")` makes a page; `make(maker, …)` calls any maker."""

    def __init__(self, settings: Settings) -> None:
        self.engine = migrated("web")
        self.settings = settings
        self._render = make_renderer(settings)

    def page(self, address: str) -> Page:
        path, _, query = address.partition("?")
        found = resolve(path, query)
        assert found is not None, address
        with reading(self.engine) as view:
            site = Site.of(view, self.settings, self._render, found.path, found.query)
            return found.maker(site, *found.arguments)

    def make(self, maker: Make, *arguments: object, path: str = "", **named: object) -> Page:
        with reading(self.engine) as view:
            return maker(Site.of(view, self.settings, self._render, path, {}), *arguments, **named)


@pytest.fixture
def paper() -> Iterator[Paper]:
    """The sample paper."""
    made = Paper(get_settings())
    sample.fill(made.engine)
    yield made


@pytest.fixture
def empty_paper() -> Iterator[Paper]:
    """A paper on its first day: nothing in it."""
    yield Paper(get_settings())
