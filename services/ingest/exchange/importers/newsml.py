"""NewsML-G2 (IPTC): news items, alone or in a news message; text inline (XHTML, NITF, plain) and pictures beside it.

Pictures are items of their own in the same file; a text shows those that a package or its links name, and all of the
file's where there is one text only. https://iptc.org/standards/newsml-g2/
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from services.ingest.exchange.importers import nitf, wires
from services.ingest.exchange.importers.found import Fields, ForeignArticle, LeftOut, Piece
from services.ingest.exchange.importers.xml import items
from services.ingest.kit.errors import Refused

_NAR = "{http://iptc.org/std/nar/2006-10-01/}"
_ITEM, _PACKAGE = f"{_NAR}newsItem", f"{_NAR}packageItem"
_OTHERS = {
    f"{_NAR}conceptItem": "khái niệm",
    f"{_NAR}knowledgeItem": "bộ khái niệm",
    f"{_NAR}planningItem": "kế hoạch tin bài",
    f"{_NAR}catalogItem": "danh mục mã",
}
_SECTION_ROLES = ("section", "category", "cat", "mainsubject")
_TOPICS = ("", "abstract")
# What is so short is an agency's code for a topic, not its name.
_CODE = 2
_NO_TEXT = ("audio", "video", "graphic", "animation")
_PREFERRED = re.compile(r"^vi\b", re.IGNORECASE)


@dataclass(slots=True)
class _File:
    """A first reading: the file's pictures by their guid, and what packages put together."""

    pictures: dict[str, dict[str, str]] = field(default_factory=dict)
    together: list[set[str]] = field(default_factory=list)
    texts: int = 0
    repairs: list[str] = field(default_factory=list)


def read(path: Path) -> Iterator[tuple[str, Piece]]:
    whole = _first_reading(path)
    used: set[str] = set()
    left: Counter[tuple[str, str]] = Counter()
    for number, item in enumerate(items(path, _ITEM, _PACKAGE, *_OTHERS), start=1):
        where = f"{path}#{number}"
        if isinstance(item, Refused):
            yield where, item
            continue
        if item.tag in _OTHERS:
            left[_OTHERS[item.tag], "không phải tin bài"] += 1
            continue
        kind = _class(item)
        if item.tag == _PACKAGE:
            left["gói tin", "lấy các tin trong gói" if whole.texts else "chỉ dẫn đến tin ở tệp khác"] += 1
            continue
        if kind == "picture" and whole.texts:
            continue
        if kind in _NO_TEXT and not _body(item)[0]:
            left[f"mục {kind}", "không có văn bản"] += 1
            continue
        found = _found(item, whole)
        used |= {image["url"] for image in found.fields["images"]}
        found.changes += whole.repairs
        whole.repairs.clear()
        yield where, found
    unused = sum(image["url"] not in used for image in whole.pictures.values())
    if unused and whole.texts:
        left["ảnh", "không tin nào trong tệp dùng"] += unused
    for (kind, reason), count in sorted(left.items()):
        yield str(path), LeftOut(kind, reason, count)


def _first_reading(path: Path) -> _File:
    whole = _File()
    for item in items(path, _ITEM, _PACKAGE, repairs=whole.repairs):
        if isinstance(item, Refused):
            continue  # the second reading tells it
        if item.tag == _PACKAGE:
            whole.together.append({name for one in item.iter(f"{_NAR}itemRef") if (name := _target(one))})
        elif _class(item) == "picture":
            whole.pictures[item.get("guid", "")] = _picture(item)
        elif _class(item) not in _NO_TEXT:
            whole.texts += 1
    return whole


def _picture(item: Element) -> dict[str, str]:
    remote = [one for one in item.iter(f"{_NAR}remoteContent") if one.get("href")]
    widest = max(remote, key=lambda one: _number(one.get("width")), default=None)
    captions = {one.get("role", "").rpartition(":")[2]: _words(one) for one in _own(item, "description")}
    return {
        "url": (widest.get("href") or "").strip() if widest is not None else "",
        "caption": captions.get("caption") or next(iter(captions.values()), ""),
        "credit": _child(item, "creditline") or _names(item, "creator"),
        "alt": _child(item, "headline"),
    }


def _found(item: Element, whole: _File) -> ForeignArticle:
    body, body_format = _body(item)
    section, tags = _subjects(item)
    located = _names(item, "located")
    fields: Fields = {
        "external_id": item.get("guid") or None,
        "title": _child(item, "headline") or _of_nitf_head(item) or _child(item, "title") or _child(item, "slugline"),
        "summary": _summary(item) or _subheadline(item),
        "body": body,
        "body_format": body_format,
        "section": section,
        "tags": tags,
        "dateline": _child(item, "dateline").rstrip(" -–—") or located,
        "byline": _child(item, "by")
        or _names(item, "creator")
        or _names(item, "contributor")
        or nitf.byline(item)
        or _child(item, "creditline").rstrip(" -–—"),
        "source": _names(item, "infoSource"),
        "language": next((one.get("tag", "") for one in _own(item, "language")), ""),
        "images": _images(item, whole),
    }
    said = [_child(item, name) for name in ("firstCreated", "contentCreated", "versionCreated")]
    found = ForeignArticle(fields, dates=tuple(said))
    found.version = wires.version(item.get("version", ""), said[-1])
    wires.apply_status(found, next((_code(one) for one in item.iter(f"{_NAR}pubStatus")), ""))
    embargoed = next(iter(item.iter(f"{_NAR}embargoed")), None)
    if embargoed is not None:
        # Without a time it holds until the agency says otherwise.
        found.embargo = _words(embargoed)
    if body and not _inline(item):
        found.status = "toàn văn ở tệp khác"
    for note in item.iter(f"{_NAR}edNote"):
        wires.remark(found, "Hãng ghi", _words(note))
    wires.remark(found, "Điều kiện sử dụng", _child(item, "usageTerms"))
    wires.remark(found, "Bản quyền", _rights(item))
    for words in _others(item):
        wires.remark(found, "Tiêu đề, mô tả khác", words)
    return found


def _rights(item: Element) -> str:
    notice = [_words(one) for one in item.iter(f"{_NAR}copyrightNotice")]
    holders = [_name(one) for one in item.iter(f"{_NAR}copyrightHolder")]
    return "; ".join(dict.fromkeys(one for one in [*notice, *holders] if one))


def _others(item: Element) -> list[str]:
    """Headlines and descriptions behind the first."""
    headlines = [_words(one) for one in _own(item, "headline")]
    descriptions = [_words(one) for one in _own(item, "description")]
    shown = {_child(item, "headline"), _summary(item) or _subheadline(item)}
    return [words for words in dict.fromkeys([*headlines, *descriptions]) if words and words not in shown]


def _images(item: Element, whole: _File) -> list[dict[str, str]]:
    if _class(item) == "picture":
        return [whole.pictures[item.get("guid", "")]]
    guid = item.get("guid", "")
    linked = [_target(one) for one in item.iter(f"{_NAR}link")]
    packed = [name for group in whole.together if guid in group for name in sorted(group)]
    found = [whole.pictures[name] for name in dict.fromkeys([*linked, *packed]) if name in whole.pictures]
    return found or (list(whole.pictures.values()) if whole.texts == 1 else [])


def _target(element: Element) -> str:
    return element.get("residref") or element.get("uri") or element.get("href") or ""


def _summary(item: Element) -> str:
    """The description that says it is one, else the first."""
    found = {one.get("role", "").rpartition(":")[2]: _words(one) for one in reversed(_own(item, "description"))}
    return found.get("summary") or next(iter(reversed(found.values())), "")


def _subheadline(item: Element) -> str:
    found = [_words(one) for one in _own(item, "headline") if "sub" in one.get("role", "").lower()]
    return next(iter(found), "")


def _own(item: Element, name: str) -> list[Element]:
    """The item's own of these, not those of the parts and links inside it."""
    parts = [*item.findall(f"{_NAR}contentMeta"), *item.findall(f"{_NAR}itemMeta")]
    found = [one for part in parts for one in part.iter(f"{_NAR}{name}")]
    in_vietnamese = [
        one for one in found if _PREFERRED.match(one.get("{http://www.w3.org/XML/1998/namespace}lang", ""))
    ]
    return [*in_vietnamese, *(one for one in found if one not in in_vietnamese)]


def _subjects(item: Element) -> tuple[str | None, list[str]]:
    """(section, tags): the section is the subject with that type, else the first that is a topic with a name; a place,
    a person or a company is none."""
    found = [one for one in item.iter(f"{_NAR}subject") if _name(one)]
    kinds = {id(one): re.split(r"[:/]", one.get("type", "").lower())[-1] for one in found}
    topics = [one for one in found if kinds[id(one)] in _TOPICS and one.find(f"{_NAR}name") is not None]
    topics = [one for one in topics if len(_name(one)) > _CODE]
    said = [one for one in found if kinds[id(one)] in _SECTION_ROLES]
    chosen = next(iter([*said, *topics]), None)
    keywords = [_words(one) for one in item.iter(f"{_NAR}keyword")]
    rest = [_name(one) for one in found if one is not chosen]
    return (None if chosen is None else _name(chosen)), wires.tags(keywords, rest)


def _body(item: Element) -> tuple[str, str]:
    """(body, format) of the inline content; ("", "html") where there is none."""
    for inline in item.iter(f"{_NAR}inlineXML"):
        if any(_local(one) in ("body.content", "body") for one in inline.iter()):
            return nitf.body(inline), "html"
        if len(inline):
            return nitf.as_html(inline), "html"
    for inline in item.iter(f"{_NAR}inlineData"):
        kind, data = inline.get("contenttype", ""), "".join(inline.itertext()).strip()
        if data and not inline.get("encoding"):
            return data, "html" if "html" in kind or "<p" in data else "text"
    remote = [one for one in item.iter(f"{_NAR}remoteContent") if one.get("href")]
    if remote and _class(item) == "text":
        url = escape(remote[0].get("href", ""))
        return f'<p><a href="{url}">{url}</a></p>', "html"
    return "", "html"


def _inline(item: Element) -> bool:
    """Whether the text is in the file itself."""
    return any(one.tag in (f"{_NAR}inlineXML", f"{_NAR}inlineData") for one in item.iter())


def _of_nitf_head(item: Element) -> str:
    return next((_words(one) for one in item.iter() if _local(one) in ("hl1", "title") and _words(one)), "")


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _class(item: Element) -> str:
    return next((_code(one) for one in item.iter(f"{_NAR}itemClass")), "text").lower()


def _code(element: Element) -> str:
    """ "usable" of qcode="stat:usable" or uri="http://cv.iptc.org/newscodes/pubstatusg2/usable"."""
    return (element.get("qcode") or "").rpartition(":")[2] or (element.get("uri") or "").rpartition("/")[2]


def _child(item: Element, name: str) -> str:
    own = _own(item, name)
    return next((found for one in own or item.iter(f"{_NAR}{name}") if (found := _words(one))), "")


def _names(item: Element, name: str) -> str:
    found = (_name(one) for part in item.findall(f"{_NAR}contentMeta") for one in part.findall(f"{_NAR}{name}"))
    return ", ".join(dict.fromkeys(one for one in found if one))


def _name(element: Element) -> str:
    """A concept's name: the Vietnamese one, else its first, or the literal."""
    names = element.findall(f"{_NAR}name")
    names.sort(key=lambda one: not _PREFERRED.match(one.get("{http://www.w3.org/XML/1998/namespace}lang", "")))
    return next((found for one in names if (found := _words(one))), element.get("literal", ""))


def _words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _number(value: Any) -> int:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9 else 0
