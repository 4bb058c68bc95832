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
_NO_PICTURES = ("thumbnail", "icon", "quicklook")


def read(path: Path) -> Iterator[tuple[str, Piece]]:
    return stories(path, ("NewsItem",), _found)


def _found(item: Element) -> ForeignArticle:
    body, body_format = _body(item)
    codes = [name for one in item.iter("SubjectDetail") if (name := _formal(one))]
    subjects = [name for one in item.iter("Subject") if (name := _formal(one))]
    subjects = [name for name in [*subjects, *codes] if not name.isdigit()]
    fields: Fields = {
        "external_id": _words(item, "PublicIdentifier") or _words(item, "NewsItemId") or None,
        "title": _words(item, "HeadLine") or _words(item, "SlugLine") or _words(item, "NewsLineText"),
        "summary": _words(item, "SubHeadLine"),
        "body": body,
        "body_format": body_format,
        "section": subjects[0] if subjects else None,
        "tags": wires.tags(
            [" ".join("".join(one.itertext()).split()) for one in item.iter("KeywordLine")], subjects[1:]
        ),
        "dateline": _words(item, "DateLine").rstrip(" -–—"),
        "byline": _words(item, "ByLine"),
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
    return found


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
