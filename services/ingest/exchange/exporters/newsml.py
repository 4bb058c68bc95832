"""NewsML-G2 (IPTC): a news message; every text is an item, so is every picture. https://iptc.org/standards/newsml-g2/"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring
from xml.sax.saxutils import escape

from services.ingest.exchange.exporters import Article
from services.ingest.exchange.exporters.markup import xhtml
from services.ingest.exchange.exporters.ninjs import absolute
from shared.settings import get_settings

_NAR = "http://iptc.org/std/nar/2006-10-01/"
_XHTML = "http://www.w3.org/1999/xhtml"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CATALOG = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_40.xml"
_PUB_STATUS = {"published": "stat:usable", "withdrawn": "stat:canceled"}


def write(articles: Iterator[Article]) -> Iterator[bytes]:
    register_namespace("", _NAR)
    register_namespace("h", _XHTML)
    sent, sender = datetime.now(UTC).isoformat(timespec="seconds"), escape(get_settings().site_name)
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<newsMessage xmlns="{_NAR}">'.encode()
    yield f"<header><sent>{sent}</sent><sender>{sender}</sender></header><itemSet>\n".encode()
    pictures = set[str]()
    for article in articles:
        for item in items(article):
            guid = item.get("guid", "")
            if guid in pictures:
                continue  # a picture that an earlier article showed too
            pictures.add(guid)
            yield tostring(item, encoding="utf-8") + b"\n"
    yield b"</itemSet></newsMessage>\n"


def items(article: Article) -> list[Element]:
    """The text's item and those of its pictures."""
    pictures = [image for image in article["images"] if image["url"]]
    return [_text(article, pictures), *(_picture(image, article) for image in pictures)]


def _text(article: Article, pictures: list[dict[str, Any]]) -> Element:
    item = _item(article["url"], str(article["version"]))
    _item_meta(item, "ninat:text", article["updated_at"], article["first_published_at"] or article["published_at"])
    item_meta = item.find(f"{{{_NAR}}}itemMeta")
    assert item_meta is not None
    _add(item_meta, "pubStatus", qcode=_PUB_STATUS.get(article["status"], "stat:withheld"))
    for image in pictures:
        _add(item_meta, "link", rel="irel:seeAlso", residref=_guid(image))
    meta = _add(item, "contentMeta")
    if article["urgent"]:
        _add(meta, "urgency", "1")
    if article["published_at"]:
        _add(meta, "contentCreated", article["published_at"])
    if article["dateline"]:
        _name(_add(meta, "located"), article["dateline"])
    for person in article["authors"]:
        _name(_add(meta, "creator", literal=person["slug"]), person["name"])
    if article["source"]:
        _name(_add(meta, "infoSource", literal=article["source"]), article["source"])
    _add(meta, "language", tag=article["language"])
    _name(_add(meta, "subject", type="cpnat:section", literal=article["section"]), article["section_name"])
    for tag in article["tags"]:
        _add(meta, "keyword", tag)
    if article["dateline"]:
        _add(meta, "dateline", article["dateline"])
    if article["byline"]:
        _add(meta, "by", article["byline"])
    _add(meta, "headline", article["title"])
    if article["summary"]:
        _add(meta, "description", article["summary"], role="drol:summary")
    inline = _add(_add(item, "contentSet"), "inlineXML", contenttype="application/xhtml+xml")
    page = SubElement(inline, f"{{{_XHTML}}}html")
    SubElement(SubElement(page, f"{{{_XHTML}}}head"), f"{{{_XHTML}}}title").text = article["title"]
    page.append(xhtml(absolute(article["body"])))
    return item


def _picture(image: dict[str, Any], article: Article) -> Element:
    item = _item(_guid(image), "1")
    _item_meta(item, "ninat:picture", article["updated_at"], None)
    meta = _add(item, "contentMeta")
    if image["credit"]:
        _add(meta, "creditline", image["credit"])
    if image["alt"]:
        _add(meta, "headline", image["alt"])
    if image["caption"]:
        _add(meta, "description", image["caption"], role="drol:caption")
    content = _add(item, "contentSet")
    for width, url in [(image["width"], image["url"]), *image["renditions"]]:
        _add(content, "remoteContent", href=get_settings().site_url + url, width=str(width))
    return item


def _item(guid: str, version: str) -> Element:
    item = Element(f"{{{_NAR}}}newsItem", {"guid": guid, "version": version, "standard": "NewsML-G2"})
    item.set("standardversion", "2.33")
    item.set("conformance", "power")
    item.set(_LANG, "vi")
    _add(item, "catalogRef", href=_CATALOG)
    holder = _add(_add(item, "rightsInfo"), "copyrightHolder", literal=get_settings().site_name)
    _name(holder, get_settings().site_name)
    return item


def _item_meta(item: Element, item_class: str, version_created: str, first_created: str | None) -> None:
    meta = _add(item, "itemMeta")
    _add(meta, "itemClass", qcode=item_class)
    _add(meta, "provider", literal=get_settings().site_name)
    _add(meta, "versionCreated", version_created)
    if first_created:
        _add(meta, "firstCreated", first_created)


def _guid(image: dict[str, Any]) -> str:
    return get_settings().site_url + str(image["url"])


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    made = SubElement(parent, f"{{{_NAR}}}{name}", attributes)
    made.text = text
    return made


def _name(parent: Element, name: str) -> None:
    _add(parent, "name", name)
