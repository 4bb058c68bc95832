"""What a page maker gives back: text with slots, and what it depends on.

A slot is a place that is filled when the page is served: the live number of views, the token of the view beacon, and
parts that many pages share. So a view or a new headline makes no article's page anew.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from services.web.reading import Reading
from services.web.theme.look import Look, look_of
from shared.settings import Settings
from shared.vietnamese.dates import day_bounds, vietnam_day

HTML = "text/html; charset=utf-8"
# NUL never stands in stored text, so no article can bring a slot of its own.
SLOT = re.compile("\x00([a-z:-]+)\x00")
# Cards say "19:35" of what is from today, and so until midnight.
_HOUR_OF_TODAY = re.compile(r'class="ago" datetime="[^"]*">\d\d:')
VIEWS, TOKEN = "views", "token"
PART = "part:"


def slot(name: str) -> Markup:
    """Stands for what is filled in later: `VIEWS` ("5.546"), `TOKEN`, or "part:NAME" (services.web.routes.PARTS)."""
    return Markup(f"\x00{name}\x00")


@dataclass(frozen=True, slots=True)
class Page:
    """A finished page, but for its slots. `article_id` says whose views and token they are."""

    kind: str
    """A word for metrics: "article", "home", …"""
    body: str
    depends: frozenset[str] = frozenset()
    status: int = 200
    content_type: str = HTML
    article_id: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    """More headers than every page has."""
    until: float = 0.0
    """Unix seconds from which on the page says something else although nothing changed; 0: it never does."""
    data: bytes = b""
    """A made file, in the place of `body`."""


class Moved(Exception):
    """The page lives at another path (301)."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Missing(Exception):
    """There is no such page (404)."""


class Gone(Exception):
    """The article was public and is not any more (410)."""


@dataclass(frozen=True, slots=True)
class Site:
    """What a maker works with. `query` has the known parameters of the address only."""

    read: Reading
    settings: Settings
    """With the paper's name as the newsroom has it."""
    render: Callable[..., str]
    """render("article.html", story=…) -> HTML with slots"""
    path: str
    look: Look
    query: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, read: Reading, settings: Settings, render: Callable[..., str], path: str, query: dict[str, str]
    ) -> "Site":
        """With the look that the read model tells of."""
        look = look_of(settings, read.appearance())
        return cls(read, look.settings, render, path, look, query)

    @property
    def page_number(self) -> int:
        """`?trang=`, 1 without it."""
        return int(self.query.get("trang", "1"))

    def page(self, kind: str, template: str, **context: Any) -> Page:
        """Render a template as the page of this address."""
        more: dict[str, Any] = {name: context.pop(name) for name in ("article_id", "status") if name in context}
        body = self.render(template, site=self, **self.look.context(), **context)
        if _HOUR_OF_TODAY.search(body):
            more["until"] = day_bounds(vietnam_day(datetime.now(UTC)))[1].timestamp()
        return Page(kind, body, frozenset(self.read.depends), **more)


Maker = Callable[..., Page]
"""maker(site, *arguments of the address) -> Page; raises Moved, Missing or Gone."""
