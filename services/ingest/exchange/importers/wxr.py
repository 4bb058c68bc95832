"""WordPress exports (WXR): posts with their categories, tags, dates, authors, pictures and old addresses."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from services.ingest.exchange.importers import Fields
from services.ingest.exchange.importers.feed import utc, words
from services.ingest.exchange.importers.xml import items, text
from services.ingest.kit.errors import Refused
from shared.contracts.addresses import old_path
from shared.markup import without

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
# The namespace carries the version of the format.
_AUTHORS = tuple(f"{{http://wordpress.org/export/{version}/}}author" for version in ("1.0", "1.1", "1.2"))
_STATUS = {"publish": "published", "future": "published", "pending": "submitted"}
_NO_POSTS = ("trash", "auto-draft", "inherit")
_VIEWS = ("post_views_count", "views", "_post_views")
_CAPTION = re.compile(r"\[caption\b[^\[\]]*\]([^\[]*+(?:\[(?!/?caption\b)[^\[]*+)*)\[/caption\]", re.IGNORECASE)
_PICTURE = re.compile(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)", re.IGNORECASE)
_GALLERY = re.compile(r"\[gallery\b([^\[\]]*)\]", re.IGNORECASE)
_IDS = re.compile(r"\bids\s{0,9}=\s{0,9}[\"']?([\d,\s]+)", re.IGNORECASE)
_SHORTCODE = re.compile(r"\[/?(?:caption|gallery|embed|video|audio|playlist)[^\[\]]*\]", re.IGNORECASE)
_BLOCK = re.compile(r"<(?:p|h[1-6]|ul|ol|blockquote|table|figure|div)[ >]", re.IGNORECASE)
_PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(slots=True)
class _Site:
    """What posts refer to: names of logins, pictures by the id of their attachment."""

    names: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, dict[str, str]] = field(default_factory=dict)


def read(path: Path) -> Iterator[tuple[str, "Fields | Refused"]]:
    site = _site(path)
    for number, item in enumerate(items(path, "item"), start=1):
        where = f"{path}#{number}"
        if isinstance(item, Refused):
            yield where, item
            continue
        post = _Post(item)
        if post.own("post_type") != "post" or post.own("status") in _NO_POSTS:
            continue
        try:
            yield where, _fields(post, site)
        except Refused as refused:
            yield where, refused


class _Post:
    """An item and the names of its own elements, whatever version the file is."""

    def __init__(self, item: Element) -> None:
        self.item = item
        self._tags = {child.tag.rpartition("}")[2]: child.tag for child in item if "wordpress.org/export" in child.tag}

    def own(self, name: str) -> str:
        return text(self.item, self._tags.get(name, name))

    def meta(self) -> dict[str, str]:
        tag = self._tags.get("postmeta")
        if tag is None:
            return {}
        space = tag.removesuffix("postmeta")
        return {text(one, f"{space}meta_key"): text(one, f"{space}meta_value") for one in self.item.findall(tag)}

    def excerpt(self) -> str:
        return next((text(self.item, child.tag) for child in self.item if child.tag.endswith("/excerpt/}encoded")), "")


def _site(path: Path) -> _Site:
    """A first reading of the file: attachments may stand behind the posts that show them."""
    site = _Site()
    for item in items(path, "item", *_AUTHORS):
        if isinstance(item, Refused):
            break  # the second reading tells it
        if item.tag != "item":
            space = item.tag.removesuffix("author")
            site.names[text(item, f"{space}author_login")] = text(item, f"{space}author_display_name")
            continue
        post = _Post(item)
        if post.own("post_type") == "attachment" and (url := post.own("attachment_url") or text(item, "guid")):
            alt = post.meta().get("_wp_attachment_image_alt", "")
            site.pictures[post.own("post_id")] = {"url": url, "caption": words(post.excerpt()), "alt": words(alt)}
    return site


def _fields(post: _Post, site: _Site) -> Fields:
    item, meta = post.item, post.meta()
    labels: dict[str, list[str]] = {"category": [], "post_tag": []}
    for label in item.findall("category"):
        if label.text and label.get("domain") in labels:
            labels[str(label.get("domain"))].append(label.text.strip())
    login = text(item, _CREATOR)
    raw = text(item, _CONTENT)
    addresses = [text(item, "link"), text(item, "guid"), f"/?p={post.own('post_id')}" if post.own("post_id") else ""]
    views = next((meta[name] for name in _VIEWS if meta.get(name, "").isascii() and meta.get(name, "").isdigit()), "0")
    return {
        "external_id": (text(item, "guid") or f"{text(item, 'link')}#{post.own('post_id')}")[:200],
        "title": words(text(item, "title")),
        "summary": words(post.excerpt()),
        "body": _body(raw),
        "section": labels["category"][0] if labels["category"] else None,
        "tags": list(dict.fromkeys([*labels["post_tag"], *labels["category"][1:]])),
        "byline": site.names.get(login) or login,
        "images": _images(raw, meta, site),
        "published_at": utc(post.own("post_date_gmt")),
        "status": "draft" if post.own("post_password") else _STATUS.get(post.own("status"), "draft"),
        "old_paths": list(dict.fromkeys(filter(None, map(old_path, addresses)))),
        "earlier_views": int(views[:12]),
    }


def _body(raw: str) -> str:
    """The body as HTML: WordPress keeps blank lines for paragraphs where an editor wrote no blocks."""
    body = _CAPTION.sub(_figure, without(raw, "<!--", "-->"))
    body = _SHORTCODE.sub("", body).replace("\r\n", "\n").strip()
    if _BLOCK.search(without(body, "<figure>", "</figure>")):
        return body
    parts = [part.strip() for part in _PARAGRAPHS.split(body)]
    if not any("<" in part for part in parts):
        parts = [html.escape(html.unescape(part), quote=False) for part in parts]
    return "\n".join(
        part if part.startswith("<figure") else f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts if part
    )


def _figure(found: re.Match[str]) -> str:
    """A picture and the words behind it; a caption without a picture stays as it is."""
    picture = _PICTURE.match(found[1])
    if picture is None:
        return found[0]
    return f"<figure>{picture[1]}<figcaption>{found[1][picture.end() :].strip()}</figcaption></figure>"


def _images(raw: str, meta: dict[str, str], site: _Site) -> list[dict[str, Any]]:
    """The featured picture, then those of galleries; pictures that stand in the body are found there."""
    ids = [meta.get("_thumbnail_id", "")]
    for found in (ids_of[1] for inside in _GALLERY.findall(raw) if (ids_of := _IDS.search(inside))):
        ids += [one.strip() for one in found.split(",")]
    return [dict(site.pictures[one]) for one in dict.fromkeys(ids) if one in site.pictures]
