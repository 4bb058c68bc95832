"""ninjs (IPTC News in JSON) 1.x, 2.x and 3.x, and what Superdesk makes of it: one item, or a list of items, a file.

The three lines differ in the case of names ("versioncreated", "versionCreated") and in what is a list; all are read
as one. https://iptc.org/std/ninjs/
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.ingest.exchange.importers import wires
from services.ingest.exchange.importers.feed import words
from services.ingest.exchange.importers.found import Fields, ForeignArticle, LeftOut, Piece
from services.ingest.exchange.importers.paragraphs import paragraphs_of
from services.ingest.kit.errors import Invalid
from services.ingest.kit.json_input import MAX_DEPTH
from shared.vietnamese.legacy import decode

MAX_BYTES = 200_000_000
# Renditions come small and large under names of each agency's own: the widest is taken.
_PICTURES = ("picture", "graphic", "photo", "image")
_NO_STORIES = {"event": "sự kiện trong lịch", "planning": "kế hoạch tin bài"}
_HELD_IN = ("items", "_items", "articles", "newsitems")


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
    if isinstance(whole, dict):
        inside = next((whole[name] for name in _HELD_IN if isinstance(whole.get(name), list)), None)
        return inside if inside is not None and "headline" not in whole else [whole]
    return whole if isinstance(whole, list) else [whole]


def _is_ninjs(item: dict[str, Any]) -> bool:
    names = "uri guid headline headlines body_html body_xhtml body_text bodies renditions associations pubstatus type"
    return any(name in item for name in names.split())


def _item(item: dict[str, Any], kind: str, left: Counter[tuple[str, str]]) -> ForeignArticle:
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
        "dateline": located,
        "byline": _byline(item),
        "images": _images(item, kind, left),
    }
    said = [_string(item.get(name)) for name in ("firstpublished", "firstcreated", "contentcreated", "versioncreated")]
    found = ForeignArticle(fields, dates=tuple(said))
    found.version = wires.version(_string(item.get("version")), said[-1])
    wires.apply_status(found, _string(item.get("pubstatus")))
    if item.get("embargoed") is not None:
        found.embargo = _string(item["embargoed"])
    elif _string(item.get("embargoed_text")):
        found.embargo = _string(item["embargoed_text"])
    for name, label in (("ednote", "Hãng ghi"), ("usageterms", "Điều kiện sử dụng"), ("evolvedfrom", "Viết tiếp tin")):
        if isinstance(item.get(name), str):
            wires.remark(found, label, words(item[name]))
    if kind not in ("text", "composite", *_PICTURES):
        wires.remark(found, "Loại", kind)
    return found


def _lower(value: Any, depth: int = 0) -> Any:
    """The same with every name in lower case."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {str(name).lower(): _lower(child, depth + 1) for name, child in value.items()}
    return [_lower(child, depth + 1) for child in value] if isinstance(value, list) else value


def _subjects(item: dict[str, Any], left: Counter[tuple[str, str]]) -> tuple[str | None, list[str]]:
    """(section, tags): the section is what says so (Superdesk: its service), else the first subject."""
    found = [*_list(item.get("subject")), *_list(item.get("subjects"))]
    subjects = [one for one in found if _name(one)]
    if bare := len(found) - len(subjects):
        left["chủ đề", "chỉ có mã, không có tên"] += bare
    services = [_name(one) for one in _list(item.get("service")) if _name(one)]
    own = [one for one in subjects if isinstance(one, dict) and one.get("rel") == "section"]
    named = _name(next(iter(_list(item.get("section"))), ""))
    chosen = own[:1] if own else [] if named or services else subjects[:1]
    section = named or next((_name(one) for one in chosen), "") or next(iter(services), "")
    places = [_name(one) for name in ("place", "places") for one in _list(item.get(name))]
    rest = [_name(one) for one in subjects if one not in chosen]
    keywords = [_name(one) for one in _list(item.get("keywords"))]
    return section or None, wires.tags(keywords, rest, [one for one in services if one != section], places)


def _byline(item: dict[str, Any]) -> str:
    for name in ("byline", "by"):
        if isinstance(item.get(name), str) and item[name].strip():
            return words(item[name])
    people = [*_list(item.get("by")), *_list(item.get("authors"))]
    people += [one for one in _list(item.get("people")) if _is_author(one)]
    return ", ".join(dict.fromkeys(name for one in people if (name := _name(one))))


def _is_author(person: Any) -> bool:
    return isinstance(person, dict) and person.get("rel") in ("author", "creator", "byline")


def _images(item: dict[str, Any], kind: str, left: Counter[tuple[str, str]]) -> list[dict[str, str]]:
    """The pictures that come along: a list, or in ninjs 1 a dict by name; a photo's item is its own picture."""
    found = item.get("associations")
    several = list(found.values()) if isinstance(found, dict) else _list(found)
    own = [item] if kind in _PICTURES else []
    images = []
    for one in [*own, *several]:
        if not isinstance(one, dict):
            continue
        if str(one.get("type") or "picture" if one.get("renditions") else one.get("type")).lower() not in _PICTURES:
            left[f"mục đi kèm ({str(one.get('type') or 'không rõ loại')[:30]})", "chỉ lấy ảnh đi kèm"] += 1
        elif image := _picture(one):
            images.append(image)
    return images


def _picture(item: dict[str, Any]) -> dict[str, str] | None:
    found = item.get("renditions")
    several = list(found.values()) if isinstance(found, dict) else _list(found)
    usable = [one for one in several if isinstance(one, dict) and isinstance(one.get("href"), str)]
    usable = [one for one in usable if str(one.get("mimetype") or "image/").startswith("image/")]
    widest = max(usable, key=lambda one: one["width"] if isinstance(one.get("width"), int) else 0, default=None)
    caption = _first(item, "description_text", "descriptions") or _string(item.get("body_text"))
    caption = words(caption or _first(item, "headline", "headlines"))
    if widest is None and not caption:
        return None
    return {
        "url": str(widest["href"]) if widest else "",
        "caption": caption,
        "credit": _byline(item) or _string(item.get("copyrightholder")),
        "alt": words(_string(item.get("title")) or _string(item.get("alt_text"))),
    }


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
    _, mark, inside = body.partition("<body.content")
    if mark:
        body = inside.partition(">")[2].partition("</body.content>")[0]
    return body.replace("<hl2", "<h2").replace("</hl2>", "</h2>")


def _first(item: dict[str, Any], one: str, several: str) -> str:
    """A field of ninjs 1, or the plainest of the list that later versions have instead."""
    if isinstance(item.get(one), str):
        return str(item[one])
    found = [each for each in _list(item.get(several)) if isinstance(each, dict) and isinstance(each.get("value"), str)]
    plain = [each for each in found if "html" not in str(each.get("contenttype", ""))]
    return next((str(each["value"]) for each in [*plain, *found]), "")


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(value: Any) -> str:
    name = value.get("name", "") if isinstance(value, dict) else value
    return " ".join(name.split()) if isinstance(name, str) else ""
