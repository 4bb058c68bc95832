"""ninjs (IPTC News in JSON) 1.x, 2.x and 3.x, and what Superdesk makes of it: one item, or a list of items, a file.

The three lines differ in the case of names ("versioncreated", "versionCreated") and in what is a list; all are read
as one. https://iptc.org/std/ninjs/
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import defusedxml.ElementTree as safe
from defusedxml import DefusedXmlException

from services.ingest.exchange.importers import nitf, wires
from services.ingest.exchange.importers.feed import words
from services.ingest.exchange.importers.found import Fields, ForeignArticle, LeftOut, Piece
from services.ingest.exchange.importers.paragraphs import paragraphs_of
from services.ingest.kit.errors import Invalid
from services.ingest.kit.json_input import MAX_DEPTH
from shared.vietnamese.legacy import decode

MAX_BYTES = 200_000_000
# Renditions come small and large under names of each agency's own: the widest is taken.
_PICTURES = ("picture", "graphic", "photo", "image")
_REMARKS = (
    ("ednote", "Hãng ghi"), ("usageterms", "Điều kiện sử dụng"), ("evolvedfrom", "Viết tiếp tin"),
    ("copyrightholder", "Bản quyền"), ("copyrightnotice", "Bản quyền"),
)  # fmt: skip
_NO_STORIES = {"event": "sự kiện trong lịch", "planning": "kế hoạch tin bài", "assignment": "phân công"}
# An item of these kinds is itself what its file holds, whatever stands inside it.
_KINDS = ("text", "composite", "component", "audio", "video", *_PICTURES, *_NO_STORIES)
_SOUND_AND_FILM = ("audio", "video")
_STORIES = ("text", "story", "article", "news", "composite", "component", *_SOUND_AND_FILM, *_PICTURES)
# What Superdesk says of where an item is in its own house.
_STATES = {
    "published": "usable", "corrected": "usable", "being_corrected": "usable", "killed": "canceled",
    "recalled": "canceled", "unpublished": "withheld",
}  # fmt: skip
# What others than the text itself a list of texts holds.
_NO_TEXTS = ("creditline", "credit", "writer", "byline")
# What an article is about, beside its subjects.
_NAMED = (
    "place", "places", "person", "people", "organisation", "organisations", "event", "events", "object", "objects",
)  # fmt: skip
# By the roles of headlines.
_HEADLINES = {"short": "card_title", "search": "search_title", "kicker": "kicker"}
# By how its members begin: (what stands for them, what it may be called already).
_FAMILIES = {
    "headline": ("headline", ("headline", "headlines")),
    "body": ("body_text", ("bodies", "body_text", "body_html", "body_xhtml", "body_nitf")),
    "description": ("description_text", ("description_text", "descriptions", "description_html")),
    "byline": ("byline", ("byline",)),
}
_TELLING = ("headline", "headlines", "bodies", "renditions", "associations", "pubstatus")
_DEEPEST = 6


def read(path: Path) -> Iterator[tuple[str, Piece]]:
    if path.stat().st_size > MAX_BYTES:
        yield str(path), Invalid.of("", f"Tệp lớn quá {MAX_BYTES // 1_000_000} MB.")
        return
    decoded = decode(path.read_bytes())
    try:
        found = _items(decoded.text)
    except (ValueError, RecursionError):
        yield str(path), Invalid.of("", "JSON không đọc được.")
        return
    left: Counter[tuple[str, str]] = Counter()
    for number, item in enumerate(found, start=1):
        where = f"{path}#{number}"
        if not isinstance(item, dict):
            yield where, Invalid.of("", "Không phải một bài ninjs.")
            continue
        item = _lower(item)
        if not _is_ninjs(item):
            yield where, Invalid.of("", "JSON này không phải ninjs: không có tiêu đề, nội dung hay ảnh.")
            continue
        kind = str(item.get("type") or "text").lower()
        if kind in _NO_STORIES:
            left[kind, _NO_STORIES[kind]] += 1
            continue
        article = _item(item, kind, left)
        article.changes += [decoded.mended] if decoded.mended else []
        yield where, article
    for (kind, reason), count in sorted(left.items()):
        yield str(path), LeftOut(kind, reason, count)


def _items(text: str) -> list[Any]:
    """The items of a file: one, a list, one a line, or a list in an object. Raises ValueError."""
    text = text.strip()
    try:
        whole = json.loads(text, strict=False)
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        return [json.loads(line, strict=False) for line in lines]
    return _held(whole) or (whole if isinstance(whole, list) else [whole])


def _held(value: Any, depth: int = 0) -> list[Any]:
    """The items that the answer of some system wraps ("items", "data"), [] where nothing is sure to be one."""
    if depth == _DEEPEST or not isinstance(value, dict | list):
        return []
    if isinstance(value, dict):
        names = {str(name).lower(): one for name, one in value.items()}
        if _tells(names) or (names.get("type") in _KINDS and ("uri" in names or "guid" in names)):
            return [value]
        return next((found for inside in value.values() if (found := _held(inside, depth + 1))), [])
    found = [_held(one, depth + 1) for one in value]
    return [one for each, own in zip(value, found, strict=True) for one in own or [each]] if any(found) else []


def _tells(names: Iterable[str]) -> bool:
    return any(name in _TELLING or name.startswith(("headline_", "body_")) for name in names)


def _is_ninjs(item: dict[str, Any]) -> bool:
    return _tells(item) or any(name in item for name in ("uri", "guid", "type"))


def _item(item: dict[str, Any], kind: str, left: Counter[tuple[str, str]]) -> ForeignArticle:
    item = _with_families(item)
    html, plain = _body(item)
    section, tags = _subjects(item, left)
    located = _name(next(iter(_list(item.get("located"))), ""))
    fields: Fields = {
        "external_id": _string(item.get("uri")) or _string(item.get("guid")) or _string(item.get("_id")) or None,
        "title": words(
            _first(item, "headline", "headlines") or _string(item.get("title")) or _string(item.get("slugline"))
        ),
        "summary": words(_first(item, "description_text", "descriptions") or _string(item.get("description_html"))),
        "body": paragraphs_of(html) if html else plain,
        "body_format": "html" if html or not plain else "text",
        "section": section,
        "tags": tags,
        "event": next((_name(one) for one in _subjects_in(item) if _is(one, "event")), ""),
        "second_section": next((_name(one) for one in _subjects_in(item) if _is(one, "secondSection")), ""),
        "related_external_ids": [_string(one.get("uri")) for one in _associated(item) if _is_related(one)],
        "social_image": next((_href(one) for one in _associated(item) if _is_shared(one)), ""),
        "dateline": located,
        "byline": _byline(item),
        "source": _name(next(iter(_list(item.get("infosources"))), "")) or _name(item.get("source")),
        "language": _string(item.get("language")),
        "images": _images(item, kind, left),
        **_headlines(item),
    }
    said = [_string(item.get(name)) for name in ("firstpublished", "firstcreated", "contentcreated", "versioncreated")]
    found = ForeignArticle(fields, dates=tuple(said))
    found.version = wires.version(_string(item.get("version")), said[-1])
    wires.apply_status(found, _string(item.get("pubstatus")))
    wires.apply_status(found, _STATES.get(state := _string(item.get("state")).lower(), state))
    if kind not in _STORIES:
        found.status = f"loại {kind}"
    if item.get("embargoed") is not None:
        found.embargo = _string(item["embargoed"])
    elif _string(item.get("embargoed_text")):
        found.embargo = _string(item["embargoed_text"])
    found.expires = _string(item.get("expires"))
    for one, whose in [(item, ""), *((one, " (ảnh)") for one in _associated(item))]:
        for name, label in _REMARKS:
            wires.remark(found, label + whose, words(" ".join(map(_string, _list(one.get(name))))))
    for other in _others(item):
        wires.remark(found, "Tiêu đề, mô tả khác", other)
    if kind not in _STORIES or kind in _SOUND_AND_FILM:
        wires.remark(found, "Loại", kind)
    _remark_rest(found, item, kind)
    return found


def _remark_rest(found: ForeignArticle, item: dict[str, Any], kind: str) -> None:
    """What an article of ours has no place for."""
    for name, label in (("slugline", "Slugline"), ("urgency", "Độ gấp"), ("priority", "Ưu tiên")):
        wires.remark(found, label, _string(item.get(name)))
    genres = [_name(one) for name in ("genre", "genres") for one in _list(item.get(name))]
    wires.remark(found, "Thể loại", ", ".join(filter(None, genres)))
    if kind in _SOUND_AND_FILM:
        for one in _renditions(item):
            wires.remark(found, "Tệp đi kèm", _string(one.get("href")))


def _headlines(item: dict[str, Any]) -> Fields:
    """Those beside the first that have a place of their own."""
    said = {
        _HEADLINES.get(str(one.get("role"))): words(_string(one.get("value")))
        for one in reversed(_list(item.get("headlines")))
        if isinstance(one, dict)
    }
    shown = words(_first(item, "headline", "headlines"))
    return {name: line for name, line in said.items() if name and line and line != shown}


def _with_families(item: dict[str, Any]) -> dict[str, Any]:
    """ninjs 1 allows names like "headline_main": the first of a family stands for what is missing."""
    made = dict(item)
    for family, (name, usual) in _FAMILIES.items():
        said = [
            value for key, value in item.items() if key.startswith(f"{family}_") and isinstance(value, str) and value
        ]
        if said and not any(item.get(one) for one in usual):
            made[name] = said[0]
    return made


def _others(item: dict[str, Any]) -> list[str]:
    """Headlines and descriptions that are shown nowhere."""
    said: list[Any] = []
    for key, value in item.items():
        if key.startswith(("headline", "description")):
            said += [one.get("value") if isinstance(one, dict) else one for one in _list(value)]
    shown = {words(_first(item, "headline", "headlines")), words(_first(item, "description_text", "descriptions"))}
    shown.update(_headlines(item).values())
    return [one for one in dict.fromkeys(words(_string(one)) for one in said) if one and one not in shown]


def _lower(value: Any, depth: int = 0) -> Any:
    """The same with every name in lower case."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {str(name).lower(): _lower(child, depth + 1) for name, child in value.items()}
    return [_lower(child, depth + 1) for child in value] if isinstance(value, list) else value


def _subjects(item: dict[str, Any], left: Counter[tuple[str, str]]) -> tuple[str | None, list[str]]:
    """(section, tags): the section is what says so (Superdesk: its service), else the first subject."""
    found = _subjects_in(item)
    subjects = [one for one in found if _name(one) and not (_is(one, "event") or _is(one, "secondSection"))]
    if bare := sum(not _name(one) for one in found):
        left["chủ đề", "chỉ có mã, không có tên"] += bare
    services = [_name(one) for one in _list(item.get("service")) if _name(one)]
    own = [one for one in subjects if isinstance(one, dict) and one.get("rel") == "section"]
    named = _name(next(iter(_list(item.get("section"))), ""))
    chosen = own[:1] if own else [] if named or services else subjects[:1]
    section = named or next((_name(one) for one in chosen), "") or next(iter(services), "")
    places = [_name(one) for name in _NAMED for one in _list(item.get(name)) if not _is_author(one)]
    rest = [_name(one) for one in subjects if one not in chosen]
    keywords = [_name(one) for one in _list(item.get("keywords"))]
    return section or None, wires.tags(keywords, rest, [one for one in services if one != section], places)


def _subjects_in(item: dict[str, Any]) -> list[Any]:
    return [*_list(item.get("subject")), *_list(item.get("subjects"))]


def _is(subject: Any, rel: str) -> bool:
    """What this house says of the event that an article is a part of, and of the other section that lists it."""
    return isinstance(subject, dict) and subject.get("rel") == rel


def _is_related(association: dict[str, Any]) -> bool:
    """What this house says of the stories that are to stand under another."""
    name = _string(association.get("name"))
    return association.get("type") == "text" and name.startswith("related") and bool(_string(association.get("uri")))


def _is_shared(association: dict[str, Any]) -> bool:
    """What this house says of the picture for where an article is shared."""
    return association.get("name") == "socialImage"


def _href(picture: dict[str, Any]) -> str:
    found = _picture(picture)
    return found["url"] if found else ""


def _byline(item: dict[str, Any]) -> str:
    for name in ("byline", "by"):
        if isinstance(item.get(name), str) and item[name].strip():
            return words(item[name])
    people = [*_list(item.get("by")), *_list(item.get("authors"))]
    people += [one for one in _list(item.get("people")) if _is_author(one)]
    return ", ".join(dict.fromkeys(name for one in people if (name := _name(one))))


def _is_author(person: Any) -> bool:
    return isinstance(person, dict) and person.get("rel") in ("author", "creator", "byline")


def _associated(item: dict[str, Any]) -> list[dict[str, Any]]:
    """What comes along: a list, or in ninjs 1 a dict by name."""
    found = item.get("associations")
    return [one for one in (found.values() if isinstance(found, dict) else _list(found)) if isinstance(one, dict)]


def _images(item: dict[str, Any], kind: str, left: Counter[tuple[str, str]]) -> list[dict[str, str]]:
    """The pictures that come along; a photo's item is its own picture."""
    own = [item] if kind in _PICTURES else []
    images = []
    for one in [*own, *_associated(item)]:
        if _is_related(one) or _is_shared(one):
            continue
        if str(one.get("type") or "picture" if one.get("renditions") else one.get("type")).lower() not in _PICTURES:
            left[f"mục đi kèm ({str(one.get('type') or 'không rõ loại')[:30]})", "chỉ lấy ảnh đi kèm"] += 1
        elif image := _picture(one):
            images.append(image)
    return images


def _picture(item: dict[str, Any]) -> dict[str, str] | None:
    usable = [one for one in _renditions(item) if isinstance(one.get("href"), str)]
    usable = [one for one in usable if str(one.get("mimetype") or "image/").startswith("image/")]
    widest = max(usable, key=lambda one: one["width"] if isinstance(one.get("width"), int) else 0, default=None)
    caption = _first(item, "description_text", "descriptions") or _string(item.get("body_text"))
    caption = words(caption or _first(item, "headline", "headlines"))
    if widest is None and not caption:
        return None
    return {
        "url": str(widest["href"]) if widest else "",
        "caption": caption,
        "credit": _byline(item) or _credit(item) or _string(item.get("copyrightholder")),
        "alt": words(_string(item.get("title")) or _string(item.get("alt_text"))),
    }


def _renditions(item: dict[str, Any]) -> list[dict[str, Any]]:
    found = item.get("renditions")
    return [one for one in (found.values() if isinstance(found, dict) else _list(found)) if isinstance(one, dict)]


def _body(item: dict[str, Any]) -> tuple[str, str]:
    """(HTML, plain text), whichever the item has."""
    html, plain = _string(item.get("body_html")) or _string(item.get("body_xhtml")), _string(item.get("body_text"))
    for body in _list(item.get("bodies")):
        if isinstance(body, dict) and isinstance(body.get("value"), str):
            kind = str(body.get("contenttype", ""))
            if "html" in kind or "xml" in kind or "<p" in body["value"]:
                html = html or body["value"]
            else:
                plain = plain or body["value"]
    html = html or _string(item.get("body_nitf"))
    if not html and "<p" in plain:
        html, plain = plain, ""
    return _of_nitf(html), plain


def _of_nitf(body: str) -> str:
    """A body that is NITF as HTML."""
    if "<body.content" not in body and "<hl2" not in body and "<nitf" not in body:
        return body
    try:
        return nitf.body(safe.fromstring(body.strip(), forbid_dtd=True))
    except (ParseError, ValueError, DefusedXmlException):
        pass
    _, mark, inside = body.partition("<body.content")
    if mark:
        body = inside.partition(">")[2].partition("</body.content>")[0]
    return body.replace("<hl2", "<h2").replace("</hl2>", "</h2>")


def _first(item: dict[str, Any], one: str, several: str) -> str:
    """A field of ninjs 1, or the plainest of the list that later versions have instead."""
    if isinstance(item.get(one), str):
        return str(item[one])
    found = [each for each in _list(item.get(several)) if isinstance(each, dict) and isinstance(each.get("value"), str)]
    found.sort(key=lambda each: each.get("role") in _NO_TEXTS)
    plain = [each for each in found if "html" not in str(each.get("contenttype", ""))]
    return next((str(each["value"]) for each in [*plain, *found]), "")


def _credit(item: dict[str, Any]) -> str:
    said = [one for one in _list(item.get("descriptions")) if isinstance(one, dict) and one.get("role") in _NO_TEXTS]
    return next((_string(one.get("value")) for one in said), "")


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(value: Any) -> str:
    name = value.get("name", "") if isinstance(value, dict) else value
    return " ".join(name.split()) if isinstance(name, str) else ""
