"""Makes what other systems wrote fit to be an article here: mends and says so, and refuses only what has no words.

What is missing or not known takes the safest meaning: no date, an unknown status or an embargo without an end make a
draft, whose reason editors see.
"""

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from services.ingest.articles.input import FURTHEST, MAX_BODY_BYTES, MOST_RELATED, OLDEST_YEAR
from services.ingest.articles.sanitise import text_to_html, to_text
from services.ingest.exchange.importers.bodies import prepared
from services.ingest.exchange.importers.found import Fields, ForeignArticle
from services.ingest.kit.errors import Invalid, Refused
from services.ingest.sections.store import USUAL
from shared.contracts.addresses import RESERVED, old_path
from shared.vietnamese.dates import house_time
from shared.vietnamese.foreign_dates import read_time
from shared.vietnamese.legacy import mended
from shared.vietnamese.text import one_line, plain, slug

_ID, _TITLE, _SUMMARY, _SECTION, _TAG = 200, 500, 5000, 100, 100
_TAGS, _IMAGES, _PATHS, _DATELINE, _BYLINE = 50, 100, 20, 50, 500
_PEOPLE, _EVENT = 30, 100
_CAPTION, _CREDIT, _ALT, _URL = 2000, 300, 1000, 2000
# Lines that are shown beside the headline, or in its place.
_LINES = (
    ("kicker", 100, "dòng trên tít"), ("card_title", 200, "tít ngắn"), ("search_title", 200, "tít tìm kiếm"),
    ("source", 200, "nguồn tin"),
)  # fmt: skip
_LANGUAGE = re.compile(r"[a-z]{2,3}(?![a-z])")
_TITLE_FROM_BODY = 100
UNTITLED = "(Không có tiêu đề)"


def fitted(found: ForeignArticle, status: str, section: str, now: datetime) -> tuple[Fields, datetime | None]:
    """(fields that ArticleInput takes, the end of an embargo that still holds); `status` and `section` are those of
    articles that do not say them. `found.changes` and `found.remarks` tell what was done.

    Raises Refused for what has neither a headline nor words, and for a body that is too long.
    """
    fields = {name: value for name, value in found.fields.items() if value is not None}
    if found.is_ours:
        return {"status": status, "section": section, **fields}, None
    _decoded(fields, found)
    made: Fields = {"body_format": fields.get("body_format", "html"), "body": _body(fields, found)}
    made["title"] = _title(fields, made["body"], found)
    made["section"] = _section(fields, section, found)
    made["tags"] = _tags(fields, found)
    made["summary"] = _cut(plain(str(fields.get("summary", ""))).strip(), _SUMMARY, "tóm tắt", found)
    dateline = one_line(str(fields.get("dateline", "")))
    made["dateline"] = dateline if len(dateline) <= _DATELINE else ""
    if dateline and not made["dateline"]:
        found.changes.append("bỏ nơi viết tin dài quá 50 ký tự")
        found.remarks.append(f"Nơi viết tin: {dateline}"[:5000])
    event = one_line(str(fields.get("event", "")))
    if event and len(event) <= _EVENT and slug(event):
        made["event"] = event
    elif event:
        found.remarks.append(f"Sự kiện: {event}"[:5000])
    if fields.get("second_section"):
        made["second_section"] = _section({"section": fields["second_section"]}, made["section"], found)
    related = [key(str(one)) for one in fields.get("related_external_ids", ())]
    made["related_external_ids"] = list(dict.fromkeys(related))[:MOST_RELATED]
    if len(str(fields.get("social_image", ""))) <= _URL:
        made["social_image"] = str(fields.get("social_image", ""))
    made["byline"] = _byline(fields.get("byline", ""), found)
    made["images"] = _images(fields.get("images", []), found)
    made["old_paths"] = _addresses(fields.get("old_paths", []), found)
    made["earlier_views"] = min(int(fields.get("earlier_views", 0)), 10**12)
    made |= {name: fields[name] for name in ("kind", "video_url", "comments_closed") if fields.get(name)}
    made |= {
        name: _cut(one_line(str(fields[name])), most, what, found) for name, most, what in _LINES if fields.get(name)
    }
    # "vi" of "vi-VN".
    if language := _LANGUAGE.match(str(fields.get("language", "")).strip().lower()):
        made["language"] = language[0]
    made["external_id"] = key(str(fields.get("external_id") or _by_content(made, found)))
    made["status"] = str(fields.get("status") or status)
    at, until = _times(found, made, now)
    made["published_at"] = at.isoformat() if at else None
    return {name: value for name, value in made.items() if value is not None}, until


def key(name: str) -> str:
    """An identity that fits; what is long is hashed, since two long ones may begin alike."""
    name = one_line(name)
    return name if len(name) <= _ID else f"sha256:{sha256(name.encode()).hexdigest()}"


def _by_content(made: Fields, found: ForeignArticle) -> str:
    """The identity of what has none: the same again is the same."""
    said = "\n".join([made["title"], made["body"], *found.dates])
    return f"content:{sha256(said.encode('utf-8', 'replace')).hexdigest()}"


def hold(found: ForeignArticle, made: Fields, reason: str, more: str = "") -> None:
    """Make it a draft, if readers would see it, and say why; `more` is for who reads the article alone."""
    if made["status"] in ("published", "scheduled"):
        made["status"] = "draft"
        found.changes.append(f"thành bản nháp: {reason}")
        found.remarks.append(f"Để bản nháp khi nhập: {reason}{f' ({more})' if more else ''}.")


def hold_if_empty(found: ForeignArticle, made: Fields, *, has_pictures: bool) -> None:
    """Nothing to show is nothing to publish: looked at when it is known which pictures are at hand."""
    has_pictures = has_pictures or "/media/" in made["body"] or any(one.get("url") for one in made.get("images", []))
    if not (found.is_ours or has_pictures or made.get("video_url") or to_text(made["body"]).strip()):
        hold(found, made, "bài trống")


def _times(found: ForeignArticle, made: Fields, now: datetime) -> tuple[datetime | None, datetime | None]:
    at, unread = None, ""
    for said in map(str.strip, found.dates):
        if not said:
            continue
        try:
            at = _possible(read_time(said), now)
            # One that is written as ours are keeps its offset.
            at = at if said[:4].isdigit() else at.astimezone(UTC)
        except ValueError as error:
            unread = unread or str(error)
            found.remarks.append(f"Ngày ghi ở nơi cũ: {said}"[:5000])
            continue
        break
    if unread:
        found.changes.append(f"ngày đăng: {_kind_of_date(unread)}{', lấy ngày kế tiếp' if at else ''}")
    if found.status:
        hold(found, made, f"trạng thái “{found.status[:50]}” ở nơi cũ")
    if at is None:
        hold(found, made, "không có ngày đăng đọc được" if unread else "không có ngày đăng", unread)
    if found.killed:
        hold(found, made, found.killed)
    _expiry(found, made, now)
    if found.embargo is None:
        return at, None
    return _held(found, made, at, now)


def _expiry(found: ForeignArticle, made: Fields, now: datetime) -> None:
    try:
        until = read_time(found.expires) if found.expires else None
    except ValueError:
        found.remarks.append(f"Hãng cho dùng đến: {found.expires}"[:5000])
        return
    if until and until <= now:
        hold(found, made, "hãng không cho dùng nữa", f"đến {house_time(until)}")
    elif until:
        found.remarks.append(f"Hãng cho dùng đến {house_time(until)}.")


def _held(
    found: ForeignArticle, made: Fields, at: datetime | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """An embargo: not before its end; where that is not known, not before somebody decides."""
    try:
        until = read_time(found.embargo or "")
    except ValueError:
        hold(found, made, "hãng giữ lại (embargo) chưa rõ đến bao giờ", (found.embargo or "")[:60])
        return at, None
    if until > now + FURTHEST:
        hold(found, made, "hãng giữ lại (embargo) quá hai năm", house_time(until))
        return None, until
    if until > now:
        found.changes.append("giữ lại (embargo) đến giờ hãng cho phép")
        found.remarks.append(f"Hãng giữ lại (embargo) đến {house_time(until)}.")
    # Also afterwards: that it is told again then changes nothing.
    return (max(at, until) if at else at), (until if until > now else None)


def _possible(at: datetime, now: datetime) -> datetime:
    """Raises ValueError for a time that no article of ours has."""
    if at.astimezone(UTC).year < OLDEST_YEAR:
        raise ValueError(f"ngày trước năm {OLDEST_YEAR}")
    if at > now + FURTHEST:
        raise ValueError("ngày cách nay quá hai năm")
    return at


def _kind_of_date(fault: str) -> str:
    """The same words for all that are alike, so that a report can count them."""
    return "không đọc được" if fault.startswith("“") else fault


def _decoded(fields: Fields, found: ForeignArticle) -> None:
    """Old encodings in what has no marks; bodies have their own look."""
    said: set[str] = set()

    def right(value: Any) -> Any:
        if isinstance(value, str):
            value, name = mended(value)
            said.update([name] if name else [])
            return value
        if isinstance(value, dict):
            return {name: one if name == "url" else right(one) for name, one in value.items()}
        return [right(one) for one in value] if isinstance(value, list | tuple) else value

    for name in ("title", "summary", "section", "tags", "dateline", "byline", "images"):
        if name in fields:
            fields[name] = right(fields[name])
    found.changes += [f"chuyển chữ từ {name}" for name in sorted(said)]


def _body(fields: Fields, found: ForeignArticle) -> str:
    raw = str(fields.get("body", ""))
    if len(raw) > 5 * MAX_BODY_BYTES:
        raise Invalid.of("body", f"Nội dung bài dài quá {5 * MAX_BODY_BYTES // 1_000_000} MB.")
    if fields.get("body_format") == "text":
        raw, name = mended(raw)
        found.changes += [f"chuyển chữ từ {name}"] if name else []
        return raw
    try:
        hidden: list[str] = []
        body, changes = prepared(raw, found.base, hidden)
    except Refused as refused:
        found.changes.append(f"bỏ mã HTML, giữ chữ: {refused.detail}")
        return text_to_html(to_text(raw.replace("<", "\n<")))
    found.changes += changes
    found.remarks += [f"Phần bị ẩn ở trang cũ: {words}"[:5000] for words in hidden]
    return body


def _title(fields: Fields, body: str, found: ForeignArticle) -> str:
    title = one_line(str(fields.get("title", "")))
    if len(title) > _TITLE:
        found.changes.append("cắt tiêu đề dài quá 500 ký tự")
        found.remarks.append(f"Tiêu đề đầy đủ: {title}"[:5000])
        return title[: _TITLE - 1].rpartition(" ")[0] + "…" if " " in title[:_TITLE] else title[: _TITLE - 1] + "…"
    if len(title) >= 2:
        return title
    words = one_line(f"{title} {one_line(str(fields.get('summary', ''))) or one_line(to_text(body[:20_000]))}")
    if len(words) > _TITLE_FROM_BODY:
        words = words[:_TITLE_FROM_BODY].rpartition(" ")[0] + "…"
    has_pictures = bool(fields.get("images") or "<img" in body or fields.get("video_url"))
    if not words and not has_pictures and found.killed:
        return UNTITLED  # An agency takes an item back without repeating it.
    if not words and not has_pictures:
        raise Invalid.of("title", "Không có tiêu đề lẫn nội dung.")
    found.changes.append("không có tiêu đề: lấy những chữ đầu bài" if words else "không có tiêu đề")
    return words if len(words) >= 2 else f"{words} {UNTITLED}".strip()


def _section(fields: Fields, instead: str, found: ForeignArticle) -> str:
    name = one_line(str(fields.get("section", "")))
    if not name:
        return instead
    if len(name) > _SECTION:
        found.changes.append("cắt tên chuyên mục dài quá 100 ký tự")
        name = name[:_SECTION].rpartition(" ")[0] or name[:_SECTION]
    address = slug(name, 80)
    if not address or address.isdigit():
        found.changes.append(f"chuyên mục không có chữ: vào {instead}")
        return instead
    if len(address) == 1:
        found.changes.append(f"chuyên mục “{name}” chỉ là một mã: vào {instead}")
        return instead
    if address in RESERVED:
        found.changes.append("đổi tên chuyên mục trùng địa chỉ của trang")
        return f"Mục {name}"
    # What looks like an address is none here: it is the name that people gave there.
    return name if name in USUAL or not name.isascii() or not name.islower() else name.replace("-", " ").capitalize()


def _tags(fields: Fields, found: ForeignArticle) -> list[str]:
    tags: dict[str, str] = {}
    for tag in (one_line(str(one)) for one in fields.get("tags", [])):
        address = slug(tag, 80)
        if not tag:
            continue
        if not address or len(tag) > _TAG:
            found.changes.append("bỏ từ khóa " + ("không có chữ hay số" if not address else "dài quá 100 ký tự"))
            continue
        tags.setdefault(address, tag)
    if len(tags) > _TAGS:
        found.changes.append(f"bỏ từ khóa thứ {_TAGS + 1} trở đi")
        found.remarks.append(f"Từ khóa không nhập: {', '.join([*tags.values()][_TAGS:])}"[:5000])
    return [*tags.values()][:_TAGS]


def _byline(value: Any, found: ForeignArticle) -> Any:
    if isinstance(value, str):
        return _cut(one_line(value), _BYLINE, "tên tác giả", found)
    people = [
        {
            "name": one_line(str(one.get("name", "")))[:200],
            "roles": [one_line(str(r))[:50] for r in one.get("roles", [])][:10],
        }
        for one in value
        if isinstance(one, dict) and one_line(str(one.get("name", "")))
    ]
    if len(people) > _PEOPLE:
        found.changes.append(f"bỏ tác giả thứ {_PEOPLE + 1} trở đi")
    return people[:_PEOPLE]


def _images(images: list[dict[str, Any]], found: ForeignArticle) -> list[dict[str, Any]]:
    if len(images) > _IMAGES:
        found.changes.append(f"bỏ ảnh thứ {_IMAGES + 1} trở đi")
        found.remarks.append(f"Có {len(images) - _IMAGES} ảnh không nhập được vì quá {_IMAGES} ảnh.")
    made = []
    for image in images[:_IMAGES]:
        url = str(image.get("url", "")).strip()
        words = {
            "caption": _cut(plain(str(image.get("caption", ""))).strip(), _CAPTION, "chú thích ảnh", found),
            "credit": _cut(one_line(str(image.get("credit", ""))), _CREDIT, "tên người chụp", found),
            "alt": _cut(one_line(str(image.get("alt", ""))), _ALT, "chữ thay ảnh", found),
        }
        if url and len(url) <= _URL:
            made.append({"url": url, **words})
        elif words["caption"]:
            made.append({"url": "", **words})
    return made


def _addresses(addresses: list[str], found: ForeignArticle) -> list[str]:
    usable = list(dict.fromkeys(path for one in addresses if (path := old_path(one))))
    if len(usable) < len([one for one in addresses if one]) and any(len(one) > 500 for one in addresses):
        found.changes.append("bỏ địa chỉ cũ dài quá 500 ký tự")
    return usable[:_PATHS]


def _cut(words: str, longest: int, what: str, found: ForeignArticle) -> str:
    if len(words) <= longest:
        return words
    found.changes.append(f"cắt {what} dài quá {longest} ký tự")
    found.remarks.append(f"Phần bị cắt ({what}): …{words[longest - 1 :]}"[:5000])
    return words[: longest - 1] + "…"
