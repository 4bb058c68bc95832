"""NewsML-G2 (IPTC): news items, alone or in a news message; text inline (XHTML, NITF, plain) and pictures beside it.

Pictures are items of their own in the same file; a text shows those that a package or its links name, and all of the
file's where there is one text only. A content set without its item, as some keep it, is a text without metadata.
https://iptc.org/standards/newsml-g2/
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from services.ingest.exchange.importers import nitf, wires
from services.ingest.exchange.importers.found import Fields, ForeignArticle, LeftOut, Piece
from services.ingest.exchange.importers.newsml_text import (
    LANG,
    REMOTE,
    body_of,
    has_text,
    inline_of,
    is_text,
    local,
    without_head,
    words,
)
from services.ingest.exchange.importers.xml import NAR, items
from services.ingest.kit.errors import Refused

_NAR = f"{{{NAR}}}"
_ITEM, _PACKAGE, _CONTENT = f"{_NAR}newsItem", f"{_NAR}packageItem", f"{_NAR}contentSet"
_OTHERS = {
    f"{_NAR}conceptItem": "khái niệm",
    f"{_NAR}knowledgeItem": "bộ khái niệm",
    f"{_NAR}planningItem": "kế hoạch tin bài",
    f"{_NAR}catalogItem": "danh mục mã",
    f"{_NAR}catalog": "danh mục mã",
    f"{_NAR}groupSet": "phần của một gói tin",
}
_SECTION_ROLES = ("section", "category", "cat", "mainsubject")
_TOPICS = ("", "abstract")
# What is so short is an agency's code for a topic, not its name.
_CODE = 2
_NO_TEXT = ("audio", "video", "graphic", "animation")
_HEADED = "bỏ tít, giờ lặp lại ở đầu bài"
_DATA = "nội dung là dữ liệu, không phải bài viết"
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
    for number, item in enumerate(items(path, _ITEM, _PACKAGE, _CONTENT, *_OTHERS), start=1):
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
        if kind in _NO_TEXT and not has_text(item):
            left[f"mục {kind}", "không có văn bản"] += 1
            continue
        found = _found(item, whole, left)
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
    for item in items(path, _ITEM, _PACKAGE, _CONTENT, *_OTHERS, repairs=whole.repairs):
        if isinstance(item, Refused) or item.tag in _OTHERS:
            continue  # the second reading tells it
        if item.tag == _PACKAGE:
            whole.together.append({name for one in item.iter(f"{_NAR}itemRef") if (name := _target(one))})
        elif _class(item) == "picture":
            whole.pictures[item.get("guid", "")] = _picture(item)
        elif _class(item) not in _NO_TEXT:
            whole.texts += 1
    return whole


def _picture(item: Element) -> dict[str, str]:
    remote = [one for one in item.iter(REMOTE) if one.get("href")]
    widest = max(remote, key=lambda one: _number(one.get("width")), default=None)
    captions = {one.get("role", "").rpartition(":")[2]: words(one) for one in _own(item, "description")}
    return {
        "url": (widest.get("href") or "").strip() if widest is not None else "",
        "caption": captions.get("caption") or next(iter(captions.values()), ""),
        "credit": _child(item, "creditline") or _names(item, "creator"),
        "alt": _child(item, "headline"),
    }


def _found(item: Element, whole: _File, left: Counter[tuple[str, str]]) -> ForeignArticle:
    # Making a body of it changes the inline document: it is asked before.
    inline = inline_of(item)
    language, author = _language(item, inline), nitf.byline(item)
    is_data = bool(inline) and not any(map(is_text, inline))
    _name_literals(item)
    title = _child(item, "headline") or _of_nitf_head(item) or _child(item, "title") or _child(item, "slugline")
    abstract = next((told for one in item.iter() if local(one) == "abstract" and (told := words(one))), "")
    is_headed = bool([one for one in inline if without_head(one, title)])
    body, body_format = body_of(item, is_text_item=_class(item) == "text")
    section, tags = _subjects(item, left)
    located = _names(item, "located")
    fields: Fields = {
        "external_id": item.get("guid") or None,
        "title": title,
        "summary": _summary(item) or _subheadline(item) or abstract,
        "body": body,
        "body_format": body_format,
        "section": section,
        "tags": tags,
        "dateline": _child(item, "dateline").rstrip(" -–—") or located,
        "byline": _child(item, "by")
        or _names(item, "creator")
        or _names(item, "contributor")
        or author
        or _child(item, "creditline").rstrip(" -–—"),
        "source": _names(item, "infoSource") or _provider(item),
        "language": language,
        "images": _images(item, whole),
    }
    said = [_child(item, name) for name in ("firstCreated", "contentCreated", "versionCreated")]
    found = ForeignArticle(fields, dates=tuple(said))
    found.changes += [_HEADED] if is_headed else []
    found.version = wires.version(item.get("version", ""), said[-1])
    wires.apply_status(found, next((_code(one) for one in item.iter(f"{_NAR}pubStatus")), ""))
    embargoed = next(iter(item.iter(f"{_NAR}embargoed")), None)
    if embargoed is not None:
        # Without a time it holds until the agency says otherwise.
        found.embargo = words(embargoed)
    if is_data:
        found.status = _DATA
    elif body and not inline:
        found.status = "toàn văn ở tệp khác"
    for note in item.iter(f"{_NAR}edNote"):
        wires.remark(found, "Hãng ghi", " ".join(note.itertext()))
    wires.remark(found, "Điều kiện sử dụng", _child(item, "usageTerms"))
    wires.remark(found, "Bản quyền", _rights(item))
    for other in [*_others(item), *([abstract] if abstract != fields["summary"] else [])]:
        wires.remark(found, "Tiêu đề, mô tả khác", other)
    _remark_rest(found, item, has_text=bool(inline))
    return found


def _remark_rest(found: ForeignArticle, item: Element, *, has_text: bool) -> None:
    """What an article of ours has no place for."""
    for name, label in (("slugline", "Slugline"), ("urgency", "Độ gấp")):
        wires.remark(found, label, next((said for one in _own(item, name) if (said := words(one))), ""))
    wires.remark(found, "Thể loại", ", ".join(said for one in _own(item, "genre") if (said := _name(one))))
    for one in item.iter(f"{_NAR}link"):
        wires.remark(found, "Xem thêm", _see_also(one))
    if has_text and _class(item) != "picture":
        for one in item.iter(REMOTE):
            wires.remark(found, "Tệp đi kèm", one.get("href", ""))


def _language(item: Element, inline: list[Element]) -> str:
    """What the item says of its text, else what the text itself or its metadata is written in."""
    said = [one.get("tag", "") for one in _own(item, "language")]
    return next(filter(None, [*said, *(one.get(LANG, "") for one in [*inline, item])]), "")


def _provider(item: Element) -> str:
    found = (_name(one) for part in item.findall(f"{_NAR}itemMeta") for one in part.findall(f"{_NAR}provider"))
    return next(filter(None, found), "")


def _see_also(link: Element) -> str:
    """A link that people can follow, with its title."""
    href = link.get("href", "")
    title = next((words(one) for one in link.findall(f"{_NAR}title")), "")
    return f"{title} {href}".strip() if href.startswith("http") else ""


def _name_literals(item: Element) -> None:
    """A literal that an assertion of the item explains is no name: the assertion's own stands for it."""
    names: dict[str, str] = {}
    for one in item.findall(f"{_NAR}assert"):
        if literal := one.get("literal"):
            places = [place for name in ("locality", "area", "country") for place in one.iter(f"{_NAR}{name}")]
            names[literal] = next((said for part in [one, *places] if (said := _name_inside(part))), "")
    for one in item.iter():
        if one.get("literal") in names and one.tag != f"{_NAR}assert":
            one.set("literal", names[one.attrib["literal"]])


def _rights(item: Element) -> str:
    notice = [words(one) for one in item.iter(f"{_NAR}copyrightNotice")]
    holders = [_name(one) for one in item.iter(f"{_NAR}copyrightHolder")]
    return "; ".join(dict.fromkeys(one for one in [*notice, *holders] if one))


def _others(item: Element) -> list[str]:
    """Headlines and descriptions behind the first."""
    headlines = [words(one) for one in _own(item, "headline")]
    descriptions = [words(one) for one in _own(item, "description")]
    shown = {_child(item, "headline"), _summary(item) or _subheadline(item)}
    return [said for said in dict.fromkeys([*headlines, *descriptions]) if said and said not in shown]


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
    found = {one.get("role", "").rpartition(":")[2]: words(one) for one in reversed(_own(item, "description"))}
    return found.get("summary") or next(iter(reversed(found.values())), "")


def _subheadline(item: Element) -> str:
    found = [words(one) for one in _own(item, "headline") if "sub" in one.get("role", "").lower()]
    return next(iter(found), "")


def _own(item: Element, name: str) -> list[Element]:
    """The item's own of these, not those of the parts and links inside it."""
    parts = [*item.findall(f"{_NAR}contentMeta"), *item.findall(f"{_NAR}itemMeta")]
    found = [one for part in parts for one in part.iter(f"{_NAR}{name}")]
    in_vietnamese = [one for one in found if _PREFERRED.match(one.get(LANG, ""))]
    return [*in_vietnamese, *(one for one in found if one not in in_vietnamese)]


def _subjects(item: Element, left: Counter[tuple[str, str]]) -> tuple[str | None, list[str]]:
    """(section, tags): the section is the subject with that type, else the first that is a topic with a name; a place,
    a person or a company is none."""
    every = list(item.iter(f"{_NAR}subject"))
    found = [one for one in every if len(_name(one)) > _CODE]
    if bare := len(every) - len(found):
        left["chủ đề", "chỉ có mã, không có tên"] += bare
    kinds = {id(one): re.split(r"[:/]", one.get("type", "").lower())[-1] for one in found}
    topics = [one for one in found if kinds[id(one)] in _TOPICS and _concept(one)]
    said = [one for one in found if kinds[id(one)] in _SECTION_ROLES]
    chosen = next(iter([*said, *topics]), None)
    keywords = [words(one) for one in item.iter(f"{_NAR}keyword")]
    rest = [_name(one) for one in found if one is not chosen]
    rest += [_name(facet) for one in found for facet in one.findall(f"{_NAR}facetConcept")]
    return (None if chosen is None else _name(chosen)), wires.tags(keywords, rest)


def _of_nitf_head(item: Element) -> str:
    return next((words(one) for one in item.iter() if local(one) in ("hl1", "title") and words(one)), "")


def _class(item: Element) -> str:
    return next((_code(one) for one in item.iter(f"{_NAR}itemClass")), "text").lower()


def _code(element: Element) -> str:
    """ "usable" of qcode="stat:usable" or uri="http://cv.iptc.org/newscodes/pubstatusg2/usable"."""
    return (element.get("qcode") or "").rpartition(":")[2] or (element.get("uri") or "").rpartition("/")[2]


def _child(item: Element, name: str) -> str:
    own = _own(item, name)
    return next((found for one in own or item.iter(f"{_NAR}{name}") if (found := words(one))), "")


def _names(item: Element, name: str) -> str:
    found = (_name(one) for part in item.findall(f"{_NAR}contentMeta") for one in part.findall(f"{_NAR}{name}"))
    return ", ".join(dict.fromkeys(one for one in found if one))


def _name(element: Element) -> str:
    """A concept's name, or the literal."""
    return _concept(element) or element.get("literal", "")


def _concept(element: Element) -> str:
    """A concept's own name; a subject in several facets has its main concept's."""
    main = element.find(f"{_NAR}mainConcept")
    return _name_inside(element) or ("" if main is None else _name_inside(main))


def _name_inside(element: Element) -> str:
    """The Vietnamese name, else the first."""
    names = element.findall(f"{_NAR}name")
    names.sort(key=lambda one: not _PREFERRED.match(one.get(LANG, "")))
    return next((found for one in names if (found := words(one))), "")


def _number(value: Any) -> int:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9 else 0
