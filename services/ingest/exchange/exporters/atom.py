"""Atom (RFC 4287) with whole texts, for programs that know nothing better."""

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from services.ingest.exchange.exporters import Article
from services.ingest.exchange.exporters.ninjs import absolute
from shared.settings import get_settings


def write(articles: Iterator[Article]) -> Iterator[bytes]:
    """`articles` are published ones."""
    settings = get_settings()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
    yield f"<id>{escape(settings.site_url)}/</id><title>{escape(settings.site_name)}</title>".encode()
    yield f"<updated>{now}</updated>\n".encode()
    for article in articles:
        yield _entry(article).encode()
    yield b"</feed>\n"


def _entry(article: Article) -> str:
    url = article["url"]
    authors = "".join(f"<author><name>{escape(person['name'])}</name></author>" for person in article["authors"])
    labels = [article["section_name"], *article["tags"]]
    return (
        f"<entry><id>{escape(url)}</id><link href={quoteattr(url)}/><title>{escape(article['title'])}</title>"
        f"<published>{article['published_at']}</published><updated>{article['updated_at']}</updated>"
        f"{authors or '<author><name/></author>'}{''.join(f'<category term={quoteattr(label)}/>' for label in labels)}"
        f"<summary>{escape(article['summary'])}</summary>"
        f'<content type="html">{escape(absolute(article["body"]))}</content></entry>\n'
    )
