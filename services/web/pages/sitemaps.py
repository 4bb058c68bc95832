"""Sitemaps: an index, files of a fixed range of ids each, and Google's news sitemap of the last two days."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from services.web.model import Card
from services.web.page import Missing, Page, Site
from shared.settings import Settings
from shared.vietnamese.dates import iso

XML = "application/xml; charset=utf-8"
_NEWS_DAYS = timedelta(days=2)
_NEWS_SIZE = 1_000
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def index(site: Site) -> Page:
    """One line a file; the last file holds the newest articles."""
    names = [f"sitemap-{number}.xml" for number in range(site.read.blocks())]
    rows = (f"<sitemap><loc>{_text(f'{site.settings.site_url}/{name}')}</loc></sitemap>" for name in names)
    return _xml(site, f'{_HEAD}<sitemapindex xmlns="{_SPACE}">\n', rows, "</sitemapindex>\n")


def block(site: Site, number: str) -> Page:
    """The articles of one range of ids; an empty one while none of them is public. Raises Missing after the last."""
    if int(number) >= max(1, site.read.blocks()):
        raise Missing
    rows = [
        f"<url><loc>{_url(card, site.settings)}</loc><lastmod>{iso(card.updated_at)}</lastmod></url>"
        for card in site.read.block(int(number))
    ]
    if number == "0":
        sections = [section for top in site.read.sections() for _level, section in top.all()]
        paths = ["/", *(section.path for section in sections)]
        rows = [f"<url><loc>{_text(site.settings.site_url + path)}</loc></url>" for path in paths] + rows
    return _xml(site, f'{_HEAD}<urlset xmlns="{_SPACE}">\n', rows, "</urlset>\n")


def news(site: Site) -> Page:
    cards = site.read.since(datetime.now(UTC) - _NEWS_DAYS, _NEWS_SIZE)
    name = _text(site.settings.site_name)
    rows = (
        f"<url><loc>{_url(card, site.settings)}</loc><news:news><news:publication><news:name>{name}</news:name>"
        f"<news:language>vi</news:language></news:publication>"
        f"<news:publication_date>{iso(card.published_at)}</news:publication_date>"
        f"<news:title>{_text(card.title)}</news:title></news:news></url>"
        for card in cards
    )
    head = f'{_HEAD}<urlset xmlns="{_SPACE}" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n'
    first_to_go = (cards[-1].published_at + _NEWS_DAYS).timestamp() if cards else 0.0
    return _xml(site, head, rows, "</urlset>\n", first_to_go)


def _xml(site: Site, head: str, rows: Iterable[str], foot: str, until: float = 0.0) -> Page:
    lines = "\n".join(rows)
    return Page("sitemap", f"{head}{lines}\n{foot}", frozenset(site.read.depends), content_type=XML, until=until)


def _url(card: Card, settings: Settings) -> str:
    return _text(settings.site_url + card.path)


def _text(text: str) -> str:
    return escape(_NO_XML.sub("", text))
