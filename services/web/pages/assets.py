"""Small files for machines: robots.txt, the web manifest, security.txt, the service worker."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import orjson

from services.web.page import Missing, Page, Site
from services.web.pages.paper import paper_of
from services.web.static_files import files

_TEXT = "text/plain; charset=utf-8"
_KEPT = """site.css blocks.css site.js article.js blocks.js box.js comments.js beacon.js follow.js kept.js
    video.js""".split()
"""All that a page needs without a network, beside what is the theme's."""
_SHORT_NAME_CHARS = 12
_SECURITY_DAYS = timedelta(days=365)


def robots(site: Site) -> Page:
    """Everything may be read but what is made for one reader alone."""
    url = site.settings.site_url
    body = (
        "User-agent: *\nDisallow: /tim-kiem\nDisallow: /api/\nAllow: /api/articles/\n\n"
        f"Sitemap: {url}/sitemap.xml\nSitemap: {url}/news-sitemap.xml\n"
    )
    return Page("asset", body, content_type=_TEXT)


def manifest(site: Site) -> Page:
    name, look = site.settings.site_name, site.look
    said = {
        "name": name,
        "short_name": short_name(name),
        "description": paper_of(site.settings).tagline,
        "lang": "vi",
        "dir": "ltr",
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": look.theme.light["paper"],
        "theme_color": look.theme.light["lacquer"],
        "icons": [
            {"src": look.static("icons/192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": look.static("icons/512.png"), "sizes": "512x512", "type": "image/png"},
            {
                "src": look.static("icons/512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
    }
    depends = frozenset(site.read.depends)
    return Page("asset", orjson.dumps(said).decode(), depends, content_type="application/manifest+json")


def short_name(name: str) -> str:
    """A paper's name for under an icon: as many of its words as fit there.

    >>> short_name("Báo Điện Biên Phủ"), short_name("Báo Mẫu")
    ('Báo Điện', 'Báo Mẫu')
    """
    words = " ".join(name.split())
    if len(words) <= _SHORT_NAME_CHARS:
        return words
    return words[: _SHORT_NAME_CHARS + 1].rpartition(" ")[0] or words[:_SHORT_NAME_CHARS]


def security(site: Site) -> Page:
    """RFC 9116. Raises Missing where the paper names nobody to write to."""
    contact = paper_of(site.settings).security_contact
    if not contact:
        raise Missing
    # The start of a month, so that the file stays the same for a while.
    expires = (datetime.now(UTC) + _SECURITY_DAYS).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    url = f"{site.settings.site_url}/.well-known/security.txt"
    body = f"Contact: {contact}\nExpires: {expires:%Y-%m-%dT%H:%M:%SZ}\nPreferred-Languages: vi, en\nCanonical: {url}\n"
    return Page("asset", body, content_type=_TEXT)


def service_worker(site: Site) -> Page:
    """The script, told which files and which copy of the site it keeps."""
    theme = site.look.theme
    logos = [logo.name for logo in (theme.logo, theme.dark_logo) if logo]
    names = [*_KEPT, *theme.fonts, *(["theme.css"] if theme.styled else []), *logos]
    kept = ["/ngoai-tuyen", "/doc-sau", *(site.look.static(name) for name in names)]
    version = sha256("".join(kept).encode()).hexdigest()[:10]
    script = files(site.settings)["worker.js"].data.decode()
    head = f"const VERSION = {orjson.dumps(version).decode()};\nconst KEPT = {orjson.dumps(kept).decode()};\n"
    return Page(
        "asset",
        head + script,
        frozenset(site.read.depends),
        content_type="text/javascript; charset=utf-8",
        headers=(("Service-Worker-Allowed", "/"),),
    )
