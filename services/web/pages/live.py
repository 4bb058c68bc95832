"""A live coverage beside its article's page: what is newest, its entries as a fragment for open pages, its feed.

An open page asks again and again which version is the newest; a version's fragment stands at an address of its own, so
that however many pages are open it is made once.
"""

from email.utils import format_datetime

import orjson

from services.web.model import LiveEntry
from services.web.page import Missing, Page, Site
from services.web.pages.article import public_state
from services.web.pages.coverage import coverage, laid_out
from services.web.pages.feeds import rss_page
from services.web.pages.xml import text, with_whole_addresses
from shared.contracts.addresses import article_path, live_path
from shared.contracts.articles import ArticleState

_JSON = "application/json; charset=utf-8"
# Whoever keeps it asks again each time: a second of age would be a second of every reader's.
_NEWEST_HEADERS = (("cache-control", "no-cache"), ("x-robots-tag", "noindex"))


def newest(site: Site, article_id: str) -> Page:
    """`{"version", "every"}`: the newest version and after how many seconds to ask again; `{"closed": true}` of one
    that has ended. Raises Missing, Gone."""
    state = public_state(site, article_id)
    version, number = site.read.live_version(state)
    if not (state.live or number):
        raise Missing
    said = {"version": version, "every": site.settings.live_poll_seconds} if state.live else {"closed": True}
    return Page(
        "live-newest",
        orjson.dumps(said).decode(),
        frozenset(site.read.depends),
        content_type=_JSON,
        headers=_NEWEST_HEADERS,
    )


def fragment(site: Site, article_id: str, version: str) -> Page:
    """The newest entries and the main events of one version. Raises Missing for any but the newest, Gone."""
    state = _live(site, article_id)
    if version != str(site.read.live_version(state)[0]):
        raise Missing
    found = coverage(site, state, 1)
    page = site.page("live-fragment", "live_fragment.html", coverage=found, path=_path(state), laid_out=laid_out)
    return Page(page.kind, page.body, page.depends, headers=(("x-robots-tag", "noindex"),))


def feed(site: Site, article_id: str) -> Page:
    """RSS 2.0 of the newest entries. Raises Missing, Gone."""
    state = _live(site, article_id)
    found = coverage(site, state, 1)
    title = f"{state.title} - {site.settings.site_name}"
    link = site.settings.site_url + _path(state)
    items = [_item(site, state, entry) for entry in found.entries]
    return rss_page(site, title, link, state.summary, found.updated_at or state.updated_at, items)


def _path(state: ArticleState) -> str:
    return article_path(state.section_slug, state.slug, state.id)


def _live(site: Site, article_id: str) -> ArticleState:
    state = public_state(site, article_id)
    if not state.live:
        raise Missing
    return state


def _item(site: Site, state: ArticleState, entry: LiveEntry) -> str:
    url = f"{site.settings.site_url}{_path(state)}#{entry.mark}"
    return "".join(
        [
            f"<item><title>{text(entry.title or state.title)}</title><link>{text(url)}</link>",
            f'<guid isPermaLink="false">{text(site.settings.site_url + live_path(state.id))}#{entry.mark}</guid>',
            f"<pubDate>{format_datetime(entry.at)}</pubDate>",
            *(f"<dc:creator>{text(name)}</dc:creator>" for name in entry.authors),
            f"<description>{text(with_whole_addresses(entry.body, site.settings.site_url))}</description></item>",
        ]
    )
