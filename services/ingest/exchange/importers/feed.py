"""RSS 0.9 to 2.0, RSS 1.0 (RDF), and Atom."""

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from xml.etree.ElementTree import Element

from services.ingest.articles.sanitise import to_text
from services.ingest.exchange.importers.addresses import joined
from services.ingest.exchange.importers.found import Fields, ForeignArticle, LeftOut, Piece
from services.ingest.exchange.importers.paragraphs import paragraphs_of
from services.ingest.exchange.importers.tree import markup_of
from services.ingest.exchange.importers.tree import tree as tree_of
from services.ingest.exchange.importers.xml import beginning, stories
from services.ingest.kit.errors import Refused

_ATOM = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
_XHTML = "{http://www.w3.org/1999/xhtml}"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_NAMES = (
    "item", "{http://purl.org/rss/1.0/}item", "{http://my.netscape.com/rdf/simple/0.9/}item",
    *(f"{{{space}}}entry" for space in _ATOM),
)  # fmt: skip
_MEDIA = "{http://search.yahoo.com/mrss/}"
_ITEM = re.compile(r"<(?:[a-z]{1,9}:)?(?:item|entry)[\s>]")
_XML_BASE = re.compile(r"""\sxml:base\s{0,9}=\s{0,9}["']([^"'<>]{1,500})["']""")
_SITE = re.compile(r"<link>\s{0,99}(https?://[^<>\s]{1,500})\s{0,99}</link>")
_OF_BLOGGER = {
    "comment": "bình luận của bài khác", "settings": "cấu hình của trang", "template": "mẫu giao diện",
}  # fmt: skip
_DATES = ("pubDate", "date", "published", "issued", "created", "updated", "modified", "lastmod")


def read(path: Path) -> Iterator[tuple[str, Piece]]:
    base = _base(path)

    def made(item: Element) -> ForeignArticle | LeftOut:
        is_atom = item.tag.rpartition("}")[0].lstrip("{") in _ATOM
        return _atom(item, base) if is_atom else _rss(item, base)

    return stories(path, _NAMES, made)


def _base(path: Path) -> str:
    """Where a feed's relative addresses start: xml:base of its root, else the site that it names."""
    head = _ITEM.split(beginning(path, 64_000), maxsplit=1)[0]
    found = _XML_BASE.search(head) or _SITE.search(head)
    return unescape(found[1].strip()) if found else ""


def _rss(item: Element, base: str) -> ForeignArticle:
    link, description, whole = child(item, "link"), raw(item, "description"), raw(item, "encoded", "content")
    guid = child(item, "guid") or item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about", "")
    link = joined(base, link or (guid if guid.startswith("http") else ""))
    names = [name for one in _all(item, "category", "subject") if (name := _line(one.text or ""))]
    authors = [name for one in _all(item, "creator") if (name := words(_inside(one)))]
    fields: Fields = {
        "external_id": guid or link or None,
        "title": words(raw(item, "title")),
        "summary": words(description) if whole else "",
        "body": paragraphs_of(whole or description),
        "section": names[0] if names else None,
        "tags": names[1:],
        "byline": ", ".join(dict.fromkeys(authors)) or _person(words(raw(item, "author"))),
        "images": pictures(item),
        "old_paths": [link] if link else [],
    }
    found = ForeignArticle(fields, dates=dates(item), base=link or base)
    _more(item, found)
    return found


def _atom(entry: Element, base: str) -> ForeignArticle | LeftOut:
    kind = _kind_at_blogger(entry)
    if kind not in ("", "post", "page"):
        return LeftOut(kind, _OF_BLOGGER.get(kind, "không phải bài"))
    base = joined(base, entry.get(_BASE, ""))
    links = [one for one in _all(entry, "link") if one.get("rel") in (None, "alternate") and one.get("href")]
    html_first = sorted(links, key=lambda one: one.get("type", "text/html") != "text/html")
    link = joined(base, html_first[0].get("href", "")) if html_first else ""
    content = next(iter(_all(entry, "content")), None)
    whole, summary = construct(content), construct(next(iter(_all(entry, "summary")), None))
    if content is not None and content.get(_BASE):
        base = joined(base, content.get(_BASE, ""))
    names = [
        _line(one.get("label") or one.get("term") or "")
        for one in _all(entry, "category")
        if not one.get("scheme", "").endswith("#kind")
    ]
    names = [name for name in [*names, *(_line(one.text or "") for one in _all(entry, "subject"))] if name]
    authors = [words(escape(name)) for one in _all(entry, "author") if (name := child(one, "name"))]
    fields: Fields = {
        "external_id": child(entry, "id") or link or None,
        "title": words(construct(next(iter(_all(entry, "title")), None))),
        "summary": words(summary) if whole else "",
        "body": whole or summary,
        "section": names[0] if names else None,
        "tags": names[1:],
        "byline": ", ".join(authors),
        "images": pictures(entry),
        "old_paths": [link] if link else [],
    }
    found = ForeignArticle(fields, dates=dates(entry), base=base or link)
    if content is not None and content.get("src") and not whole:
        found.remarks.append(f"Toàn văn ở {content.get('src', '')[:500]}")
    elif content is not None and not _is_text(content):
        found.changes.append("bỏ nội dung không phải chữ")
    if kind == "page":
        found.kind = found.status = "trang"
    if any(child(one, "draft").lower() == "yes" for one in _all(entry, "control")):
        found.status = "nháp"
    if (status := child(entry, "status").lower()) not in ("", "live"):
        found.status = status
    _more(entry, found)
    return found


def _kind_at_blogger(entry: Element) -> str:
    """What an entry is in a copy of a whole Blogger site: "post", "page", "comment", "template"; "" elsewhere."""
    kinds = [one for one in _all(entry, "category") if one.get("scheme", "").endswith("#kind")]
    said = [one.get("term", "").rpartition("#")[2] for one in kinds]
    return (child(entry, "type") or next(iter(said), "")).lower()[:40]


def _is_text(content: Element) -> bool:
    """Whether Atom's content is words: other kinds stand there in base 64."""
    kind = content.get("type", "text").lower()
    return "/" not in kind or kind.startswith("text/") or kind.endswith(("xml", "html"))


def _more(item: Element, found: ForeignArticle) -> None:
    """Files that are no pictures keep their address."""
    others = [
        one.get("url") or one.get("href") or ""
        for one in [*_all(item, "enclosure"), *(one for one in _all(item, "link") if one.get("rel") == "enclosure")]
        if not one.get("type", "image/").startswith("image/")
    ]
    if others := [url for url in others if url.startswith("http")]:
        found.fields["body"] += "".join(f'<p><a href="{escape(url)}">{escape(url)}</a></p>' for url in others)
        found.changes.append("tệp âm thanh, video đi kèm thành liên kết")


def construct(element: Element | None) -> str:
    """Atom's text as HTML: `text` is escaped, `html` is what it says, `xhtml` what stands inside its div."""
    if element is None or not _is_text(element):
        return ""
    kind = element.get("type", "text")
    if kind in ("xhtml", "application/xhtml+xml", "application/xml", "text/xml") or element.get("mode") == "xml":
        inside = element.find(f"{_XHTML}div")
        return _xhtml(element if inside is None else inside)
    text = _inside(element)
    if kind in ("html", "text/html") or element.get("mode") == "escaped":
        return text
    paragraphs = [" ".join(part.split()) for part in text.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{escape(part, quote=False)}</p>" for part in paragraphs if part)


def _xhtml(element: Element) -> str:
    for one in element.iter():
        if isinstance(one.tag, str):
            one.tag = one.tag.rpartition("}")[2]
    return markup_of(element)


def dates(item: Element) -> tuple[str, ...]:
    """What it says of when it appeared, the first publication first."""
    return tuple(text for name in _DATES for one in _all(item, name) if (text := _line(_inside(one))))


def pictures(item: Element) -> list[dict[str, str]]:
    """The pictures that come with an item, the first one only: feeds list the same picture in many sizes."""
    for one in item.iter():
        kind, url = one.get("type", ""), one.get("url") or one.get("href") or ""
        name = one.tag.rpartition("}")[2]
        is_link = name == "link" and one.get("rel") == "enclosure"
        is_media = one.tag == f"{_MEDIA}content" and (kind.startswith("image/") or one.get("medium") == "image")
        is_small = one.tag == f"{_MEDIA}thumbnail"
        if url and (is_media or is_small or ((name == "enclosure" or is_link) and kind.startswith("image/"))):
            caption, credit = raw(one, "description"), raw(one, "credit")
            return [{"url": url, "caption": words(caption), "credit": words(credit)}]
    return []


def words(html: str) -> str:
    """The words of a line that may have marks."""
    if "<" not in html:
        return _line(unescape(html))
    try:
        return _line("".join(tree_of(html).itertext()))
    except Refused:
        return _line(to_text(html))


def _line(text: str) -> str:
    return " ".join(text.split())


def _person(author: str) -> str:
    """ "lan.anh@cu.example (Lan Anh)" names Lan Anh."""
    _, bracket, name = author.partition("(")
    return name.rstrip(") ") if bracket and "@" in author else author


def child(element: Element, name: str) -> str:
    """The words of the first child of that name, whatever its namespace."""
    return _line(next((_inside(one) for one in _all(element, name) if _inside(one).strip()), ""))


def raw(element: Element, *names: str) -> str:
    """What stands in the first of these children that has anything, with its marks."""
    for name in names:
        for one in _all(element, name):
            # Marks that nobody escaped are elements here.
            text = _xhtml(one) if len(one) else _inside(one)
            if text.strip():
                return text.strip()
    return ""


def _all(element: Element, *names: str) -> list[Element]:
    return [one for one in element if isinstance(one.tag, str) and one.tag.rpartition("}")[2] in names]


def _inside(element: Element) -> str:
    return "".join(element.itertext())
