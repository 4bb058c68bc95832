"""Our own exchange format: one article a line, with the fields of POST /api/articles and what else is known."""

from collections.abc import Iterator

import orjson

from services.ingest.exchange.exporters import Article, external_id
from shared.contracts.addresses import article_path

_OF_PICTURE = ("url", "caption", "credit", "alt", "focus")


def write(articles: Iterator[Article]) -> Iterator[bytes]:
    for article in articles:
        yield line(article) + b"\n"


def line(article: Article) -> bytes:
    """The article as JSON. Without a sender's id it gets one from this house, so that importing twice makes one."""
    here = article_path(article["section"], article["slug"], article["id"])
    known = dict(article)
    for name in ("original", "original_format", "related", "related_urls", "second_section_name"):
        del known[name]
    return orjson.dumps(
        {
            **known,
            "external_id": external_id(article["id"], article["external_id"]),
            "section": article["section_name"],
            "second_section": article["second_section_name"],
            "images": [{name: image[name] for name in _OF_PICTURE} for image in article["images"]],
            # Where the article stood here leads to it wherever it goes.
            "old_paths": list(dict.fromkeys([*article["old_paths"], here])),
            "earlier_views": article["opening_views"],
        }
    )
