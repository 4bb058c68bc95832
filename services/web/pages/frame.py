"""What every HTML page has around its own words: title, description, addresses for machines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from markupsafe import Markup

from services.web.page import Page, Site
from shared.contracts.articles import Image

SHARE_PICTURE = "/anh-chia-se/bao.jpg"
"""The paper's own picture, where a page that has none is shared (services.web.pages.share_picture)."""
_DESCRIPTION_CHARS = 300
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


@dataclass(frozen=True, slots=True)
class Head:
    """What stands in <head>. Paths are inside the site; `canonical` "" is for pages that machines should not keep."""

    title: str
    description: str = ""
    canonical: str = ""
    kind: str = "website"
    image: Image | None = None
    shared_as: str = ""
    """Path of the page's picture for whoever shares it; the paper's own without one."""
    data: Sequence[dict[str, Any]] = ()
    """schema.org objects."""
    previous: str = ""
    next: str = ""
    feed: str = ""
    """Path of the page's own RSS feed, where it has one, and how it is called."""
    feed_name: str = ""


def page(site: Site, kind: str, template: str, head: Head, **context: Any) -> Page:
    """Render a page with its frame."""
    return site.page(kind, template, head=head, **context)


def message(site: Site, kind: str, name: str, words: str, number: int = 0, latest: bool = False) -> Page:
    """A page that only says something, with the newest headlines if `latest`. `number` is the status, 0 for none."""
    head = Head(title=f"{name} - {site.settings.site_name}")
    more = {"name": name, "words": words, "number": number, "latest": latest}
    return page(site, kind, "message.html", head, status=number or 200, **more)


def describe(text: str) -> str:
    """A text cut for machines at a word's end."""
    words = " ".join(text.split())
    if len(words) <= _DESCRIPTION_CHARS:
        return words
    return words[:_DESCRIPTION_CHARS].rpartition(" ")[0].rstrip(" ,;:-–") + "…"


def script_json(value: Any) -> Markup:
    """JSON that no text can break out of, inside <script type="application/ld+json">."""
    return Markup(orjson.dumps(value).decode().translate(_ESCAPES))  # no "<" is left


def share_picture(article_id: int, version: int) -> str:
    """The path of the picture of an article's version."""
    return f"/anh-chia-se/{article_id}-{version}.jpg"


def numbered(path: str, number: int) -> str:
    """The path of a page of a list."""
    return path if number <= 1 else f"{path}?trang={number}"
