"""HTML of strangers as a tree: html5ever (by nh3) makes it well-formed, what it writes is read here in one pass."""

import html
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder

import nh3

from services.ingest.articles.sanitise import refuse_monsters
from shared.blocks import markup as blocks

_TAGS = set(
    """a abbr address article aside audio b big blockquote br caption center cite code dd del details dfn div dl dt em
    embed figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i iframe img ins kbd li main mark meta nav object
    ol p picture pre q s samp section small source span strike strong sub summary sup table tbody td tfoot th thead time
    title tr tt u ul var video""".split()
)
_VOID = {"br", "hr", "img", "embed", "meta", "source"}
_ATTRIBUTES = {
    "*": {"class", "style", "id", "itemprop", "hidden", *blocks.MARKS},
    **{root: {"data-block", "data-v"} for root in blocks.ROOTS},
    "a": {"href", "title"},
    "img": {
        "src", "srcset", "alt", "title", "width", "height", "data-src", "data-original", "data-lazy-src", "data-lazy",
        "data-srcset", "data-original-src", "data-orig-file",
    },
    "source": {"src", "srcset", "type"},
    "iframe": {"src", "data-src", "title"},
    "embed": {"src"},
    "object": {"data"},
    "video": {"src", "poster"},
    "audio": {"src"},
    "font": {"face"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "meta": {"property", "name", "content"},
    "time": {"datetime"},
}  # fmt: skip
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "textarea",
        "select",
        "button",
        "canvas",
    },
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto", "tel", "data"},
    link_rel=None,
)
_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*+)((?:[^<>"]|"[^"]*+")*)>')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*+)"')


def tree(markup: str) -> Element:
    """The document's or fragment's elements below one `body`, without scripts, styles and comments.

    Raises Invalid for markup of more tags, attributes, references or depth than sanitise allows.
    """
    refuse_monsters(markup)
    clean = _CLEANER.clean(markup)
    builder, open_tags, at = TreeBuilder(), ["body"], 0
    builder.start("body", {})
    for token in _TOKEN.finditer(clean):
        if token.start() > at:
            builder.data(html.unescape(clean[at : token.start()]))
        at = token.end()
        closing, name, attributes = token.groups()
        if closing:
            # What nh3 writes is well-formed; should it not be, what is open ends with the text.
            if open_tags[-1] == name:
                builder.end(open_tags.pop())
            continue
        builder.start(name, {key: html.unescape(value) for key, value in _ATTRIBUTE.findall(attributes)})
        if name in _VOID:
            builder.end(name)
        else:
            open_tags.append(name)
    builder.data(html.unescape(clean[at:]))
    while open_tags:
        builder.end(open_tags.pop())
    return builder.close()


def markup_of(element: Element) -> str:
    """An element's inside as HTML."""
    parts: list[str] = [html.escape(element.text or "", quote=False)]
    for child in element:
        parts += _written(child)
    return "".join(parts)


def _written(element: Element) -> Iterator[str]:
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in element.attrib.items())
    yield f"<{element.tag}{attributes}>"
    if element.tag not in _VOID:
        yield html.escape(element.text or "", quote=False)
        for child in element:
            yield from _written(child)
        yield f"</{element.tag}>"
    yield html.escape(element.tail or "", quote=False)


def words(element: Element) -> str:
    """The words inside, single-spaced."""
    return " ".join("".join(element.itertext()).split())


def style(element: Element, name: str) -> str:
    """What an element's own style says of one property, "" for nothing."""
    for part in element.get("style", "").split(";"):
        key, _, value = part.partition(":")
        if key.strip().lower() == name:
            return value.strip()
    return ""
