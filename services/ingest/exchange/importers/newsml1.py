"""NewsML 1.x (IPTC): news items with their lines, and the text of the first component that has one.

https://iptc.org/standards/newsml-1/
"""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from services.ingest.exchange.importers import nitf, wires
from services.ingest.exchange.importers.found import Fields, ForeignArticle, Piece
from services.ingest.exchange.importers.xml import stories

_STATUS = {"usable": "usable", "canceled": "canceled", "cancelled": "canceled", "withheld": "withheld", "embargoed": ""}
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_PICTURES = ("thumbnail", "icon", "quicklook")


def read(path: Path) -> Iterator[tuple[str, Piece]]:
    return stories(path, ("NewsItem",), _found)


def _found(item: Element) -> ForeignArticle:
    body, body_format = _body(item)
    codes = [name for one in item.iter("SubjectDetail") if (name := _formal(one))]
    subjects = [name for one in item.iter("Subject") if (name := _formal(one))]
    subjects = [name for name in [*subjects, *codes] if not name.isdigit()]
    keywords = [" ".join("".join(one.itertext()).split()) for one in item.iter("KeywordLine")]
    keywords += [one.get("Value", "") for one in item.iter("Property") if _formal(one).lower() == "keyword"]
    fields: Fields = {
        "external_id": _identity(item) or None,
        "title": _words(item, "HeadLine") or _words(item, "SlugLine") or _words(item, "NewsLineText"),
        "summary": _words(item, "SubHeadLine"),
        "body": body,
        "body_format": body_format,
        "section": subjects[0] if subjects else None,
        "tags": wires.tags(keywords, subjects[1:]),
        "dateline": _words(item, "DateLine").rstrip(" -–—"),
        "byline": _words(item, "ByLine"),
        "source": next((name for one in item.iter("Provider") for party in one if (name := _formal(party))), ""),
        "language": next((_formal(one) for one in item.iter("Language")), "") or item.get(_LANG, ""),
        "images": _pictures(item),
    }
    found = ForeignArticle(
        fields, dates=(_words(item, "FirstCreated"), _words(item, "ThisRevisionCreated"), _words(item, "DateId"))
    )
    revision = next(iter(item.iter("RevisionId")), None)
    found.version = wires.version(_words(item, "RevisionId"), _words(item, "ThisRevisionCreated"))
    if revision is not None and revision.get("Update") == "A":
        wires.remark(found, "Hãng ghi", "bản này bổ sung bản trước")
    status = next((_formal(one).lower() for one in item.iter("Status")), "")
    wires.apply_status(found, _STATUS.get(status, status))
    if status == "embargoed":
        change = next(iter(item.iter("StatusWillChange")), None)
        found.embargo = "" if change is None else _words(change, "DateAndTime")
    coded = [one for name in ("Subject", "SubjectMatter", "SubjectDetail") for one in item.iter(name)]
    genres = [one for one in item.iter("Genre") if _formal(one)]
    for label, said in (
        ("Slugline", _words(item, "SlugLine")),
        ("Độ gấp", next((_formal(one) for one in item.iter("Urgency")), "")),
        ("Thể loại", ", ".join(dict.fromkeys(map(_formal, genres)))),
        ("Mã chủ đề", ", ".join(dict.fromkeys(name for one in coded if (name := _formal(one)).isdigit()))),
        ("Bản quyền", _words(item, "CopyrightLine")),
        ("Điều kiện sử dụng", _words(item, "UsageType") or _words(item, "UsageRights")),
    ):
        wires.remark(found, label, said)
    return found


def _identity(item: Element) -> str:
    """The item's name without its revision, which every later one has instead."""
    name, revision = _words(item, "PublicIdentifier"), next(iter(item.iter("RevisionId")), None)
    if revision is not None and (number := "".join(revision.itertext()).strip()):
        for ending in (f":{number}{revision.get('Update', '')}", f":{number}"):
            if name.endswith(ending):
                return name.removesuffix(ending)
    return name or _words(item, "NewsItemId")


def _body(item: Element) -> tuple[str, str]:
    for content in item.iter("DataContent"):
        if any(one.tag.rpartition("}")[2] in ("body.content", "body") for one in content.iter()):
            return nitf.body(content), "html"
        if len(content):
            return nitf.as_html(content), "html"
        text = "".join(content.itertext()).strip()
        if text and next((one.get("FormalName") for one in item.iter("Encoding")), "") not in ("Base64", "base64"):
            return text, "html" if "<p" in text else "text"
    return "", "html"


def _pictures(item: Element) -> list[dict[str, str]]:
    images = []
    for component in item.iter("NewsComponent"):
        inner = [one for one in component.iter("NewsComponent") if one is not component]
        contents = [] if inner else [one for one in component.iter("ContentItem") if one.get("Href")]
        contents = [
            one
            for one in contents
            if any(_formal(kind).lower() in ("photo", "picture", "graphic", "image") for kind in one.iter("MediaType"))
        ]
        best = next(
            (one for one in contents if not any(word in one.get("Href", "").lower() for word in _NO_PICTURES)), None
        )
        if best is not None:
            images.append(
                {
                    "url": best.get("Href", ""),
                    "caption": _words(component, "Caption") or _words(component, "HeadLine"),
                    "credit": _words(component, "CreditLine") or _words(component, "ByLine"),
                    "alt": "",
                }
            )
    return images


def _formal(element: Element) -> str:
    return element.get("FormalName", "").strip()


def _words(item: Element, name: str) -> str:
    return next((words for one in item.iter(name) if (words := " ".join("".join(one.itertext()).split()))), "")
