"""What editors see before readers do, by the readers' own templates: an article, and the site in another look."""

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Engine

from services.web import model
from services.web.page import PART, SLOT, TOKEN, VIEWS, Page, Site
from services.web.reading import Reading, reading
from shared.contracts.addresses import article_path
from shared.contracts.appearance import LookFiles
from shared.contracts.commands import AppearanceAnswer, FaintColours, PreviewAnswer, PreviewAppearance, PreviewArticle
from shared.settings import get_settings

if TYPE_CHECKING:
    from services.web.theme.look import Look

# What needs templates is imported where it is used: a worker that is never asked needs none.

_SCRIPT = re.compile(r"<script[^<>]*+>[^<]*+</script>")


def page(source: Engine, query: PreviewArticle) -> PreviewAnswer:
    """The page with its shared parts, without scripts: nobody is counted, nothing is kept."""
    from services.web.pages.article import story_page

    state = query.article
    with reading(source) as view:
        path = article_path(state.section_slug, state.slug, state.id)
        site = Site.of(view, get_settings(), _render(), path, {})
        return PreviewAnswer(html=_whole(site, story_page(site, state)))


def appearance(source: Engine, query: PreviewAppearance) -> AppearanceAnswer:
    """The page in that look, and what cannot be read in it."""
    from services.web.theme import colours
    from services.web.theme.css import StyleSheet
    from services.web.theme.look import dressed

    look = dressed(get_settings(), query.appearance)
    theme, html = look.theme, ""
    modes: dict[Literal["light", "dark"], Mapping[str, str]] = {"light": theme.light, "dark": theme.dark}
    if query.page:
        with reading(source) as view:
            html = _in_look(view, _at_the_desk(look, query.data), query.page)
    return AppearanceAnswer(
        light=dict(theme.light),
        dark=dict(theme.dark),
        name=look.settings.site_name,
        faint=tuple(
            FaintColours(mode=mode, words=words, ground=ground, contrast=contrast)
            for mode, known in modes.items()
            for words, ground, contrast in colours.faint(known)
        ),
        faults=tuple(
            str(fault)
            for fault in StyleSheet(
                theme.style, lambda name: name, {"nền sáng": theme.light, "nền tối": theme.dark}
            ).faults
        ),
        html=html.replace("<html", f'<html data-theme="{query.mode}"', 1),
    )


def _in_look(view: Reading, look: "Look", which: str) -> str:
    from services.web.routes import resolve

    path = "/"
    if which == "article":
        path = next((card.path for card in view.listed(model.ALL, size=1).cards), path)
    elif which == "section":
        path = next((section.path for section in view.sections()), path)
    found = resolve(path, "")
    assert found is not None, path
    site = Site(view, look.settings, _render(), path, look)
    return _whole(site, found.maker(site, *found.arguments))


def _at_the_desk(look: "Look", data: LookFiles) -> "Look":
    """With its files within the page: no reader can ask for them yet."""
    from services.web.theme.folder import STYLE

    addresses: dict[str, str] = {}
    for known, address in look.addresses.items():
        name = address.rpartition("/")[2]
        if name == STYLE:
            # From there the site is another one.
            style = look.style.replace('url("/', f'url("{look.settings.site_url}/')
            addresses[known] = _within("text/css", style.encode())
        elif name in data:
            addresses[known] = _within(f"image/{name.rpartition('.')[2].replace('jpg', 'jpeg')}", data[name])
    return replace(look, addresses=addresses)


def _within(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _whole(site: Site, page: Page) -> str:
    from services.web.routes import PARTS

    slots = {VIEWS: "0", TOKEN: ""} | {PART + name: make(site).body for name, make in PARTS.items()}
    return _SCRIPT.sub("", SLOT.sub(lambda found: slots[found[1]], page.body))


@lru_cache(maxsize=1)
def _render() -> Any:
    from services.web.render import make_renderer

    return make_renderer(get_settings())
