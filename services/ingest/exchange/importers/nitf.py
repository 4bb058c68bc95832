"""NITF (IPTC News Industry Text Format): one story a file, or the body of another format's item.

https://iptc.org/standards/nitf/
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from xml.etree.ElementTree import Element

from services.ingest.exchange.importers import wires
from services.ingest.exchange.importers.found import Fields, ForeignArticle, Piece
from services.ingest.exchange.importers.tree import markup_of
from services.ingest.exchange.importers.xml import stories

_SPACES = ("", "{http://iptc.org/std/NITF/2006-10-18/}", "{http://www.nitf.org/}")
_AS_HTML = {
    "hl2": "h2", "hl3": "h3", "lang": "span", "org": "span", "person": "span", "location": "span", "event": "span",
    "money": "span", "num": "span", "chron": "span", "copyrite": "span", "function": "span", "object.title": "em",
    "person.title": "span", "name.given": "span", "name.family": "span", "block": "div", "bq": "blockquote",
    "credit": "p",
    "postaddr": "p", "note": "div", "fn": "span", "pronounce": "span", "virtloc": "span", "media.caption": "figcaption",
}  # fmt: skip


def read(path: Path) -> Iterator[tuple[str, Piece]]:
    return stories(path, [f"{space}nitf" for space in _SPACES], article)


def article(story: Element) -> ForeignArticle:
    """The story of an `nitf` element, however its namespace is."""
    one, pictures = _Story(story), _pictures(story)
    abstract = one.words("body.head", "abstract") or one.attribute("abstract", "content")
    located = one.words("dateline", "location") or one.words("dateline").removesuffix(
        one.words("dateline", "story.date")
    )
    fields: Fields = {
        "external_id": one.attribute("doc-id", "id-string") or None,
        "title": one.words("hedline", "hl1") or one.words("title"),
        "summary": abstract or one.words("hedline", "hl2"),
        "body": body(story),
        "section": one.attribute("fixture", "fix-id") or _of(one.attributes("tobject.subject", "tobject.subject.type")),
        "tags": wires.tags(
            one.attributes("keyword", "key"), one.attributes("tobject.subject", "tobject.subject.matter")
        ),
        "dateline": located.rstrip(" ,-–—"),
        "byline": byline(story) or one.words("bytag"),
        "images": pictures,
    }
    said = (
        one.attribute("date.issue", "norm"),
        one.words("dateline", "story.date"),
        one.attribute("pubdata", "date.publication"),
    )
    release = one.attribute("date.release", "norm")
    found = ForeignArticle(fields, dates=(said[0], one.attribute("story.date", "norm"), said[2], said[1], release))
    if release:
        found.embargo = release
    found.version = wires.version(one.attribute("du-key", "version"), said[0])
    status = one.attribute("docdata", "management-status").lower()
    wires.apply_status(found, {"killed": "canceled", "embargoed": "embargoed", "info": ""}.get(status, status))
    if status == "embargoed" and not release:
        found.embargo, found.status = "", ""
    found.expires = one.attribute("date.expire", "norm")
    for note in (one.attribute("ed-msg", "info"), one.words("body.head", "note")):
        wires.remark(found, "Hãng ghi", note)
    wires.remark(found, "Tiêu đề phụ", one.words("hedline", "hl2") if abstract else "")
    wires.remark(found, "Bản quyền", one.attribute("doc.copyright", "holder"))
    return found


def byline(story: Element) -> str:
    """Who wrote it: the parts of a byline stand in elements of their own."""
    found = next((one for one in story.iter() if _local(one) == "byline"), None)
    return "" if found is None else " ".join(" ".join(found.itertext()).split()).replace(" ,", ",")


def body(story: Element) -> str:
    """What stands in body.content (or where there is none, in body) as HTML, and the last line of who else wrote it."""
    notes = {id(one) for note in story.iter() if _local(note) == "note" for one in note.iter()}
    parts = {_local(one): one for one in reversed([one for one in story.iter() if id(one) not in notes])}
    content = parts.get("body.content", parts.get("body"))
    tagline = "".join(parts["tagline"].itertext()).split() if "tagline" in parts else []
    last = f"<p>{escape(' '.join(tagline), quote=False)}</p>" if tagline and "body.content" in parts else ""
    return ("" if content is None else as_html(content)) + last


def as_html(content: Element) -> str:
    """An element's inside as HTML without namespaces: NITF's names become HTML's, pictures go (they are the
    article's)."""
    for parent in list(content.iter()):
        for child in list(parent):
            if _local(child) in ("media", "hedline", "body.head"):
                _remove(parent, child)
    for one in content.iter():
        one.tag = _AS_HTML.get(_local(one), _local(one))
        one.attrib = {name.rpartition("}")[2]: value for name, value in one.attrib.items()}
    return markup_of(content)


def _remove(parent: Element, child: Element) -> None:
    at = list(parent).index(child)
    tail = child.tail or ""
    parent.remove(child)
    if at:
        parent[at - 1].tail = (parent[at - 1].tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail


class _Story:
    def __init__(self, story: Element) -> None:
        self._by_name: dict[str, list[Element]] = {}
        for one in story.iter():
            self._by_name.setdefault(_local(one), []).append(one)

    def words(self, name: str, inside: str = "") -> str:
        for one in self._by_name.get(name, []):
            for element in one.iter() if inside else [one]:
                if (not inside or _local(element) == inside) and (
                    found := " ".join("".join(element.itertext()).split())
                ):
                    return found
        return ""

    def attributes(self, name: str, attribute: str) -> list[str]:
        return [found for one in self._by_name.get(name, []) if (found := " ".join(one.get(attribute, "").split()))]

    def attribute(self, name: str, attribute: str) -> str:
        return _of(self.attributes(name, attribute))


def _of(found: list[str]) -> str:
    return found[0] if found else ""


def _pictures(story: Element) -> list[dict[str, str]]:
    images = []
    for media in story.iter():
        if _local(media) != "media" or media.get("media-type", "image") not in ("image", "picture", "photo"):
            continue
        inside = {_local(one): one for one in reversed(list(media.iter()))}
        sources = [one for one in media.iter() if _local(one) == "media-reference" and one.get("source")]
        widest = max(
            sources, key=lambda one: int(one.get("width", "0")) if one.get("width", "").isdigit() else 0, default=None
        )
        caption, credit = (
            " ".join("".join(inside[name].itertext()).split()) if name in inside else ""
            for name in ("media-caption", "media-producer")
        )
        images.append(
            {
                "url": widest.get("source", "") if widest is not None else "",
                "caption": caption,
                "credit": credit,
                "alt": widest.get("alternate-text", "") if widest is not None else "",
            }
        )
    return images


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
