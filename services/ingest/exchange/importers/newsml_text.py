"""The text that stands in an item of NewsML-G2 itself: XHTML, NITF or plain."""

from html import escape
from xml.etree.ElementTree import Element

from services.ingest.exchange.importers import nitf
from services.ingest.exchange.importers.xml import NAR

XML, DATA, REMOTE = f"{{{NAR}}}inlineXML", f"{{{NAR}}}inlineData", f"{{{NAR}}}remoteContent"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Marks of a text; an inline document without any of them is data (results of matches, calendars).
_TEXT_MARKS = frozenset("html body body.content p h1 h2 h3 hl1 hl2 ul ol table div pre blockquote section".split())


def inline_of(item: Element) -> list[Element]:
    return [one for one in item.iter() if one.tag in (XML, DATA)]


def has_text(item: Element) -> bool:
    return any("".join(one.itertext()).strip() for one in inline_of(item) if not one.get("encoding"))


def is_text(inline: Element) -> bool:
    return inline.tag == DATA or any(local(one).lower() in _TEXT_MARKS for one in inline.iter())


def body_of(item: Element, *, is_text_item: bool) -> tuple[str, str]:
    """(body, format) of the inline content; ("", "html") where there is none."""
    for inline in item.iter(XML):
        if any(local(one) in ("body.content", "body") for one in inline.iter()):
            return nitf.body(inline), "html"
        if len(inline):
            return nitf.as_html(inline), "html"
    for inline in item.iter(DATA):
        kind, data = inline.get("contenttype", ""), "".join(inline.itertext()).strip()
        if data and not inline.get("encoding"):
            return data, "html" if "html" in kind or "<p" in data else "text"
    remote = [one for one in item.iter(REMOTE) if one.get("href")]
    if remote and is_text_item:
        url = escape(remote[0].get("href", ""))
        return f'<p><a href="{url}">{url}</a></p>', "html"
    return "", "html"


def without_head(inline: Element, title: str) -> bool:
    """Take the head of a page from a text: a header that holds the headline (time, keywords and notices stand beside
    it), or the headline itself. All of it is in the metadata, too. False where there is none."""
    body = next((one for one in inline.iter() if local(one) == "body"), inline)
    first = next(iter(body), None)
    if first is None or (body.text or "").strip():
        return False
    is_head = local(first) == "header" and any(local(one) == "h1" for one in first.iter())
    if is_head or (local(first) in ("h1", "h2") and words(first).casefold() == title.casefold()):
        body.remove(first)
        return True
    return False


def local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
