"""WordPress' shortcodes and block marks: what they show stays, the marks go, and what is lost is told."""

import re
from collections import Counter
from collections.abc import Callable
from html import escape, unescape

from shared.markup import without

Picture = dict[str, str]
FindPictures = Callable[[list[str]], list[Picture]]
"""The pictures with these ids; those that are not known are left out."""

_CAPTION = re.compile(
    r"\[(?:wp_)?caption\b[^\[\]]*\]([^\[]*+(?:\[(?!/?(?:wp_)?caption\b)[^\[]*+)*)\[/(?:wp_)?caption\]", re.IGNORECASE
)
_PICTURE = re.compile(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)", re.IGNORECASE)
_ATTRIBUTES = r"""[^\[\]"']*+(?:"[^"\[\]]*+"[^\[\]"']*+|'[^'\[\]]*+'[^\[\]"']*+)*"""
_CODE = re.compile(rf"(?<!\[)\[(/?)([A-Za-z][\w-]{{1,40}})(={_ATTRIBUTES}|\s{_ATTRIBUTES}|/)?\](?!\])")
_VALUE = re.compile(r"""(?<![\w-])([\w-]{1,40})\s{0,9}=\s{0,9}(?:"([^"]*+)"|'([^']*+)'|([^\s"']{1,2000}))""")
_URL = re.compile(r"https?://[^\s\"'<>\[\]]{1,2000}")
_ALONE = re.compile(r"^[ \t]*(https?://[^\s\"'<>\[\]]{1,2000})[ \t]*$", re.MULTILINE)
_PARTED = re.compile(r"<!--(?:more[^<>]{0,200}|nextpage)-->")
_BLOCK = re.compile(r"<!--\s{0,9}wp:([\w/-]{1,80})\s([^<>]{0,4000})?/-->")
_REUSED = re.compile(r'"ref"\s{0,9}:\s{0,9}(\d{1,18})')
# Marks of page builders and of what lays out: they stand around text and have none of their own.
_BUILDERS = (
    "vc_",
    "et_pb_",
    "fusion_",
    "av_",
    "fl_",
    "cs_",
    "ux_",
    "kc_",
    "mk_",
    "dt_",
    "tm_",
    "td_",
    "nectar_",
    "cmsms_",
    "thb_",
)
_LAYOUT = frozenset(
    "row row_inner col col_inner column section section_inner container one_half one_third two_third tabs "
    "tab toggle accordion box group block gap divider clear".split()
)
_MEDIA = frozenset(
    "embed video audio youtube vimeo playlist soundcloud facebook twitter dailymotion flv wpvideo "
    "iframe googlemaps tiktok instagram".split()
)
_LEVELS = 5


def shown(
    raw: str, pictures: FindPictures, own: Callable[[], list[Picture]], blocks: Callable[[str], str]
) -> tuple[str, list[Picture], list[str]]:
    """(the text without WordPress' marks, the pictures of its galleries, what was changed).

    `own` gives the pictures that were uploaded to the post: a gallery without ids shows them; `blocks` the text of a
    block that several posts share, "" where it is not known.
    """
    work = _Marks(pictures, own)
    for _ in range(_LEVELS):
        placed = _BLOCK.sub(lambda found: work.block(found, blocks), raw)
        if placed == raw:
            break
        raw = placed
    text = without(_PARTED.sub("\n\n", raw), "<!--", "-->")
    for _ in range(_LEVELS):
        captioned = _CAPTION.sub(_figure, text)
        if captioned == text:
            break
        text = captioned
    names = Counter(found[2].lower() for found in _CODE.finditer(text) if found[1])
    text = _CODE.sub(lambda found: work.code(found, is_pair=bool(names[found[2].lower()])), text)
    text = (
        _ALONE.sub(lambda found: f"\n\n{_link(unescape(found[1]))}\n\n", text).replace("[[", "[").replace("]]", "]")
        if "http" in text or "[[" in text
        else text
    )
    return text, work.gallery, list(work.changes)


class _Marks:
    def __init__(self, pictures: FindPictures, own: Callable[[], list[Picture]]) -> None:
        self._pictures, self._own = pictures, own
        self.gallery: list[Picture] = []
        self.changes: dict[str, None] = {}

    def block(self, found: "re.Match[str]", blocks: Callable[[str], str]) -> str:
        """A block that stands for something that is made when it is shown."""
        name = found[1]
        if name == "block" and (reused := _REUSED.search(found[2] or "")) and (text := blocks(reused[1])):
            return text
        if name not in ("more", "nextpage", "spacer", "separator"):
            self._lost(f"khối {name}")
        return ""

    def code(self, found: "re.Match[str]", *, is_pair: bool) -> str:
        closing, name, given = found[1], found[2].lower(), found[3] or ""
        values = {key.lower(): a or b or c for key, a, b, c in _VALUE.findall(given)}
        if name in ("gallery", "caption", "wp_caption"):
            return "" if closing else self._gallery(values) if name == "gallery" else ""
        if name in _MEDIA:
            return "\n\n" if closing else self._media(name, given, values)
        is_layout = name.startswith(_BUILDERS) or name in _LAYOUT
        if not (is_layout or is_pair or values):
            return found[0]
        self._lost(f"mã [{name}]")
        return "\n\n" + ("" if closing else self._words(name, values)) + ("\n\n" if is_layout else "")

    def _words(self, name: str, values: dict[str, str]) -> str:
        """What a mark itself shows."""
        ids = next((values[key] for key in ("images", "image", "ids", "id") if values.get(key)), "")
        if ("image" in name or "img" in name or "gallery" in name) and ids.replace(",", "").replace(" ", "").isdigit():
            return "".join(_shown(one) for one in self._pictures([one.strip() for one in ids.split(",")]))
        if ("image" in name or "img" in name) and values.get("src", "").startswith(("http", "/")):
            return f'<img src="{escape(values["src"])}" alt="{escape(values.get("alt", ""))}">'
        words = next(
            (unescape(values[key]) for key in ("text", "heading", "title") if len(values.get(key, "")) > 1), ""
        )
        return f"<p>{escape(words, quote=False)}</p>" if words and not words.startswith(("http", "#")) else ""

    def _gallery(self, values: dict[str, str]) -> str:
        ids = values.get("ids") or values.get("include") or ""
        found = self._pictures([one.strip() for one in ids.split(",")]) if ids else self._own()
        without_these = {one.strip() for one in values.get("exclude", "").split(",")}
        self.gallery += [one for one in found if one.get("id") not in without_these]
        self.changes["bộ ảnh [gallery] thành ảnh của bài"] = None
        return "\n\n"

    def _media(self, name: str, given: str, values: dict[str, str]) -> str:
        url = next(iter(_URL.findall(given)), "")
        if name in ("youtube", "vimeo") and not url and (video := values.get("id") or given.strip("= ")):
            url = f"https://www.youtube.com/watch?v={video}" if name == "youtube" else f"https://vimeo.com/{video}"
        if url:
            self.changes["video, âm thanh nhúng thành liên kết"] = None
            return f"\n\n{_link(unescape(url))}\n\n"
        if name not in ("embed", "video", "audio", "youtube", "vimeo", "facebook", "iframe"):
            self._lost(f"mã [{name}]")
        return "\n\n"

    def _lost(self, what: str) -> None:
        self.changes[f"bỏ {what}"] = None


def _figure(found: "re.Match[str]") -> str:
    """A picture and the words behind it; a caption without a picture stays as it is."""
    picture = _PICTURE.match(found[1])
    if picture is None:
        return f"\n\n{found[1].strip()}\n\n"
    return f"\n\n<figure>{picture[1]}<figcaption>{found[1][picture.end() :].strip()}</figcaption></figure>\n\n"


def _shown(picture: Picture) -> str:
    caption = (
        f"<figcaption>{escape(picture.get('caption', ''), quote=False)}</figcaption>" if picture.get("caption") else ""
    )
    return f'<figure><img src="{escape(picture["url"])}" alt="{escape(picture.get("alt", ""))}">{caption}</figure>'


def _link(url: str) -> str:
    return f'<a href="{escape(url)}">{escape(url, quote=False)}</a>'
