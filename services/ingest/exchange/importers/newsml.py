"""NewsML-G2 (IPTC): news items, alone or in a news message; text inline (XHTML, NITF) and pictures beside it.

Pictures are items of their own in the same file; a text shows those that its package or its links name, and all of
the file's where there is one text only. https://iptc.org/standards/newsml-g2/
"""

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, tostring

from services.ingest.exchange.importers import Fields
from services.ingest.exchange.importers.xml import items
from services.ingest.kit.errors import Refused

_NAR = "{http://iptc.org/std/nar/2006-10-01/}"
_SECTION_ROLES = ("section", "category")
_DATELINE_LENGTH = 50


def read(path: Path) -> Iterator[tuple[str, "Fields | Refused"]]:
    pictures = _pictures(path)
    texts = 0
    held: list[tuple[str, Fields]] = []
    for number, item in enumerate(items(path, f"{_NAR}newsItem"), start=1):
        where = f"{path}#{number}"
        if isinstance(item, Refused):
            yield from held
            yield where, item
            return
        if _class(item) == "picture":
            continue
        texts += 1
        fields = _fields(item, pictures)
        # Whether the pictures belong to this text alone shows only when the next one comes.
        if texts == 1:
            held.append((where, fields))
            continue
        yield from held
        held = []
        yield where, fields
    if texts == 1 and held and not held[0][1]["images"]:
        held[0][1]["images"] = list(pictures.values())
    yield from held


def _pictures(path: Path) -> dict[str, dict[str, str]]:
    """A first reading: the file's pictures by their guid."""
    found: dict[str, dict[str, str]] = {}
    for item in items(path, f"{_NAR}newsItem"):
        if isinstance(item, Refused):
            break  # the second reading tells it
        if _class(item) != "picture":
            continue
        remote = [one for one in item.iter(f"{_NAR}remoteContent") if one.get("href")]
        widest = max(remote, key=lambda one: _number(one.get("width")), default=None)
        captions = {one.get("role", ""): _words(one) for one in item.iter(f"{_NAR}description")}
        found[item.get("guid", "")] = {
            "url": (widest.get("href") or "").strip() if widest is not None else "",
            "caption": captions.get("drol:caption") or next(iter(captions.values()), ""),
            "credit": (_child(item, "creditline") or _names(item, "creator"))[:300],
            "alt": _child(item, "headline")[:1000],
        }
    return found


def _fields(item: Element, pictures: dict[str, dict[str, str]]) -> Fields:
    body, body_format = _body(item)
    section, tags = _subjects(item)
    located = _names(item, "located")
    dateline = _child(item, "dateline") or located
    linked = [one.get("residref") or one.get("uri") or "" for one in item.iter(f"{_NAR}link")]
    status = next((_code(one) for one in item.iter(f"{_NAR}pubStatus")), "usable")
    return {
        "external_id": item.get("guid", "")[:200] or None,
        "title": _child(item, "headline") or _child(item, "slugline"),
        "summary": next((_words(one) for one in item.iter(f"{_NAR}description")), ""),
        "body": body,
        "body_format": body_format,
        "section": section,
        "tags": tags,
        "dateline": dateline if len(dateline) <= _DATELINE_LENGTH else "",
        "byline": _child(item, "by") or _names(item, "creator"),
        "images": [pictures[guid] for guid in dict.fromkeys(linked) if guid in pictures],
        "published_at": _child(item, "firstCreated")
        or _child(item, "contentCreated")
        or _child(item, "versionCreated")
        or None,
        "status": None if status == "usable" else "draft",
    }


def _subjects(item: Element) -> tuple[str | None, list[str]]:
    """(section, tags): the section is the subject with that type, else the first one."""
    subjects = [(one.get("type", "").rpartition(":")[2], _name(one)) for one in item.iter(f"{_NAR}subject")]
    subjects = [(kind, name) for kind, name in subjects if name]
    chosen = next((one for one in subjects if one[0] in _SECTION_ROLES), next(iter(subjects), None))
    tags = [_words(one) for one in item.iter(f"{_NAR}keyword")] + [
        name for kind, name in subjects if (kind, name) != chosen
    ]
    return (chosen[1] if chosen else None), list(dict.fromkeys(tag for tag in tags if tag))


def _body(item: Element) -> tuple[str, str]:
    """(body, format) of the inline content; ("", "html") where there is none."""
    for inline in item.iter(f"{_NAR}inlineXML"):
        inside = {_local(one): one for one in reversed(list(inline.iter()))}
        content = inside.get("body.content", inside.get("body"))
        if content is not None:
            return _markup(content), "html"
    for inline in item.iter(f"{_NAR}inlineData"):
        kind, data = inline.get("contenttype", ""), "".join(inline.itertext()).strip()
        if data and not inline.get("encoding"):
            return data, "html" if "html" in kind else "text"
    return "", "html"


def _markup(content: Element) -> str:
    """An element's inside as HTML without namespaces; what is no HTML falls away when the body is cleaned."""
    for one in content.iter():
        one.tag = {"hl2": "h2"}.get(_local(one), _local(one))
    inside = html.escape(content.text or "", quote=False)
    return inside + "".join(tostring(child, encoding="unicode", method="html") for child in content)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _class(item: Element) -> str:
    return next((_code(one) for one in item.iter(f"{_NAR}itemClass")), "text")


def _code(element: Element) -> str:
    """ "usable" of qcode="stat:usable" or uri="http://cv.iptc.org/newscodes/pubstatusg2/usable"."""
    return (element.get("qcode") or "").rpartition(":")[2] or (element.get("uri") or "").rpartition("/")[2]


def _child(item: Element, name: str) -> str:
    return next((found for one in item.iter(f"{_NAR}{name}") if (found := _words(one))), "")


def _names(item: Element, name: str) -> str:
    return ", ".join(found for one in item.iter(f"{_NAR}{name}") if (found := _name(one)))


def _name(element: Element) -> str:
    """A concept's name: its first one, or the literal."""
    return next((found for one in element.findall(f"{_NAR}name") if (found := _words(one))), element.get("literal", ""))


def _words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _number(value: Any) -> int:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9 else 0
