"""Every address of the site that is a made page, in one table: pattern, maker, the parameters it knows.

Order matters: sections and articles are last, since their addresses are made of editors' words.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from services.web.page import Maker
from services.web.pages import (
    archive,
    article,
    assets,
    feeds,
    home,
    lists,
    live,
    look,
    media,
    notices,
    parts,
    share_picture,
    sitemaps,
    tip,
)
from services.web.theme.look import FOLDER
from shared.media_files import NAME

_SLUG = r"([a-z0-9-]{1,200})"
# Other systems' "/2019/05" is a month, no article and no section.
_NO_YEAR = r"(?!(?:19|20)\d\d(?:/|\Z))"
MAX_PAGE = 500
MEDIA = "/-/media/"
"""What says whether a file is public; nginx asks for "/-/media/ab/0123…" before it sends one."""


@dataclass(frozen=True, slots=True)
class Route:
    """`parameters` are the query parameters that make another page; all others are dropped."""

    pattern: re.Pattern[str]
    maker: Maker
    parameters: tuple[str, ...] = ()


def _route(pattern: str, maker: Maker, *parameters: str) -> Route:
    # A digit of another script would be a second address of the same page.
    return Route(re.compile(pattern, re.ASCII), maker, parameters)


ROUTES: tuple[Route, ...] = (
    _route("/", home.home),
    _route("/doc-nhieu", lists.most_read),
    _route("/cai-chinh", lists.corrections, "trang"),
    _route("/anh", lists.photos, "trang"),
    _route("/video", lists.videos, "trang"),
    _route(f"/tu-khoa/{_SLUG}", lists.tag, "trang"),
    _route(f"/tac-gia/{_SLUG}", lists.byline, "trang"),
    _route(rf"/tac-gia/([1-9]\d{{0,8}})/{_SLUG}", lists.author, "trang"),
    _route(r"/ngay/(\d{4}-\d{2}-\d{2})", lists.day, "trang"),
    _route("/ngay", archive.month),
    _route(r"/ngay/(\d{4}-\d{2})", archive.month),
    _route("/cach-tinh-luot-xem", notices.how_we_count),
    _route("/gioi-thieu", notices.about),
    _route("/rieng-tu", notices.privacy),
    _route("/ngoai-tuyen", notices.offline),
    _route("/doc-sau", notices.saved),
    _route(tip.PATH, tip.form),
    _route(feeds.LISTED, feeds.listed),
    _route(r"/rss\.xml", feeds.rss),
    _route(rf"/rss/{_SLUG}\.xml", feeds.rss),
    _route(rf"/rss/tu-khoa/{_SLUG}\.xml", feeds.tag),
    _route(r"/atom\.xml", feeds.atom),
    _route(r"/feed\.json", feeds.json_feed),
    _route(r"/sitemap\.xml", sitemaps.index),
    _route(r"/sitemap-(\d{1,6})\.xml", sitemaps.block),
    _route(r"/news-sitemap\.xml", sitemaps.news),
    _route(r"/robots\.txt", assets.robots),
    _route(r"/manifest\.webmanifest", assets.manifest),
    _route(r"/\.well-known/security\.txt", assets.security),
    _route(rf"{FOLDER}/([0-9a-f]{{10}})/([a-z0-9-]{{1,20}}\.[a-z]{{3,4}})", look.file),
    _route(r"/favicon\.ico", look.favicon),
    _route(r"/anh-chia-se/bao\.jpg", share_picture.of_paper),
    _route(r"/anh-chia-se/(\d{1,10})-(\d{1,10})\.jpg", share_picture.of_article),
    _route(r"/sw\.js", assets.service_worker),
    _route(r"/api/articles/(\d{1,10})", article.as_json),
    _route(r"/truc-tiep/(\d{1,10})", live.newest),
    _route(r"/truc-tiep/(\d{1,10})/(\d{1,16})", live.fragment),
    _route(r"/truc-tiep/(\d{1,10})\.xml", live.feed),
    _route(rf"{MEDIA}({NAME})", media.shown),
    _route(rf"/{_NO_YEAR}{_SLUG}/(?:{_SLUG}-)?(\d{{1,10}})", article.article, article.SHOWN, article.PART, "trang"),
    _route(f"/{_NO_YEAR}{_SLUG}", lists.section, "trang"),
)

PARTS: dict[str, Maker] = {
    "latest": parts.latest,
    "live": parts.live,
    "most-read": parts.most_read,
    "today": parts.today,
}
"""What many pages share, by the name of its slot ("part:latest")."""

_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_COMMENTS = re.compile(rf"{'|'.join(article.ORDERS)}|[1-9][0-9]{{0,8}}")
_MAX_PART = 999_999  # all comments of any article, however many


@dataclass(frozen=True, slots=True)
class Address:
    """A recognised address: `key` is its one canonical spelling."""

    key: str
    path: str
    maker: Maker
    arguments: tuple[str, ...]
    query: dict[str, str]


def resolve(path: str, query: str) -> Address | None:
    """Which page an address means; None for none. Unknown parameters fall away, as do those that say what
    is so without them."""
    for route in ROUTES:
        found = route.pattern.fullmatch(path)
        if found is None:
            continue
        known = {name: value for name, value in parse_qsl(query) if name in route.parameters} if query else {}
        if article.SHOWN in known and not _COMMENTS.fullmatch(known[article.SHOWN]):
            del known[article.SHOWN]
        for name, most in (("trang", MAX_PAGE), (article.PART, _MAX_PART)):
            if known.get(name) == "1":
                del known[name]
            if name in known and (not _NUMBER.fullmatch(known[name]) or int(known[name]) > most):
                return None
        suffix = "&".join(f"{name}={quote(value)}" for name, value in sorted(known.items()))
        arguments = tuple(argument or "" for argument in found.groups())
        return Address(f"{path}?{suffix}" if suffix else path, path, route.maker, arguments, known)
    return None
