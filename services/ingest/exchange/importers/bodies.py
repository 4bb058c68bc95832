"""Bodies of other systems, made so that nothing is lost when they are cleaned.

Pictures get the address that browsers would load, embedded players become links, lines of code keep their breaks, lists
that Word wrote as paragraphs become lists, relative addresses get their host, old encodings become Unicode.
"""

import re
from xml.etree.ElementTree import Element, SubElement

from services.ingest.exchange.importers.addresses import joined
from services.ingest.exchange.importers.tree import markup_of, style, tree
from services.ingest.exchange.importers.word_lists import with_lists
from shared.blocks.markup import MARKS
from shared.vietnamese.legacy import (
    DOUBLE,
    in_unicode,
    is_syllable,
    legacy_name,
    mended,
    name_of_font,
    read_once,
    words_of,
)

_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-original-src", "data-orig-file")
_PLACEHOLDER = re.compile(
    r"(?:blank|spacer|placeholder|loading|lazy|1x1|transparent|pixel)[\w.-]{0,40}\.(?:gif|png|svg|jpg)$"
)
_PLAYERS = {"iframe": "src", "embed": "src", "object": "data", "video": "src", "audio": "src"}
_YOUTUBE = re.compile(r"(?:https?:)?//(?:www\.)?(?:youtube(?:-nocookie)?\.com/(?:embed|v)/|youtu\.be/)([\w-]{6,20})")
_UNSEEN = re.compile(r"(?:display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden)\b", re.IGNORECASE)
_BLANKS = re.compile(r"^ +| {2,}")
_BACKGROUND = re.compile(
    r"""background(?:-image)?\s{0,9}:[^;]{0,200}?url\(\s{0,9}["']?([^"')]{1,2000})""", re.IGNORECASE
)
_BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 li td th figcaption blockquote caption dd dt div pre summary".split())


def prepared(body: str, base: str = "", hidden: list[str] | None = None) -> tuple[str, list[str]]:
    """(the body, what was changed); relative addresses start from `base`; `hidden` is given the words that nobody saw
    there. Raises Invalid for what is no sane HTML."""
    if "<" not in body and "&" not in body:
        body, name = mended(body)
        return body, [f"chuyển chữ từ {name}"] if name else []
    root = tree(body)
    work = _Work(base, [] if hidden is None else hidden)
    work.inside(root)
    work.encodings(root)
    if with_lists(root):
        work.changes["danh sách của Word thành danh sách"] = None
    return markup_of(root), list(work.changes)


class _Work:
    """One walk through a body; `changes` are in the order they came, each once."""

    def __init__(self, base: str, hidden: list[str]) -> None:
        self._base, self._hidden = base, hidden
        self.changes: dict[str, None] = {}

    def inside(self, parent: Element, *, in_pre: bool = False) -> None:
        """What stands in an element, and its tail's."""
        for child in list(parent):
            if _is_hidden(child):
                self._hide(child)
            elif child.tag in ("meta", "title"):
                child.text, child.tag = "", "span"
            elif child.tag == "img":
                self._picture(child)
            elif child.tag in _PLAYERS:
                self._player(child)
            elif child.tag == "a":
                self._link(child)
            elif "cover" in child.get("class", "") and (found := _BACKGROUND.search(child.get("style", ""))):
                _picture_before(child, found[1])
            self.inside(child, in_pre=in_pre or child.tag == "pre")
            if child.tag == "pre" or in_pre:
                _break_lines(child)

    def _hide(self, element: Element) -> None:
        """Take out what nobody saw: what was put there unseen (hacked sites, search engines) is not published now."""
        if words := " ".join("".join(element.itertext()).split()):
            self._hidden.append(words)
            self.changes["bỏ phần bị ẩn ở trang cũ"] = None
        tail = element.tail
        element.clear()
        element.tag, element.tail = "span", tail

    def _picture(self, image: Element) -> None:
        source = image.get("src", "").strip()
        lazy = next((url for name in _LAZY if (url := image.get(name, "").strip())), "")
        widest = _widest(image.get("data-srcset") or image.get("srcset") or "")
        if lazy and (not source or source.startswith("data:") or _PLACEHOLDER.search(source) or source != lazy):
            source = lazy
        elif not source or (widest and (source.startswith("data:image/gif") or _PLACEHOLDER.search(source))):
            source = widest or source
        kept = {name: image.get(name, "") for name in ("alt", "width", "height", *MARKS) if image.get(name)}
        image.attrib.clear()
        image.attrib.update({"src": self._absolute(source), **kept})

    def _player(self, player: Element) -> None:
        """An embedded film, sound or map as a link: what is shown from elsewhere is not ours to show."""
        source = player.get("data-src") or player.get(_PLAYERS[player.tag]) or ""
        for inner in list(player):
            source = source or inner.get("src", "")
            if inner.tag in ("source", "embed"):
                player.remove(inner)
        found = _YOUTUBE.match(source)
        url = f"https://www.youtube.com/watch?v={found[1]}" if found else self._absolute(source)
        if url.startswith("//"):
            url = f"https:{url}"
        player.attrib.clear()
        if not url.startswith(("http://", "https://", "/")):
            player.tag = "span"
            return
        player.tag = "a"
        player.set("href", url)
        if not (player.text or "").strip() and not len(player):
            player.text = url
        self.changes["trình phát, khung nhúng thành liên kết"] = None

    def _link(self, link: Element) -> None:
        href = link.get("href", "").strip()
        if href and not href.startswith("#"):
            link.set("href", self._absolute(href))
        else:
            link.attrib.pop("href", None)

    def _absolute(self, url: str) -> str:
        return url if not url or url.startswith("data:") or not self._base else joined(self._base, url)

    def encodings(self, root: Element) -> None:
        """Text in old encodings, by its font or by its words; each block is looked at on its own, since old pages
        mix."""
        whole = "".join(root.itertext())
        if whole.isascii():
            return
        usual = legacy_name(whole)
        self._encodings(root, "", usual)

    def _encodings(self, element: Element, font: str, usual: str) -> None:
        own = style(element, "font-family") or element.get("face", "") or font
        is_leaf = not any(child.tag in _BLOCKS for child in element.iter() if child is not element)
        if is_leaf and (element.tag in _BLOCKS or element.tag == "body"):
            self._block(element, own, usual)
            return
        element.text = self._right(element.text, own, usual)
        for child in element:
            self._encodings(child, own, usual)
            child.tail = self._right(child.tail, own, usual)

    def _block(self, block: Element, font: str, usual: str) -> None:
        name = mended("".join(block.itertext()))[1]
        self._each(block, font, name or usual)

    def _each(self, element: Element, font: str, usual: str) -> None:
        own = style(element, "font-family") or element.get("face", "") or font
        element.text = self._right(element.text, own, usual)
        for child in element:
            self._each(child, own, usual)
            child.tail = self._right(child.tail, own, usual)

    def _right(self, text: str | None, font: str, usual: str) -> str | None:
        if not text or text.isascii():
            return text
        name = name_of_font(font)
        words = list(words_of(text))
        is_unicode = bool(words) and sum(map(is_syllable, words)) >= 0.5 * len(words)
        if not name:
            name = mended(text)[1] or ("" if is_unicode else usual)
        elif is_unicode and not legacy_name(text):
            # The font is a leftover: what is written is Unicode.
            return text
        if not name:
            return text
        self.changes[f"chuyển chữ từ {name}"] = None
        return read_once(text) if name == DOUBLE else in_unicode(text, name, font)


def _is_hidden(element: Element) -> bool:
    return element.get("hidden") is not None or (
        bool(_UNSEEN.search(element.get("style", ""))) and element.find(".//img") is None
    )


def _picture_before(cover: Element, url: str) -> None:
    """The picture that a style lays below a text, as one before it."""
    picture = Element("img", {"src": url})
    picture.tail, cover.text = cover.text, None
    cover.insert(0, picture)


def _widest(srcset: str) -> str:
    """The address with the greatest width or density of a srcset."""
    found: list[tuple[float, str]] = []
    for part in srcset[:20_000].split(","):
        url, _, size = part.strip().partition(" ")
        number = size.strip().rstrip("wx")
        found.append((float(number) if number.replace(".", "", 1).isdigit() and len(number) < 9 else 0.0, url))
    return max(found, default=(0.0, ""))[1]


def _break_lines(element: Element) -> None:
    """Line breaks and leading blanks of preformatted text, kept as marks."""
    children = list(element)
    text, tails = element.text or "", [child.tail or "" for child in children]
    if "\n" not in text and not any("\n" in tail for tail in tails):
        return
    for child in children:
        element.remove(child)
    element.text = ""
    _lines(element, text.removeprefix("\n") if element.tag == "pre" else text)
    for child, tail in zip(children, tails, strict=True):
        child.tail = ""
        element.append(child)
        _lines(element, tail)


def _lines(element: Element, text: str) -> None:
    for number, line in enumerate(text.split("\n")):
        last: Element | None = None
        if number:
            last = SubElement(element, "br")
        shown = line.replace("\t", "    ")
        # Columns stay one below the other.
        shown = _BLANKS.sub(lambda found: "\xa0" * len(found[0]), shown)
        if last is not None:
            last.tail = shown
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + shown
        else:
            element.text = (element.text or "") + shown
