"""What addresses of other systems mean: sections, tags, authors, days and feeds as WordPress, ASP.NET papers and
NukeViet write them. Each guess is a page of ours that is there; where there is none, nothing is guessed.
"""

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import quote

from services.web import model
from services.web.reading import Reading
from shared.contracts.addresses import author_path, section_path, tag_path
from shared.contracts.former_addresses import Former
from shared.vietnamese.text import slug

_FEEDS = frozenset({"feed", "feeds", "rss", "rss2", "rdf", "atom", "feed-rss", "rss-feed"})
_FEED_FILE = re.compile(r"(?:rss|rss2|feed|atom|rdf)?\.(?:rss|rdf|atom|xml)\Z|\.(?:rss|rdf|atom)\Z")
_SITEMAP = re.compile(r"(?:[a-z0-9-]+[_-])?sitemap(?:[_-][a-z0-9-]*|[0-9]*)\.xml(?:\.gz)?\Z")
_TAGS = frozenset("tag tags tu-khoa tukhoa the chu-de topic topics keyword keywords su-kien dong-su-kien".split())
_AUTHORS = frozenset("author authors tac-gia tacgia but-danh phong-vien profile member".split())
_SEARCHES = frozenset({"search", "tim-kiem", "timkiem", "tim", "seek"})
_FRONT = frozenset({"trang-chu", "trangchu", "home", "index", "default", "homepage", "vi", "vn", "amp", "m", "mobile"})
_PAGE = re.compile(r"(?:page|trang|p)[-_]?[0-9]{0,4}\Z")
_NUMBER_BEHIND = re.compile(r"[-_.](?:c|cat|p|t|id)?[0-9]{1,9}\Z")
_DAY = re.compile(r"((?:19|20)[0-9]{2})[-/.]?([01]?[0-9])?[-/.]?([0-3]?[0-9])?\Z")
_DAY_FIRST = re.compile(r"([0-3]?[0-9])[-/.]([01]?[0-9])[-/.]((?:19|20)[0-9]{2})\Z")
_BEFORE_A_DAY = frozenset({"ngay", "archive", "archives", "luu-tru", "tin-ngay", "date", "lich"})
_SECTION_NAMES = ("category_name", "category", "cat", "op", "chuyenmuc", "muc", "section", "zone", "cate", "nhom")
_DAY_NAMES = ("m", "date", "ngay", "day", "d")
ON_THE_FRONT_PAGE = frozenset(
    {*_SECTION_NAMES, *_DAY_NAMES, "p", "page_id", "attachment_id", "tag", "author_name", "feed", "s", "paged", "year"}
)
"""Parameters with which other systems show something else at "/"."""


def guesses(asked: Former, read: Reading) -> Iterator[str]:
    """Paths of ours that the address may mean, the likeliest first."""
    given = dict(asked.parameters)
    segments = [segment for segment in asked.segments if not _PAGE.match(segment)]
    if asked.segments and segments and segments[-1].isdigit() and len(segments) < len(asked.segments):
        segments = segments[:-1]  # "/page/2"
    last = segments[-1] if segments else ""
    if _SITEMAP.match(last):
        yield "/news-sitemap.xml" if "news" in last else "/sitemap.xml"
    elif last in _FEEDS or given.get("feed") or any(part in _FEEDS for part in segments) or _FEED_FILE.search(last):
        yield from _feeds(segments, given, read)
    elif day := _day(segments, given, read):
        yield f"/ngay/{day.isoformat()}"
    elif words := given.get("s") or given.get("q") or (last if len(segments) > 1 and segments[0] in _SEARCHES else ""):
        if not segments or segments[0] in _SEARCHES:
            yield f"/tim-kiem?q={quote(words[:200])}"
    else:
        yield from _lists(segments, given, read)
        if (asked.segments and not segments) or (len(segments) == 1 and last in _FRONT):
            yield "/"


def _feeds(segments: list[str], given: dict[str, str], read: Reading) -> Iterator[str]:
    for part in reversed(segments):
        if section := _section(part.removesuffix(".rss").removesuffix(".xml"), read):
            yield f"/rss/{section}.xml"
    yield "/atom.xml" if "atom" in (*segments, given.get("feed", "")) else "/rss.xml"


def _lists(segments: list[str], given: dict[str, str], read: Reading) -> Iterator[str]:
    """A section, a tag, an author."""
    tags = [given[name] for name in ("tag", "tags", "keyword") if given.get(name)]
    authors = [given["author_name"]] if given.get("author_name") else []
    if len(segments) > 1:
        before = set(segments[:-1])
        tags += segments[-1:] if before & _TAGS else []
        authors += segments[-1:] if before & _AUTHORS else []
    for word in tags:
        yield from (tag_path(one) for one in _spellings(word) if read.name_of(model.of_tag(one)) is not None)
    for word in authors:
        yield from (author_path(one) for one in _spellings(word) if read.is_signed(one))
    words = [given[name].rpartition("/")[2] for name in _SECTION_NAMES if given.get(name)] + segments[-1:]
    for word in words:
        if section := _section(word, read):
            yield section_path(section)
        elif len(segments) > 1 or word not in segments:
            # What was a category there may have become a tag here.
            yield from (tag_path(one) for one in _spellings(word) if read.name_of(model.of_tag(one)) is not None)


def _section(word: str, read: Reading) -> str:
    """The slug of the section that the word names; "" for none."""
    return next((one for one in _spellings(word) if read.section_tree().get(one) is not None), "")


def _spellings(word: str) -> list[str]:
    """As our slugs are, with and without a number behind ("thoi-su-12")."""
    return [one for one in dict.fromkeys((slug(word), slug(_NUMBER_BEHIND.sub("", word)))) if one]


def _day(segments: list[str], given: dict[str, str], read: Reading) -> date | None:
    """The day, or of a month or a year the last on which something was published."""
    if segments and segments[0] in _BEFORE_A_DAY:
        segments = segments[1:]
    written = "/".join(segments)
    if not segments:
        written = next((given[name] for name in _DAY_NAMES if given.get(name)), "")
        if given.get("year"):
            written = "/".join(given[name] for name in ("year", "monthnum", "day") if given.get(name))
    if found := _DAY_FIRST.match(written):
        year, month, day = int(found[3]), int(found[2]), int(found[1])
    elif found := _DAY.match(written):
        year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    else:
        return None
    try:
        if day:
            return date(year, month, day)
        first = date(year, month or 1, 1)
        after = date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1)
    except ValueError:
        return None
    return read.last_day(first, date.fromordinal(after.toordinal() - 1))
