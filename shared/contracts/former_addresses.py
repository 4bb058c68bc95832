"""Addresses of a paper's former site, in all the forms in which they are asked for.

One article is known to others as "/2019/05/le-hoi/", "/2019/05/Le-Hoi?fbclid=…", "/2019/05/le-hoi/amp/", a page of
ASP.NET with its parameters in another order. `Former` takes an address apart once; whoever keeps addresses keeps
`key`, whoever looks for one looks for `keys`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from urllib.parse import parse_qsl, unquote, urlsplit

from shared.contracts.addresses import ADDRESS_CHARS, OLD_PATH_CHARS
from shared.vietnamese.text import nfc

MAX_KEYS = 70
"""Spellings that are looked for at once: six parameters, each of which somebody may have added, and other paths."""
_MAX_PARAMETERS = 50
# What is added to any address to see where readers come from, and what shows the same page in another dress.
_ADDED = frozenset(
    """fbclid gclid gclsrc dclid wbraid gbraid gad_source gad_campaignid msclkid twclid ttclid yclid ysclid igshid igsh
    li_fat_id epik zarsrc gidzl srsltid ref_src ref_url mibextid rdid extid paipv eav sfnsn _rdr vero_id _hsenc _hsmi
    mkt_tok trkinfo amp outputtype noamp usqp amp_js_v amp_gsa _x_tr_sl _x_tr_tl _x_tr_hl _x_tr_pto""".split()
)
_ADDED_BEGINNINGS = ("utm_", "ga_", "_ga", "_gl", "mc_", "fb_", "hsa_", "pk_", "mtm_", "matomo_", "stm_", "__", "zalo_")
_EXTENSION = re.compile(r"(?<=.)\.(?:html?|shtml|xhtml|aspx?|php|jsp|amp)\Z")
_INDEX = re.compile(r"(?:index|default|home)\.(?:php|html?|aspx?|jsp)\Z")
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?|heic)\Z")
# "a.jpg.webp" is what plugins make of "a.jpg".
_IN_OTHER_DRESS = re.compile(r"(?<=\.jpg|\.png|\.gif|jpeg)\.(?:webp|avif)\Z")
_COPY = re.compile(r"-(?:[0-9]{2,5}x[0-9]{2,5}|scaled|e[0-9]{10,13})(?=\.[a-z0-9]{2,5}\Z)")
# Behind an article's address: WordPress's own views of it.
_VIEWS = frozenset({"amp", "feed", "trackback", "embed", "print"})
_NUMBERED_VIEW = re.compile(r"comment-page-[0-9]{1,4}\Z")
_LANGUAGES = frozenset({"vi", "vn", "vi-vn"})
_ON_TELEPHONES = frozenset({"m", "mobile", "wap"})
# What mails and chats put behind an address: the end of their sentence, and marks without a width.
_SENTENCE = " \t\"'.,;:!?)]}>*“”‘’…»"
_NO_WIDTH = re.compile("[\u200b-\u200f\u2060\ufeff]")
# Parameters that were added without a question mark.
_BARE_QUERY = re.compile(r"&[a-z0-9_.-]{1,40}=.*\Z")


@dataclass(frozen=True, slots=True)
class Former:
    """An address of a former site: in small letters, without what was added to it."""

    segments: tuple[str, ...]
    """The parts of the path, without a file's extension; NukeViet's parameters are a path as well."""
    parameters: tuple[tuple[str, str], ...]
    """In the order of their names."""

    @property
    def path(self) -> str:
        return "/" + "/".join(self.segments)

    @property
    def key(self) -> str:
        """The spelling under which it is kept; "" for what cannot be kept: the front page, what is too long."""
        return _key(_article(self.segments), self.parameters)

    @property
    def keys(self) -> tuple[str, ...]:
        """The spellings under which it may have been kept, the likeliest first: parameters that nobody knows may have
        been added to it, NukeViet leaves the name of its first module out, a sentence may end behind it."""
        segments = _article(self.segments)
        found = [_key(segments, chosen) for chosen in islice(_chosen(self.parameters), MAX_KEYS - 6)]
        found.append(_key(segments, ()))
        if len(segments) > 1 and segments[-1].isdigit():
            found.append(_key(segments[:-1], ()))
        if "attachment" in segments:
            found.append(_key(segments[: segments.index("attachment")], ()))
        if segments and segments[0] != "news":
            found.append(_key(("news", *segments), ()))
        if (meant := _article(_meant(segments))) != segments:
            found += [_key(meant, self.parameters), _key(meant, ())]
        return tuple(dict.fromkeys(key for key in found if key))


def former(url: str) -> Former | None:
    """An address, with or without its host; None for what no site can have had.

    >>> former("https://cu.example/Details.aspx?CatID=7&ID=1234&fbclid=x").key
    '/details?catid=7&id=1234'
    >>> former("/2019/05/Le-Hoi/amp/").key == former("/2019/05/le-hoi?utm_source=zalo").key == "/2019/05/le-hoi"
    True
    """
    if len(url) > ADDRESS_CHARS:
        return None
    if url.startswith("//") and "." not in url[2:].partition("/")[0]:
        url = "/" + url.lstrip("/")  # No host: a slash too many.
    try:
        parts = urlsplit(url.strip())
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        return None
    path = _NO_WIDTH.sub("", _plain(unquote(parts.path).partition(";")[0]))
    # "&amp;" is an ampersand that somebody took out of a page's source.
    named = [(_plain(name).removeprefix("amp;"), _plain(value)) for name, value in query]
    parameters = {name: value for name, value in named if not _is_added(name)}
    if not path.isprintable() or not all(f"{name}{value}".isprintable() for name, value in parameters.items()):
        return None
    segments = [segment for segment in path.split("/") if segment]
    if "nv" in parameters:
        parts_of_nuke = [parameters.pop("nv"), *parameters.pop("op", "").split("/")]
        segments = [segment for segment in parts_of_nuke if segment]
        for name in ("language", "lang"):
            parameters.pop(name, None)
    return Former(_without_dress(segments), tuple(sorted(parameters.items())))


def picture_key(url: str) -> str:
    """The spelling under which a picture's address is kept, "" for what is none: the whole picture's, whatever smaller
    copy of it was asked for.

    >>> picture_key("/wp-content/uploads/2019/05/Lua-300x200.jpg?w=150"), picture_key("/assets/news/2019_05/lua.jpg")
    ('/wp-content/uploads/2019/05/lua.jpg', '/uploads/news/2019_05/lua.jpg')
    """
    found = former(url)
    if found is None or not found.segments:
        return ""
    segments = found.segments
    last = _IN_OTHER_DRESS.sub("", segments[-1])
    if not _PICTURE_FILE.search(last):
        return ""
    # NukeViet keeps its smaller copies in a folder of their own.
    above = ("uploads", *segments[1:-1]) if segments[0] == "assets" and len(segments) > 1 else segments[:-1]
    return _key((*above, _COPY.sub("", last)), ())


def _plain(text: str) -> str:
    return nfc(text).lower()


def _is_added(name: str) -> bool:
    return name in _ADDED or name.startswith(_ADDED_BEGINNINGS)


def _without_dress(segments: list[str]) -> tuple[str, ...]:
    """Without index files, a language, and a file's extension."""
    if segments and _INDEX.match(segments[-1]):
        segments = segments[:-1]
    if segments and segments[0] == "index.php":
        segments = segments[1:]
    if len(segments) > 1 and segments[0] in _LANGUAGES:
        segments = segments[1:]
    if segments:
        segments = [*segments[:-1], _EXTENSION.sub("", _EXTENSION.sub("", segments[-1]))]
    return tuple(segments)


def _article(segments: tuple[str, ...]) -> tuple[str, ...]:
    """An article's own address, whatever view of it was asked for."""
    if len(segments) > 1 and segments[0] == "amp":
        segments = segments[1:]
    while len(segments) > 1:
        if segments[-1] in _VIEWS or _NUMBERED_VIEW.match(segments[-1]):
            segments = segments[:-1]
        elif len(segments) > 2 and segments[-2] == "page" and segments[-1].isdigit():
            segments = segments[:-2]
        else:
            break
    return (*segments[:-1], _EXTENSION.sub("", segments[-1])) if segments else segments


def _meant(segments: tuple[str, ...]) -> tuple[str, ...]:
    """The same without what was written behind the address, and without the name of a site for telephones."""
    parts = list(segments[1:] if len(segments) > 1 and segments[0] in _ON_TELEPHONES else segments)
    while parts:
        last = _BARE_QUERY.sub("", parts[-1]).rstrip(_SENTENCE)
        if last:
            return (*parts[:-1], _EXTENSION.sub("", last))
        parts.pop()
    return ()


def _chosen(parameters: tuple[tuple[str, str], ...]) -> Iterator[tuple[tuple[str, str], ...]]:
    """The parameters, then fewer and fewer of them: one or two where there are many."""
    yield parameters
    for number in range(len(parameters) - 1, 0, -1):
        if len(parameters) <= 6 or number <= 2:
            yield from combinations(parameters, number)


def _key(segments: tuple[str, ...], parameters: tuple[tuple[str, str], ...]) -> str:
    query = "&".join(f"{name}={value}" for name, value in parameters)
    key = "/" + "/".join(segments) + (f"?{query}" if query else "")
    return key if key != "/" and len(key) <= OLD_PATH_CHARS else ""
