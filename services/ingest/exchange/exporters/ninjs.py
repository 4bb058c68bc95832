"""ninjs 3 (IPTC News in JSON): a list of items. https://iptc.org/std/ninjs/"""

from collections.abc import Iterator
from typing import Any

import orjson

from services.ingest.articles.sanitise import to_text
from services.ingest.exchange.exporters import Article
from shared.settings import get_settings

_PUB_STATUS = {"published": "usable", "withdrawn": "canceled"}
_HEADLINES = (("main", "title"), ("short", "card_title"), ("search", "search_title"), ("kicker", "kicker"))
_TYPES = {"photo": "composite", "video": "composite", "article": "text"}
STANDARD = {"name": "ninjs", "version": "3.1", "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"}


def write(articles: Iterator[Article]) -> Iterator[bytes]:
    before = b"[\n"
    for article in articles:
        yield before + orjson.dumps(item(article))
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def item(article: Article) -> dict[str, Any]:
    """One article as a ninjs item."""
    created = article["first_published_at"] or article["published_at"] or article["updated_at"]
    found = {
        "uri": article["url"],
        "standard": STANDARD,
        "type": "composite" if article["images"] else _TYPES[article["kind"]],
        "representationType": "full",
        "version": str(article["version"]),
        "firstCreated": created,
        "contentCreated": article["published_at"],
        "versionCreated": article["updated_at"],
        "pubStatus": _PUB_STATUS.get(article["status"], "withheld"),
        "language": article["language"],
        "urgency": 1 if article["urgent"] else None,
        "infoSources": [{"name": article["source"]}] if article["source"] else [],
        "copyrightHolder": get_settings().site_name,
        "headlines": [{"role": role, "value": article[name]} for role, name in _HEADLINES if article[name]],
        "descriptions": [{"role": "summary", "contentType": "text/plain", "value": article["summary"]}],
        "bodies": [
            {"role": "main", "contentType": "text/html", "value": absolute(article["body"])},
            {"role": "main", "contentType": "text/plain", "value": to_text(article["body"]).strip()},
        ],
        "by": article["byline"],
        "located": article["dateline"],
        "people": [
            {"name": person["name"], "rel": "author", "literal": person["slug"]} for person in article["authors"]
        ],
        "subjects": [
            {"name": article["section_name"], "rel": "section", "literal": article["section"]},
            *_second(article),
            *({"name": tag, "rel": "keyword"} for tag in article["tags"]),
            *([{"name": article["event"], "rel": "event"}] if article["event"] else []),
        ],
        "associations": [
            *(_picture(index, image) for index, image in enumerate(article["images"], 1) if image["url"]),
            *_shared(article["social_image"]),
            *(
                {"name": f"related{index}", "uri": url, "type": "text"}
                for index, url in enumerate(article["related_urls"], 1)
            ),
        ],
        "altIds": [{"role": "article", "value": str(article["id"])}],
    }
    return {name: value for name, value in found.items() if value not in ("", None, [])}


def _second(article: Article) -> list[dict[str, str]]:
    if not article["second_section"]:
        return []
    return [{"name": article["second_section_name"], "rel": "secondSection", "literal": article["second_section"]}]


def _shared(url: str) -> list[dict[str, Any]]:
    """The picture for where it is shared."""
    if not url:
        return []
    whole = get_settings().site_url + url
    return [
        {"name": "socialImage", "uri": whole, "type": "picture", "renditions": [{"name": "original", "href": whole}]}
    ]


def _picture(index: int, image: dict[str, Any]) -> dict[str, Any]:
    site = get_settings().site_url
    sizes = [(image["width"], image["url"]), *image["renditions"]]
    found = {
        "name": f"picture{index}",
        "uri": site + image["url"],
        "type": "picture",
        "title": image["alt"],
        "by": image["credit"],
        "descriptions": [{"role": "caption", "contentType": "text/plain", "value": image["caption"]}],
        "renditions": [{"name": _name(width, url), "href": site + url, "width": width} for width, url in sizes],
    }
    return {name: value for name, value in found.items() if value != ""}


def _name(width: int, url: str) -> str:
    """A copy's name: "w960", "w960-avif"; each stands once."""
    return (
        f"w{width}-avif" if url.endswith(".avif") else f"w{width}-jpg" if url.endswith(f"-{width}.jpg") else f"w{width}"
    )


def absolute(body: str) -> str:
    """A body whose pictures and links work outside the site."""
    site = get_settings().site_url
    return body.replace(' src="/', f' src="{site}/').replace(' href="/', f' href="{site}/')
