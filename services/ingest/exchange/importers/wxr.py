"""WordPress exports (WXR): posts with their categories, tags, dates, authors, pictures, comments and old addresses.

Pages and the posts of other types become drafts. What is not taken (menus, revisions, files that no post shows) is
counted. https://github.com/WordPress/wordpress-importer reads the same files.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from services.ingest.exchange.importers import shortcodes
from services.ingest.exchange.importers.feed import words
from services.ingest.exchange.importers.found import Fields, ForeignArticle, LeftOut, Piece
from services.ingest.exchange.importers.paragraphs import classic
from services.ingest.exchange.importers.wxr_comments import COMMENT, approved
from services.ingest.exchange.importers.xml import beginning, items, text
from services.ingest.kit.errors import Refused
from shared.contracts.addresses import ADDRESS_CHARS
from shared.vietnamese.dates import VIETNAM
from shared.vietnamese.foreign_dates import read_time

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
# The namespace carries the version of the format; some write it with https.
_SPACE = re.compile(r"""xmlns:[\w.-]{1,40}\s{0,9}=\s{0,9}["'](https?://wordpress\.org/export/[0-9.]{1,9}/)["']""")
_STATUS = {"publish": "published", "future": "published", "pending": "submitted", "draft": "draft"}
_THROWN_AWAY = {
    "trash": "đã bỏ vào thùng rác",
    "auto-draft": "bản nháp tự động, chưa ai viết",
    "inherit": "bản lưu của bài khác",
}
_OF_THE_SYSTEM = {
    "nav_menu_item": "mục của trình đơn", "revision": "bản lưu của bài khác", "wp_block": "khối dùng chung",
    "wp_template": "mẫu giao diện", "wp_template_part": "mẫu giao diện", "wp_global_styles": "kiểu giao diện",
    "wp_navigation": "mục của trình đơn", "custom_css": "kiểu giao diện", "customize_changeset": "kiểu giao diện",
    "oembed_cache": "bộ nhớ đệm", "user_request": "yêu cầu của người dùng", "wp_font_family": "phông chữ",
    "wp_font_face": "phông chữ", "acf-field": "cấu hình trường", "acf-field-group": "cấu hình trường",
    "guest-author": "hồ sơ tác giả", "shop_order": "đơn hàng", "wpcf7_contact_form": "biểu mẫu",
}  # fmt: skip
_NO_LABELS = ("post_format", "nav_menu", "author", "post_translations", "language", "wp_theme")
_VIEWS = ("post_views_count", "views", "_post_views")
_SIZED = re.compile(r"-(?:\d{2,5}x\d{2,5}|scaled|e\d{10,13})(?=\.[a-z0-9]{2,5}$)")
_UPLOADED = re.compile(r"uploads/([^\s\"'<>?#\\()]{1,500})")
_SHIFT = timedelta(hours=15)


@dataclass(slots=True)
class _Site:
    """What posts refer to: names of logins, pictures by the id of their attachment and of the post they belong to."""

    address: str = ""
    names: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, dict[str, str]] = field(default_factory=dict)
    of_post: dict[str, list[str]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """The place of a file below uploads to the id of its attachment."""
    blocks: dict[str, str] = field(default_factory=dict)
    zone: timezone = VIETNAM
    repairs: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)


def read(path: Path) -> Iterator[tuple[str, Piece]]:
    site = _site(path)
    left: Counter[tuple[str, str]] = Counter()
    told = 0
    known: dict[tuple[str, str], _Same] = {}
    for number, item in enumerate(items(path, "item"), start=1):
        where = f"{path}#{number}"
        if isinstance(item, Refused):
            yield where, item
            continue
        post = _Post(item)
        kind, status = post.own("post_type") or "post", post.own("status")
        if kind == "attachment" or kind in _OF_THE_SYSTEM or status in _THROWN_AWAY:
            left[COMMENT, "của mục không nhập"] += len(post.all("comment"))
            if kind != "attachment":
                left[kind, _OF_THE_SYSTEM.get(kind) or _THROWN_AWAY[status]] += 1
            continue
        found = _found(post, kind, status, site)
        _two_of_one_number(found, _Same(found.base, kind, post.own("post_date"), found.fields["title"]), known)
        found.changes += site.repairs[told:]
        told = len(site.repairs)
        found.comments, others = approved(post.all("comment"), str(found.fields["external_id"]), found.dates, site.zone)
        left += others
        yield where, found
    left["tệp đính kèm", "không bài nào dùng"] = len(site.pictures.keys() - site.used)
    for (kind, reason), count in sorted((+left).items()):
        yield str(path), LeftOut(kind, reason, count)


class _Same(NamedTuple):
    """What tells two posts of one number apart."""

    link: str
    kind: str
    date: str
    title: str

    def is_another(self, before: "_Same") -> bool:
        """Not a later version of the same: an edited post keeps its address, and its headline or its date. (A date
        alone tells nothing of drafts, nor does an address that is the number again.)"""
        may_be_edited = self.date == before.date and "?p=" not in self.link
        return self[:2] != before[:2] or not (self.title == before.title or may_be_edited)


def _two_of_one_number(found: ForeignArticle, post: _Same, known: dict[tuple[str, str], _Same]) -> None:
    """Files that were put together may use a number twice: both stay."""
    name, ending = str(found.fields["external_id"]), ""
    for further in ("", f":{post.link}", f":{post.link}:{post.kind}:{post.title}"):
        ending = further
        if not post.is_another(known.setdefault((name, ending), post)):
            break
    if ending:
        found.fields["external_id"] = f"{name}{ending}"
        found.changes.append("số bài đã có bài khác dùng: giữ cả hai")


class _Post:
    """An item and the names of its own elements, whatever version the file is."""

    def __init__(self, item: Element) -> None:
        self.item = item
        self._tags = {child.tag.rpartition("}")[2]: child.tag for child in item if "wordpress.org/export" in child.tag}

    def own(self, name: str) -> str:
        return text(self.item, self._tags.get(name, name))

    def all(self, name: str) -> list[Element]:
        return self.item.findall(self._tags[name]) if name in self._tags else []

    def meta(self) -> dict[str, str]:
        space = self._tags.get("postmeta", "").removesuffix("postmeta")
        return {text(one, f"{space}meta_key"): text(one, f"{space}meta_value") for one in self.all("postmeta")}

    def excerpt(self) -> str:
        return next((text(self.item, child.tag) for child in self.item if child.tag.endswith("/excerpt/}encoded")), "")


def _site(path: Path) -> _Site:
    """A first reading of the file: attachments may stand behind the posts that show them."""
    site = _Site()
    zones: Counter[timezone] = Counter()
    spaces = [f"{{{space}}}" for space in dict.fromkeys(_SPACE.findall(beginning(path)))]
    of_site = [f"{space}{name}" for space in spaces for name in ("author", "base_blog_url")]
    for item in items(path, "item", "link", *of_site, repairs=site.repairs):
        if isinstance(item, Refused):
            continue  # the second reading tells it
        if item.tag == "link":
            site.address = site.address or _address(item.text or "")
        elif item.tag.endswith("base_blog_url"):
            site.address = _address(item.text or "") or site.address
        elif item.tag != "item":
            space = item.tag.removesuffix("author")
            site.names[text(item, f"{space}author_login")] = text(item, f"{space}author_display_name")
        else:
            post = _Post(item)
            zones.update(_zone(post))
            _note(site, post)
    if zones:
        site.zone = zones.most_common(1)[0][0]
    return site


def _note(site: _Site, post: _Post) -> None:
    kind, number = post.own("post_type"), post.own("post_id")
    if kind == "wp_block":
        site.blocks[number] = text(post.item, _CONTENT)
    if kind != "attachment" or not (url := post.own("attachment_url") or text(post.item, "guid")):
        return
    alt = post.meta().get("_wp_attachment_image_alt", "")
    site.pictures[number] = {"id": number, "url": url, "caption": words(post.excerpt()), "alt": words(alt)}
    site.of_post.setdefault(post.own("post_parent"), []).append(number)
    if name := _UPLOADED.search(url):
        site.ids[_file_name(name[1])] = number


def _zone(post: _Post) -> list[timezone]:
    """What the site's clocks say, from a post with both of its dates."""
    local, utc = post.own("post_date"), post.own("post_date_gmt")
    try:
        shift = read_time(local, UTC) - read_time(utc, UTC)
    except ValueError:
        return []
    return [timezone(shift)] if shift and abs(shift) <= _SHIFT else []


def _address(url: str) -> str:
    """A site as a key: its host and path."""
    if len(url) > ADDRESS_CHARS:
        return ""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}"


def _found(post: _Post, kind: str, status: str, site: _Site) -> ForeignArticle:
    item, meta, number = post.item, post.meta(), post.own("post_id")
    link = text(item, "link")
    raw = text(item, _CONTENT)
    body, gallery, changes = shortcodes.shown(
        raw,
        lambda ids: [site.pictures[one] for one in ids if one in site.pictures],
        lambda: [site.pictures[one] for one in site.of_post.get(number, [])],
        lambda block: site.blocks.get(block, ""),
    )
    cover = [site.pictures[one] for one in [meta.get("_thumbnail_id", "")] if one in site.pictures]
    site.used |= {one["id"] for one in [*cover, *gallery]}
    site.used |= {site.ids[name] for one in _UPLOADED.findall(body) if (name := _file_name(one)) in site.ids}
    pictures = {one["id"]: {key: value for key, value in one.items() if key != "id"} for one in [*cover, *gallery]}
    views = next((meta[name] for name in _VIEWS if meta.get(name, "").isascii() and meta.get(name, "").isdigit()), "0")
    fields: Fields = {
        "external_id": f"wxr:{site.address or _address(link).split('/')[0]}:{number}"
        if number
        else text(item, "guid") or link,
        "title": words(text(item, "title")),
        "summary": words(post.excerpt()),
        "body": classic(body),
        "images": list(pictures.values()),
        "status": _STATUS.get(status),
        "old_paths": [link, *_guid(post, number), f"/?p={number}" if number else ""],
        "earlier_views": int(views[:12]),
        "comments_closed": post.own("comment_status") == "closed",
        **_labels(item, site),
    }
    found = ForeignArticle(fields, dates=_dates(post, site), base=link, changes=changes)
    if status not in _STATUS:
        found.status = status or "không rõ"
    if post.own("post_password"):
        found.status = "có mật khẩu"
    if kind != "post":
        found.kind = "trang" if kind == "page" else f"bài loại {kind[:50]}"
        found.status = found.kind
    if post.own("is_sticky") == "1":
        found.changes.append("bỏ ghim lên đầu trang")
    return found


def _dates(post: _Post, site: _Site) -> tuple[str, ...]:
    """UTC first, then the feed's own, then the site's clock."""
    utc, local = post.own("post_date_gmt"), post.own("post_date")
    offset = datetime.now(site.zone).strftime("%z")
    dates = [f"{utc}+00:00" if utc else "", text(post.item, "pubDate"), f"{local}{offset}" if local else ""]
    # A zero date is none: nobody wrote it.
    return tuple(one for one in dates if one and not one.startswith("0000") and "-0001" not in one)


def _labels(item: Element, site: _Site) -> Fields:
    """Section, tags and byline: categories, tags and other labels, and the people of Co-Authors Plus."""
    labels: dict[str, list[str]] = {}
    for label in item.findall("category"):
        if label.text and label.text.strip():
            labels.setdefault(label.get("domain") or "category", []).append(unescape(label.text.strip()))
    categories = labels.pop("category", [])
    login = text(item, _CREATOR).strip("<> ")
    people = labels.get("author") or [site.names.get(login) or login]
    tags = [*labels.pop("post_tag", []), *categories[1:]]
    tags += [name for domain, names in labels.items() if domain not in _NO_LABELS for name in names]
    return {"section": categories[0] if categories else None, "tags": tags, "byline": ", ".join(people)}


def _guid(post: _Post, number: str) -> list[str]:
    """The address that a guid is; "?p=568" of post 12 came with a copy of the database and is another's."""
    guid = text(post.item, "guid")
    _, sign, query = guid.partition("?p=")
    return [guid] if guid.startswith("http") and (not sign or query == number) else []


def _file_name(place: str) -> str:
    return _SIZED.sub("", unquote(place).lower())
