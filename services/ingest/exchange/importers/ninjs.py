"""ninjs (IPTC News in JSON) 1.x, 2.x and 3.x: one item, or a list of items, a file.

The three lines differ in the case of names ("versioncreated", "versionCreated") and in what is a list; all are read
as one. https://iptc.org/std/ninjs/
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.ingest.exchange.importers import Fields
from services.ingest.kit.errors import Invalid, Refused
from services.ingest.kit.json_input import MAX_DEPTH, read_json

_STATUS = {"usable": None, "withheld": "draft", "canceled": "draft"}
_DATELINE_LENGTH = 50
# Renditions come small and large under names of each agency's own: the widest is taken.
_PICTURES = ("picture", "graphic")


def read(path: Path) -> Iterator[tuple[str, "Fields | Refused"]]:
    raw = path.read_bytes()
    try:
        whole = read_json(b'{"items":' + raw.removeprefix(b"\xef\xbb\xbf") + b"}")["items"]
    except Refused as refused:
        yield str(path), refused
        return
    found = whole if isinstance(whole, list) else [whole]
    for number, item in enumerate(found, start=1):
        where = f"{path}#{number}"
        if not isinstance(item, dict):
            yield where, Invalid.of("", "Không phải một bài ninjs.")
            continue
        yield where, _item(_lower(item))


def _item(item: dict[str, Any]) -> Fields:
    html, plain = _body(item)
    section, tags = _subjects(item)
    located = _name(next(iter(_list(item.get("located"))), ""))
    return {
        "external_id": str(item.get("uri") or item.get("guid") or "")[:200] or None,
        "title": _first(item.get("headline"), item.get("headlines")) or str(item.get("title") or ""),
        "summary": _first(item.get("description_text"), item.get("descriptions")),
        "body": html or plain,
        "body_format": "html" if html else "text",
        "section": section,
        "tags": tags,
        "dateline": located if len(located) <= _DATELINE_LENGTH else "",
        "byline": _byline(item),
        "images": [image for one in _associated(item) if (image := _picture(one))],
        "published_at": item.get("firstcreated") or item.get("contentcreated") or item.get("versioncreated"),
        "status": _STATUS.get(str(item.get("pubstatus", "usable")), "draft"),
    }


def _lower(value: Any, depth: int = 0) -> Any:
    """The same with every name in lower case."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {str(name).lower(): _lower(child, depth + 1) for name, child in value.items()}
    return [_lower(child, depth + 1) for child in value] if isinstance(value, list) else value


def _subjects(item: dict[str, Any]) -> tuple[str | None, list[str]]:
    """(section, tags): the section is the subject that says so, else the first one."""
    subjects = [one for one in [*_list(item.get("subject")), *_list(item.get("subjects"))] if _name(one)]
    own = [one for one in subjects if isinstance(one, dict) and one.get("rel") == "section"]
    chosen = (own or subjects)[:1]
    section = _name(next(iter(_list(item.get("section"))), "")) or next((_name(one) for one in chosen), "")
    tags = [_name(one) for one in _list(item.get("keywords")) if _name(one)]
    tags += [_name(one) for one in subjects if one not in chosen]
    return section or None, list(dict.fromkeys(tags))


def _byline(item: dict[str, Any]) -> str:
    for name in ("byline", "by"):
        if isinstance(item.get(name), str):
            return str(item[name])
    people = [*_list(item.get("by")), *(one for one in _list(item.get("people")) if _is_author(one))]
    return ", ".join(name for one in people if (name := _name(one)))


def _is_author(person: Any) -> bool:
    return isinstance(person, dict) and person.get("rel") in ("author", "creator", "byline")


def _associated(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The items that come along: a list, or in ninjs 1 a dict by name; a photo's item is its own picture."""
    found = item.get("associations")
    several = list(found.values()) if isinstance(found, dict) else _list(found)
    own = [item] if item.get("type") in _PICTURES else []
    return [one for one in [*own, *several] if isinstance(one, dict) and one.get("type") in _PICTURES]


def _picture(item: dict[str, Any]) -> dict[str, str] | None:
    found = item.get("renditions")
    several = list(found.values()) if isinstance(found, dict) else _list(found)
    usable = [one for one in several if isinstance(one, dict) and isinstance(one.get("href"), str)]
    widest = max(usable, key=lambda one: one["width"] if isinstance(one.get("width"), int) else 0, default=None)
    caption = _first(item.get("description_text"), item.get("descriptions"))
    if widest is None and not caption:
        return None
    return {
        "url": str(widest["href"]) if widest else "",
        "caption": caption or _first(item.get("headline"), item.get("headlines")),
        "credit": _byline(item)[:300] or str(item.get("copyrightholder") or "")[:300],
        "alt": str(item.get("title") or "")[:1000],
    }


def _body(item: dict[str, Any]) -> tuple[str, str]:
    """(HTML, plain text), whichever the item has."""
    html, plain = str(item.get("body_html") or item.get("body_xhtml") or ""), str(item.get("body_text") or "")
    for body in _list(item.get("bodies")):
        if isinstance(body, dict) and isinstance(body.get("value"), str):
            if "html" in str(body.get("contenttype", "")):
                html = html or body["value"]
            else:
                plain = plain or body["value"]
    return html, plain


def _first(value: Any, several: Any) -> str:
    """A field of ninjs 1, or the plainest of the list that later versions have instead."""
    if isinstance(value, str):
        return value
    found = [one for one in _list(several) if isinstance(one, dict) and isinstance(one.get("value"), str)]
    plain = [one for one in found if "html" not in str(one.get("contenttype", ""))]
    return next((str(one["value"]) for one in [*plain, *found]), "")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(value: Any) -> str:
    name = value.get("name", "") if isinstance(value, dict) else value
    return name.strip() if isinstance(name, str) else ""
