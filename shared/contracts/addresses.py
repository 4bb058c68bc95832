"""Readers' addresses, so that every service writes the same links."""

import re
from urllib.parse import unquote, urlsplit

from shared.vietnamese.text import nfc

OLD_PATH_CHARS = 500
ADDRESS_CHARS = 8_000
"""No browser sends a longer one; what Python does to the host of one grows with the square of its length."""
_ARTICLE = re.compile(r"/[a-z0-9-]+/[a-z0-9-]*-([0-9]{1,9})(?:[?#].*)?")

# First path segments that belong to the site itself: no section may take one as its slug.
RESERVED = frozenset(
    """api static media tim-kiem doc-nhieu tu-khoa tac-gia ngay cai-chinh cach-tinh-luot-xem gioi-thieu rieng-tu
    rss kenh-rss atom feed sitemap news-sitemap robots favicon healthz readyz metrics desk ops well-known video anh
    ngoai-tuyen doc-sau anh-chia-se truc-tiep giao-dien gui-tin""".split()
)


def article_path(section_slug: str, slug: str, article_id: int) -> str:
    """ "/thoi-su/dien-bien-phu-don-tet-123": the id at the end finds the article whatever stands before it."""
    return f"/{section_slug}/{slug or 'bai'}-{article_id}"


def article_at(path: str) -> int:
    """The id of the article at a path of ours; 0 for any other path.

    >>> article_at("/kinh-te/cho-ca-hop-lai-17?trang=2"), article_at("/kinh-te")
    (17, 0)
    """
    found = _ARTICLE.fullmatch(path)
    return int(found[1]) if found else 0


def live_path(article_id: int) -> str:
    """What open pages of a live coverage ask."""
    return f"/truc-tiep/{article_id}"


def section_path(slug: str) -> str:
    return f"/{slug}"


def tag_path(slug: str) -> str:
    return f"/tu-khoa/{slug}"


def tag_feed_path(slug: str) -> str:
    return f"/rss/tu-khoa/{slug}.xml"


def author_path(slug: str) -> str:
    return f"/tac-gia/{slug}"


def old_path(url: str) -> str:
    """An address of an old site, or a request's path and query, as `ArticleState.old_paths` has it; "" for none.

    However it is percent-encoded, with or without a slash at its end and whatever the host, it is the same.

    >>> old_path("https://cu.example/2019/05/l%E1%BB%85-h%E1%BB%99i/"), old_path("https://cu.example/?p=7")
    ('/2019/05/lễ-hội', '/?p=7')
    """
    if len(url) > ADDRESS_CHARS:
        return ""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    path = "/" + unquote(parts.path).strip("/")
    found = nfc(path + (f"?{unquote(parts.query)}" if parts.query else ""))
    usable = found != "/" and len(found) <= OLD_PATH_CHARS and found.isprintable()
    return found if usable else ""
