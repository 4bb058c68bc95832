"""RSS, Atom and JSON Feed: the newest articles, whole or in short (`settings.feed_full_text`)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

import orjson

from services.web import model
from services.web.page import Missing, Moved, Page, Site
from services.web.pages import linked_data
from services.web.pages.frame import Head, page
from services.web.pages.linked_data import absolute
from services.web.pages.paper import paper_of
from services.web.pages.xml import attribute, text, with_whole_addresses
from shared.blocks.markup import current, first_paragraph
from shared.contracts.addresses import article_path, author_path, section_path, tag_feed_path, tag_path
from shared.contracts.articles import ArticleState, Image
from shared.settings import Settings
from shared.vietnamese.dates import iso

SIZE = 30
LISTED = "/kenh-rss"


def listed(site: Site) -> Page:
    """What feeds there are, for people."""
    name = "Nguồn tin RSS"
    trail = [("Trang chủ", "/"), (name, LISTED)]
    head = Head(
        title=f"{name} - {site.settings.site_name}",
        description=f"Nguồn tin của {site.settings.site_name} và từng chuyên mục cho trình đọc tin.",
        canonical=LISTED,
        data=[linked_data.breadcrumbs(site.settings, trail)],
    )
    return page(site, "feeds", "feeds.html", head, name=name, trail=trail)


def rss(site: Site, section_slug: str = "") -> Page:
    """RSS 2.0 of the paper or a section. Raises Missing."""
    return _rss(site, *_channel(site, section_slug))


def tag(site: Site, slug: str) -> Page:
    """RSS 2.0 of a tag. Raises Missing, and Moved for one that was merged into another."""
    if other := site.read.merged_tags().get(slug):
        raise Moved(tag_feed_path(other.slug))
    name = site.read.name_of(model.of_tag(slug))
    if name is None:
        raise Missing
    settings = site.settings
    states = site.read.states(model.of_tag(slug), SIZE)
    return _rss(site, f"{name} - {settings.site_name}", settings.site_url + tag_path(slug), states)


def _rss(site: Site, title: str, link: str, states: list[ArticleState]) -> Page:
    built = max((_published(state) for state in states), default=datetime(2026, 1, 1, tzinfo=UTC))
    items = [_rss_item(state, site.settings) for state in states]
    return rss_page(site, title, link, paper_of(site.settings).tagline, built, items)


def rss_page(site: Site, title: str, link: str, description: str, built: datetime, items: Iterable[str]) -> Page:
    """RSS 2.0 of `items` (XML); `link`: the page that shows the same."""
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:media="http://search.yahoo.com/mrss/">\n<channel>',
        f"<title>{text(title)}</title><link>{text(link)}</link>"
        f"<description>{text(description)}</description><language>vi</language>",
        f'<atom:link rel="self" type="application/rss+xml" href={attribute(site.settings.site_url + site.path)}/>',
        *_hubs(site.settings),
        f"<lastBuildDate>{format_datetime(built)}</lastBuildDate>"
        f"<image><url>{text(site.settings.site_url + site.look.static('icons/192.png'))}</url>"
        f"<title>{text(title)}</title><link>{text(link)}</link></image>",
        *items,
        "</channel></rss>\n",
    ]
    return _feed(site, "\n".join(parts), "application/rss+xml; charset=utf-8")


def atom(site: Site) -> Page:
    title, link, states = _channel(site, "")
    own = site.settings.site_url + site.path
    updated = max((state.updated_at for state in states), default=datetime(2026, 1, 1, tzinfo=UTC))
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi">',
        f"<title>{text(title)}</title><id>{text(own)}</id><updated>{iso(updated)}</updated>",
        f'<link rel="self" type="application/atom+xml" href={attribute(own)}/>'
        f'<link rel="alternate" type="text/html" href={attribute(link)}/>',
        *(hub.replace("<atom:", "<") for hub in _hubs(site.settings)),
        f"<icon>{text(site.settings.site_url + site.look.static('icons/192.png'))}</icon>",
        *(_atom_entry(state, site.settings) for state in states),
        "</feed>\n",
    ]
    return _feed(site, "\n".join(parts), "application/atom+xml; charset=utf-8")


def json_feed(site: Site) -> Page:
    """JSON Feed 1.1."""
    title, link, states = _channel(site, "")
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": link,
        "feed_url": site.settings.site_url + site.path,
        "description": paper_of(site.settings).tagline,
        "icon": site.settings.site_url + site.look.static("icons/512.png"),
        "favicon": site.settings.site_url + site.look.static("icons/192.png"),
        "language": "vi",
        "items": [_json_item(state, site.settings) for state in states],
    }
    if site.settings.websub_hub:
        feed["hubs"] = [{"type": "WebSub", "url": site.settings.websub_hub}]
    return _feed(site, orjson.dumps(feed).decode(), "application/feed+json; charset=utf-8")


def _channel(site: Site, section_slug: str) -> tuple[str, str, list[ArticleState]]:
    """(title, address of the page, the newest articles)."""
    settings = site.settings
    if not section_slug:
        return settings.site_name, f"{settings.site_url}/", _states(site, model.ALL)
    section = site.read.section_tree().get(section_slug)
    if section is None:
        raise Missing
    states = _states(site, model.of_section(section_slug))
    return f"{section.name} - {settings.site_name}", settings.site_url + section_path(section_slug), states


def _states(site: Site, name: str) -> list[ArticleState]:
    """The newest of a list; no whole text names an article that was withdrawn."""
    states = site.read.states(name, SIZE)
    if not site.settings.feed_full_text:
        return states
    return [state.model_copy(update={"body": current(state.body, site.read.cards)}) for state in states]


def _feed(site: Site, body: str, content_type: str) -> Page:
    return Page("feed", body, frozenset(site.read.depends), content_type=content_type)


def _rss_item(state: ArticleState, settings: Settings) -> str:
    url = _url(state, settings)
    parts = [
        f"<item><title>{text(state.title)}</title><link>{text(url)}</link>",
        f'<guid isPermaLink="false">{text(_identity(state, settings))}</guid>',
        f"<pubDate>{format_datetime(_published(state))}</pubDate>",
        # Readers of RSS take a description for HTML.
        f"<description>{text(escape(state.summary))}</description>",
        f"<category>{text(state.section_name)}</category>",
        *(f"<category>{text(tag.name)}</category>" for tag in state.tags),
        *(f"<dc:creator>{text(author.name)}</dc:creator>" for author in state.authors),
    ]
    if settings.feed_full_text:
        parts.append(f"<content:encoded>{text(_whole(state, settings))}</content:encoded>")
    image = _first_image(state)
    if image is not None:
        size = f' width="{image.width}" height="{image.height}"' if image.width and image.height else ""
        parts.append(f'<media:content url={attribute(absolute(settings, image.url))} medium="image"{size}/>')
    return "".join([*parts, "</item>"])


def _atom_entry(state: ArticleState, settings: Settings) -> str:
    people = [
        f"<author><name>{text(author.name)}</name>"
        f"<uri>{text(settings.site_url + author_path(author.slug))}</uri></author>"
        for author in state.authors
    ]
    parts = [
        f"<entry><title>{text(state.title)}</title><id>{text(_identity(state, settings))}</id>",
        f'<link rel="alternate" type="text/html" href={attribute(_url(state, settings))}/>',
        f"<published>{iso(_published(state))}</published><updated>{iso(state.updated_at)}</updated>",
        *(people or [f"<author><name>{text(settings.site_name)}</name></author>"]),
        f"<category term={attribute(state.section_slug)} label={attribute(state.section_name)}/>",
        *(f"<category term={attribute(tag.slug)} label={attribute(tag.name)}/>" for tag in state.tags),
        f"<summary>{text(state.summary)}</summary>",
    ]
    if settings.feed_full_text:
        parts.append(f'<content type="html">{text(_whole(state, settings))}</content>')
    return "".join([*parts, "</entry>"])


def _json_item(state: ArticleState, settings: Settings) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": _identity(state, settings),
        "url": _url(state, settings),
        "title": state.title,
        "summary": state.summary,
        "date_published": iso(_published(state)),
        "date_modified": iso(state.updated_at),
        "tags": [state.section_name, *(tag.name for tag in state.tags)],
        "language": "vi",
    }
    if state.authors:
        item["authors"] = [
            {"name": author.name, "url": settings.site_url + author_path(author.slug)} for author in state.authors
        ]
    image = _first_image(state)
    if image is not None:
        item["image"] = absolute(settings, image.url)
    # An item must have one of the two.
    return item | (
        {"content_html": _whole(state, settings)} if settings.feed_full_text else {"content_text": state.summary}
    )


def _whole(state: ArticleState, settings: Settings) -> str:
    """The body as HTML that can be read elsewhere: dateline in front, byline behind, whole addresses."""
    body = with_whole_addresses(state.body, settings.site_url)
    if state.dateline and (at := first_paragraph(body)) >= 0:
        body = f"{body[:at]}<p>{escape(state.dateline)} - {body[at + len('<p>') :]}"
    return f"{body}<p>{escape(state.byline)}</p>" if state.byline else body


def _identity(state: ArticleState, settings: Settings) -> str:
    """Stays when the headline, and with it the address, changes."""
    return f"{settings.site_url}/api/articles/{state.id}"


def _url(state: ArticleState, settings: Settings) -> str:
    return settings.site_url + article_path(state.section_slug, state.slug, state.id)


def _published(state: ArticleState) -> datetime:
    return state.published_at or state.updated_at


def _first_image(state: ArticleState) -> Image | None:
    return next((image for image in state.images if image.url), None)


def _hubs(settings: Settings) -> list[str]:
    return [f'<atom:link rel="hub" href={attribute(settings.websub_hub)}/>'] if settings.websub_hub else []
