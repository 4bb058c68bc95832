"""schema.org objects of the pages, for search engines and other readers of JSON-LD."""

import html
from collections.abc import Iterable
from typing import Any

from services.web.model import Coverage, LiveEntry, Story
from services.web.pages.paper import paper_of
from services.web.pages.video import Video
from services.web.theme.look import Look
from shared.contracts.articles import ArticleState, Correction, Image
from shared.markup import without
from shared.settings import Settings
from shared.vietnamese.dates import iso

_VIDEO_AT = {"file": "contentUrl", "embed": "embedUrl", "link": "url"}
_CONTEXT = "https://schema.org"


def absolute(settings: Settings, url: str) -> str:
    """An address inside the site with the site's name before it."""
    return settings.site_url + url if url.startswith("/") else url


def news_article(story: Story, look: Look, video: Video | None = None) -> dict[str, Any]:
    state, settings = story.state, look.settings
    url = settings.site_url + story.path
    pictures = [_image(image, settings) for image in state.images if image.url]
    made: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "url": url,
        "headline": state.title,
        "description": state.summary,
        "datePublished": iso(state.published_at or state.updated_at),
        "dateModified": iso(state.updated_at),
        "articleSection": state.section_name,
        "inLanguage": state.language,
        "isAccessibleForFree": True,
        "author": _authors(story, settings),
        "publisher": publisher(look),
    }
    if pictures:
        made["image"] = pictures
    if video:
        made["video"] = _video(state, video, settings)
    if state.tags:
        made["keywords"] = [tag.name for tag in state.tags]
    if state.dateline:
        made["dateline"] = state.dateline
    if state.search_title:
        made["alternativeHeadline"] = state.search_title
    if state.print_page:
        made["printPage"] = state.print_page
    if state.source:
        made["sourceOrganization"] = {"@type": "Organization", "name": state.source}
    if state.corrections:
        made["correction"] = [_correction(one) for one in state.corrections]
    return made


def live_updates(story: Story, coverage: Coverage, settings: Settings) -> dict[str, Any]:
    """What makes an article a live coverage, with the entries of this page."""
    state = story.state
    return {
        "@type": "LiveBlogPosting",
        "dateModified": iso(max(state.updated_at, coverage.updated_at or state.updated_at)),
        "coverageStartTime": iso(state.published_at or state.updated_at),
        "liveBlogUpdate": [_update(entry, story, settings) for entry in coverage.entries],
    }


def _update(entry: LiveEntry, story: Story, settings: Settings) -> dict[str, Any]:
    words = " ".join(html.unescape(without(entry.body, "<", ">", " ")).split())
    made: dict[str, Any] = {
        "@type": "BlogPosting",
        "headline": entry.title or story.state.title,
        "articleBody": words,
        "datePublished": iso(entry.at),
        "dateModified": iso(entry.updated_at),
        "url": f"{settings.site_url}{story.path}#{entry.mark}",
    }
    if entry.authors:
        made["author"] = [{"@type": "Person", "name": name} for name in entry.authors]
    return made


def publisher(look: Look) -> dict[str, Any]:
    settings = look.settings
    return {
        "@type": "NewsMediaOrganization",
        "name": settings.site_name,
        "url": f"{settings.site_url}/",
        "logo": {
            "@type": "ImageObject",
            "url": settings.site_url + look.static("icons/512.png"),
            "width": 512,
            "height": 512,
        },
        "publishingPrinciples": f"{settings.site_url}/gioi-thieu",
        "correctionsPolicy": f"{settings.site_url}/cai-chinh",
    }


def website(look: Look) -> dict[str, Any]:
    settings = look.settings
    return {
        "@context": _CONTEXT,
        "@type": "WebSite",
        "name": settings.site_name,
        "description": paper_of(settings).tagline,
        "url": f"{settings.site_url}/",
        "inLanguage": "vi",
        "publisher": publisher(look),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{settings.site_url}/tim-kiem?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        },
    }


def breadcrumbs(settings: Settings, trail: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`trail` is (name, path) from the home page on."""
    return {
        "@context": _CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": settings.site_url + path}
            for place, (name, path) in enumerate(trail, start=1)
        ],
    }


def _authors(story: Story, settings: Settings) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = [
        {"@type": "Person", "name": name, "url": settings.site_url + path} for name, path, _roles in story.authors
    ]
    return people or [{"@type": "Organization", "name": settings.site_name, "url": f"{settings.site_url}/"}]


def _image(image: Image, settings: Settings) -> dict[str, Any]:
    made: dict[str, Any] = {"@type": "ImageObject", "url": absolute(settings, image.url)}
    if image.width and image.height:
        made |= {"width": image.width, "height": image.height}
    if image.caption:
        made["caption"] = image.caption
    # Whom to ask for leave, and whose it is: the owner's name is what the paper prints.
    imprint = f"{settings.site_url}/gioi-thieu"
    return made | {
        "creditText": image.credit or settings.site_name,
        "copyrightNotice": image.credit or settings.site_name,
        "license": imprint,
        "acquireLicensePage": imprint,
    }


def _video(state: ArticleState, video: Video, settings: Settings) -> dict[str, Any]:
    made: dict[str, Any] = {
        "@type": "VideoObject",
        "name": state.title,
        "description": state.summary or state.title,
        "uploadDate": iso(state.published_at or state.updated_at),
        _VIDEO_AT[video.form]: absolute(settings, video.src),
    }
    poster = next((image.url for image in state.images if image.url), "")
    return made | ({"thumbnailUrl": absolute(settings, poster)} if poster else {})


def _correction(correction: Correction) -> dict[str, Any]:
    return {"@type": "CorrectionComment", "text": correction.notice, "datePublished": iso(correction.at)}
