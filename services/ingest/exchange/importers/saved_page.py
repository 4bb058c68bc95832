"""Pages of an old site that were saved as HTML: one article a file.

What the page says of itself decides (JSON-LD, Open Graph, meta, microdata), then how pages are built: the headline is
the first h1, the text what the marks for it hold, else what is neither navigation nor foot.
"""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from services.ingest.exchange.importers.found import Fields, ForeignArticle, Piece
from services.ingest.exchange.importers.tree import markup_of, tree, words
from services.ingest.kit.errors import Invalid, Refused
from shared.vietnamese.dates import parse_house_time
from shared.vietnamese.legacy import decode, mended
from shared.vietnamese.text import one_line

MAX_BYTES = 20_000_000
_CHARSET = re.compile(rb"""<meta\s[^<>]{0,200}?charset\s{0,9}=\s{0,9}["']?([\w.:-]{1,40})""", re.IGNORECASE)
_LINKED_DATA = re.compile(r"""<script\s[^<>]{0,200}application/ld\+json[^<>]{0,200}>""", re.IGNORECASE)
_CANONICAL = re.compile(r"""<link(?=[^<>]{0,700}>)[^<>]{0,200}\srel=["']?canonical["']?[^<>]{0,500}>""", re.IGNORECASE)
_HREF = re.compile(r"""\shref\s{0,9}=\s{0,9}["']?([^"'\s>]{1,2000})""", re.IGNORECASE)
_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d{1,9}\)(\S{1,2000}) -->")
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,1000})</title", re.IGNORECASE)
_ARTICLES = frozenset(("article", "newsarticle", "reportagenewsarticle", "blogposting", "analysisnewsarticle"))
_WRAPS = re.compile(r"</?(?:div|span|font|center|section)(?:\s[^<>]{0,2000})?>", re.IGNORECASE)
_FURNITURE = frozenset(("nav", "header", "footer", "aside"))
_BODY_CLASSES = (
    "articlebody", "article-body", "article-content", "entry-content", "post-content", "detail-content", "fck_detail",
    "content-detail", "contentdetail", "news-content", "noidung", "bodytext", "maincontent", "main-content",
    "the-content",
    "cms-body", "single-content",
)  # fmt: skip
_SIDE_CLASSES = (
    "related",
    "comment",
    "sidebar",
    "share",
    "social",
    "breadcrumb",
    "menu",
    "tin-lien-quan",
    "tinkhac",
    "banner",
    "advert",
)


def read(path: Path) -> Iterator[tuple[str, Piece]]:
    if path.stat().st_size > MAX_BYTES:
        yield str(path), Invalid.of("body", f"Tệp lớn quá {MAX_BYTES // 1_000_000} MB.")
        return
    raw = path.read_bytes()
    declared = found.group(1).decode() if (found := _CHARSET.search(raw[:4096])) else ""
    decoded = decode(raw, declared)
    try:
        article = _found_in(decoded.text, path)
    except Refused as refused:
        yield str(path), refused
        return
    article.changes += [decoded.mended] if decoded.mended else []
    yield str(path), article


def _found_in(text: str, path: Path) -> ForeignArticle:
    """The story of a page, also of one that wraps it in more elements than any story has. Raises Refused."""
    try:
        return _found(text, path)
    except Refused:
        article = _found(_WRAPS.sub("\n", text), path)
    article.changes.append("bỏ thẻ bao quá nhiều lớp")
    return article


def _found(text: str, path: Path) -> ForeignArticle:
    root = tree(text)
    meta = _meta(root)
    data = _linked_data(text)
    address = _address(text, meta, data)
    title = _title(text, root, meta, data)
    author = _people(data.get("author")) or meta.get("article:author", "") or meta.get("author", "")
    dates = [
        _string(data.get("datePublished")), meta.get("article:published_time", ""), _marked(root, "datePublished"),
        meta.get("pubdate", ""), meta.get("dc.date", ""), meta.get("date", ""), _time(root), _printed_time(root),
        _string(data.get("dateCreated")), meta.get("article:modified_time", ""),
    ]  # fmt: skip
    body = _text(root, title)
    digest = sha256(one_line(address or f"{title}|{words(body)}").encode()).hexdigest()[:40]
    picture = meta.get("og:image", "")
    inside = markup_of(body)
    fields: Fields = {
        "external_id": f"html:{digest}",
        "title": title,
        "summary": meta.get("og:description", "") or meta.get("description", ""),
        "body": inside,
        "section": _string(data.get("articleSection")) or meta.get("article:section") or None,
        "tags": [tag for one in (*_tags(meta), *_keywords(data)) if (tag := one.strip())],
        "byline": "" if author.startswith("http") else author,
        "images": [{"url": picture}] if picture and "<img" not in inside else [],
        "old_paths": [address] if address else [],
    }
    return ForeignArticle(fields, dates=tuple(one for one in dates if one), base=address, beside=path.parent)


def _title(text: str, root: Element, meta: dict[str, str], data: dict[str, Any]) -> str:
    heading = next((found for one in root.iter("h1") if (found := words(one))), "")
    title = _string(data.get("headline")) or meta.get("og:title", "") or heading
    if not title and (named := _TITLE.search(text)):
        title = one_line(named[1].partition(" | ")[0])
    return mended(title)[0]


def _meta(root: Element) -> dict[str, str]:
    """name or property -> content, of the first; "article:tag" may come many times and is joined by commas."""
    found: dict[str, str] = {}
    for one in root.iter("meta"):
        name, content = (
            (one.get("property") or one.get("name") or one.get("itemprop") or "").lower(),
            one.get("content", "").strip(),
        )
        if name == "article:tag" and name in found:
            found[name] += f", {content}"
        elif name and content:
            found.setdefault(name, content)
    return found


def _linked_data(text: str) -> dict[str, Any]:
    """What the page's JSON-LD says of the article."""
    for mark in list(_LINKED_DATA.finditer(text))[:20]:
        end = text.find("</script", mark.end())
        try:
            whole = json.loads(text[mark.end() : end], strict=False) if end > 0 else None
        except (ValueError, RecursionError):
            continue
        several = whole if isinstance(whole, list) else [whole]
        graphs = [inner for outer in several if isinstance(outer, dict) for inner in _list(outer.get("@graph"))]
        for one in [*several, *graphs]:
            if isinstance(one, dict) and any(str(kind).lower() in _ARTICLES for kind in _list(one.get("@type"))):
                return one
    return {}


def _address(text: str, meta: dict[str, str], data: dict[str, Any]) -> str:
    canonical = _CANONICAL.search(text)
    href = _HREF.search(canonical[0]) if canonical else None
    saved = _SAVED_FROM.search(text[:4096])
    page = data.get("mainEntityOfPage")
    own = page.get("@id") if isinstance(page, dict) else page
    candidates = (href[1] if href else "", meta.get("og:url", ""), saved[1] if saved else "", own, data.get("url"))
    return next((one for one in candidates if isinstance(one, str) and one.startswith(("http://", "https://"))), "")


def _text(root: Element, title: str) -> Element:
    """The element that holds the story, without what stands around it."""
    body = (
        _first(root, lambda one: one.get("itemprop") == "articleBody")
        or _first(root, lambda one: _is_called(one, _BODY_CLASSES) and len(words(one)) > 20)
        or _longest(root.iter("article"))
        or _longest(root.iter("main"))
        or root
    )
    _without_furniture(body, title)
    return body


def _first(root: Element, fits: Any) -> Element | None:
    return next((one for one in root.iter() if fits(one)), None)


def _longest(found: Iterator[Element]) -> Element | None:
    return max(found, key=lambda one: len(words(one)), default=None)


def _is_called(element: Element, names: tuple[str, ...]) -> bool:
    called = f"{element.get('class', '')} {element.get('id', '')}".lower().replace("_", "-").split()
    return any(name.replace("_", "-") in called for name in names)


def _without_furniture(body: Element, title: str) -> None:
    for parent in list(body.iter()):
        for child in list(parent):
            called = f"{child.get('class', '')} {child.get('id', '')}".lower()
            is_side = child.tag in ("div", "section", "ul") and any(name in called for name in _SIDE_CLASSES)
            is_title = child.tag == "h1" and words(child) == title
            if child.tag in _FURNITURE or child.tag in ("meta", "title") or is_side or is_title:
                child.tail, tail = "", child.tail or ""
                at = list(parent).index(child)
                parent.remove(child)
                if at:
                    parent[at - 1].tail = (parent[at - 1].tail or "") + tail
                else:
                    parent.text = (parent.text or "") + tail


def _time(root: Element) -> str:
    return next((one.get("datetime", "") for one in root.iter("time") if one.get("datetime")), "")


def _marked(root: Element, name: str) -> str:
    one = _first(root, lambda element: element.get("itemprop") == name)
    return "" if one is None else one.get("datetime") or one.get("content") or words(one)


def _printed_time(root: Element) -> str:
    """A line that is a time as papers print it."""
    for one in root.iter():
        if (
            one.tag in ("p", "div", "span", "time", "li", "small", "td", "em", "i")
            and 10 <= len(line := words(one)) <= 60
        ):
            try:
                parse_house_time(line)
            except ValueError:
                continue
            return line
    return ""


def _tags(meta: dict[str, str]) -> list[str]:
    return (meta.get("article:tag") or meta.get("news_keywords") or meta.get("keywords") or "").split(",")


def _keywords(data: dict[str, Any]) -> list[str]:
    found = data.get("keywords")
    return found.split(",") if isinstance(found, str) else [one for one in _list(found) if isinstance(one, str)]


def _people(value: Any) -> str:
    names = [one.get("name") if isinstance(one, dict) else one for one in _list(value)]
    return ", ".join(one_line(one) for one in names if isinstance(one, str) and one.strip())


def _string(value: Any) -> str:
    return next((one.strip() for one in _list(value) if isinstance(one, str)), "")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
