"""RSS 2.0 and Atom."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.etree.ElementTree import Element

from services.ingest.articles.sanitise import clean_html, to_text
from services.ingest.exchange.importers import Fields
from services.ingest.exchange.importers.xml import items, text
from services.ingest.kit.errors import Invalid, Refused
from shared.contracts.addresses import old_path

_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_SUMMARY_LENGTH = 1000


def read(path: Path) -> Iterator[tuple[str, "Fields | Refused"]]:
    for number, item in enumerate(items(path, "item", f"{_ATOM}entry"), start=1):
        where = f"{path}#{number}"
        if isinstance(item, Refused):
            yield where, item
            continue
        try:
            yield where, _atom(item) if item.tag.startswith(_ATOM) else _rss(item)
        except Refused as refused:
            yield where, refused


def _rss(item: Element) -> Fields:
    link, description, whole = text(item, "link"), text(item, "description"), text(item, _CONTENT)
    categories = [category.text.strip() for category in item.findall("category") if category.text]
    return {
        "external_id": (text(item, "guid") or link)[:200] or None,
        "title": words(text(item, "title")),
        "summary": words(description) if whole else "",
        "body": whole or description,
        "section": categories[0] if categories else None,
        "tags": list(dict.fromkeys(categories[1:])),
        "byline": text(item, _CREATOR) or text(item, "author"),
        "images": _pictures(item),
        "published_at": rfc822(text(item, "pubDate")),
        "old_paths": _addresses(link),
    }


def _atom(entry: Element) -> Fields:
    link = next(
        (one.get("href", "") for one in entry.findall(f"{_ATOM}link") if one.get("rel") in (None, "alternate")), ""
    )
    whole, summary = text(entry, f"{_ATOM}content"), text(entry, f"{_ATOM}summary")
    categories = [name for one in entry.findall(f"{_ATOM}category") if (name := one.get("label") or one.get("term"))]
    names = [text(author, f"{_ATOM}name") for author in entry.findall(f"{_ATOM}author")]
    at = text(entry, f"{_ATOM}published") or text(entry, f"{_ATOM}updated")
    return {
        "external_id": (text(entry, f"{_ATOM}id") or link)[:200] or None,
        "title": words(text(entry, f"{_ATOM}title")),
        "summary": words(summary) if whole else "",
        "body": whole or summary,
        "section": categories[0] if categories else None,
        "tags": list(dict.fromkeys(categories[1:])),
        "byline": ", ".join(name for name in names if name),
        "images": _pictures(entry),
        "published_at": at or None,
        "old_paths": _addresses(link),
    }


def _pictures(item: Element) -> list[dict[str, str]]:
    """The pictures that come with an item, the first one only: feeds list the same picture in many sizes."""
    for one in item.iter():
        kind, url = one.get("type", ""), one.get("url") or one.get("href") or ""
        is_link = one.tag == f"{_ATOM}link" and one.get("rel") == "enclosure"
        is_media = one.tag == f"{_MEDIA}content" and (kind.startswith("image/") or one.get("medium") == "image")
        if url and (is_media or ((one.tag == "enclosure" or is_link) and kind.startswith("image/"))):
            caption, credit = text(one, f"{_MEDIA}description"), text(one, f"{_MEDIA}credit")
            return [{"url": url, "caption": words(caption), "credit": words(credit)[:300]}]
    return []


def _addresses(link: str) -> list[str]:
    address = old_path(link)
    return [address] if address else []


def words(html: str) -> str:
    """The words of a summary that may have marks, cut to a summary's length."""
    return " ".join(to_text(clean_html(html)).split())[:_SUMMARY_LENGTH]


def rfc822(value: str) -> str | None:
    """A feed's date as RFC 3339; None for none. Raises Invalid for one that is no date."""
    if not value:
        return None
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        raise Invalid.of("published_at", "Ngày đăng không đọc được.") from None
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC).isoformat()


def utc(value: str) -> str | None:
    """ "2023-01-09 10:59:00", which is UTC, as RFC 3339; None for WordPress's zero date."""
    if not value or value.startswith("0000"):
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).isoformat()
    except ValueError:
        raise Invalid.of("published_at", "Ngày đăng không đọc được.") from None
