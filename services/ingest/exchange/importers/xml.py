"""XML from strangers: no DTD, no entities, one item in memory at a time; what can be repaired is."""

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from html.entities import html5
from io import StringIO, TextIOBase
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import errors as expat

import defusedxml.ElementTree as safe
from defusedxml import DefusedXmlException

from services.ingest.exchange.importers.found import ForeignArticle, LeftOut, Piece
from services.ingest.kit import bounded
from services.ingest.kit.errors import Invalid, Refused
from shared.vietnamese.legacy import decoder, encoding_of

MAX_FILE_BYTES = 2_000_000_000
_MAX_ITEM_CHARS = 20_000_000
_SAMPLE_BYTES = 1_000_000
_BLOCK = 1 << 16
_DECLARED = re.compile(rb"""<\?xml[^<>]{0,200}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})""")
_PROLOG = re.compile(r"<\?xml[^<>]{0,400}\?>")
# An external DTD alone is never loaded; one with declarations inside is refused.
_DOCTYPE = re.compile(r"""<!DOCTYPE\s[^<>\[\]]{0,2000}>""", re.IGNORECASE)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&(#(?:\d{1,9}|[xX][0-9a-fA-F]{1,8});|[A-Za-z][A-Za-z0-9]{1,31};)?")
# What stands in a section of raw text or in a comment is taken as it is.
_RAW = re.compile(r"<!\[CDATA\[|<!--")
_RAW_ENDS = {"<![CDATA[": "]]>", "<!--": "-->"}
_OWN = ("lt", "gt", "amp", "quot", "apos")
_NO_ELEMENTS = expat.codes[expat.XML_ERROR_NO_ELEMENTS]
_TAIL = 40
# Each is looked for to the item's end.
_MOST_ENDLESS = 30
DAMAGED = "sửa XML hỏng"
NAR = "http://iptc.org/std/nar/2006-10-01/"
_ROOT = re.compile(r"<[A-Za-z][\w.:-]{0,80}")
# Roots of NewsML-G2; some write them without its namespace.
_OF_NAR = re.compile(
    r"<(?:newsMessage|newsItem|packageItem|conceptItem|knowledgeItem|planningItem|catalogItem|catalog|groupSet|contentSet)"
    r"(?=[\s>])(?![^<>]{0,4000}?\sxmlns\s{0,9}=)"
)


def beginning(file: Path, size: int = 8192) -> str:
    """The first characters of a file, in whatever encoding it is. Raises OSError."""
    with file.open("rb") as stream:
        raw = stream.read(size)
    return decoder(encoding_of(raw, is_whole=False))(errors="toasoan").decode(raw)


def items(path: Path, *names: str, repairs: list[str] | None = None) -> Iterator[Element | Refused]:
    """Every element with one of these (namespaced) names, whole; then why reading ended, if it ended early.

    A damaged item is told as Refused and the next one follows. `repairs` is given what was mended in the file.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        yield Invalid.of("", "Tệp lớn quá 2 GB.")
        return
    told = [] if repairs is None else repairs
    given = 0
    try:
        for element in _parsed(_Repaired(path, told), names):
            bounded.going_on()
            given += 1
            yield element
    except DefusedXmlException:
        yield Invalid.of("", "Tệp XML có DTD hoặc thực thể, không nhận.")
    except (ParseError, ValueError, LookupError) as error:
        yield from _one_by_one(path, names, given, _fault(error), told)


def stories(
    path: Path, names: Sequence[str], make: Callable[[Element], ForeignArticle | LeftOut]
) -> Iterator[tuple[str, Piece]]:
    """What `make` makes of each element with one of these names; what was mended in the file is told once, with the
    first article behind it."""
    repairs: list[str] = []
    told = 0
    for number, item in enumerate(items(path, *names, repairs=repairs), start=1):
        where = f"{path}#{number}"
        if isinstance(item, Refused):
            yield where, item
            continue
        found = make(item)
        if isinstance(found, ForeignArticle):
            found.changes += repairs[told:]
            told = len(repairs)
        yield where, found


def _parsed(stream: TextIOBase, names: tuple[str, ...]) -> Iterator[Element]:
    above: list[Element] = []
    inside = 0
    for event, element in safe.iterparse(stream, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            above.append(element)
            inside += element.tag in names
            continue
        above.pop()
        if element.tag in names:
            inside -= 1
            if not inside:
                yield element
        # Only the item in hand is kept in memory; what stands between items would make each removal longer.
        if above and not inside:
            above[-1].remove(element)


def _one_by_one(
    path: Path, names: tuple[str, ...], skip: int, fault: str, told: list[str]
) -> Iterator[Element | Refused]:
    """The items behind the first `skip`, each read on its own between its tags; what is damaged is told and passed
    by."""
    local = {name.rpartition("}")[2] for name in names}
    found = 0
    for text, root in _cut_out(_Repaired(path, []), local):
        found += 1
        if found <= skip:
            continue
        bounded.going_on()
        try:
            yield from _parsed(StringIO(_closed(root, text)), names)
        except DefusedXmlException:
            yield Invalid.of("", "Tệp XML có DTD hoặc thực thể, không nhận.")
            return
        except (ParseError, ValueError, LookupError):
            saved = _salvaged(root, text, names)
            if saved is None:
                # Lines are those of the file, not of the part that was cut out of it.
                yield Invalid.of("", "XML hỏng trong mục này.")
                continue
            yield saved
        if DAMAGED not in told:
            told.append(DAMAGED)
    if found <= skip:
        yield Invalid.of("", fault)


def _fault(error: Exception) -> str:
    """Why a file cannot be read to its end, for people."""
    if not isinstance(error, ParseError):
        return "XML hỏng: bộ mã hay ký tự không đọc được."
    if error.code == _NO_ELEMENTS:
        return "Tệp trống, hoặc không có thẻ XML nào."
    line, column = error.position
    return f"XML hỏng ở dòng {line}, ký tự thứ {column + 1}."


def _cut_out(stream: TextIOBase, names: set[str]) -> Iterator[tuple[str, str]]:
    """(an item's text, what stands before the first) for each element of these names, and what there is of a last
    one."""
    start = re.compile(rf"<(?:[\w.-]{{1,40}}:)?(?:{'|'.join(map(re.escape, sorted(names)))})(?=[\s>])")
    root, held, at, begin = "", "", 0, -1
    while True:
        if begin < 0 and (found := start.search(held, at)):
            begin, root = found.start(), root or held[: found.start()]
        stop = _end(held, begin) if begin >= 0 else -1
        if stop >= 0:
            yield held[begin:stop], root
            at, begin = stop, -1
            continue
        keep = begin if begin >= 0 else max(at, len(held) - _TAIL) if root else 0
        if len(held) - keep > _MAX_ITEM_CHARS:
            keep, begin = len(held), -1
        more = stream.read(max(_BLOCK * 4, len(held) - keep))
        if not more:
            break
        held, at, begin = held[keep:] + more, 0, 0 if begin >= 0 else -1
    if begin >= 0:
        yield held[begin:], root


def _end(held: str, begin: int) -> int:
    """Where the element that begins here ends, by its end tag; -1: not yet."""
    tag = re.compile(r"[\w.:-]+").match(held, begin + 1)
    at = begin
    while tag:
        stop, data = held.find(f"</{tag[0]}>", at), held.find("<![CDATA[", at)
        if not 0 <= data < stop:
            return -1 if stop < 0 else stop + len(tag[0]) + 3
        closed = held.find("]]>", data)
        if closed < 0:
            return -1
        at = closed + 3
    return -1


_NAMESPACE = re.compile(r"""\s(xmlns(?::([\w.-]{1,40}))?)\s{0,9}=\s{0,9}("[^"<]{0,300}"|'[^'<]{0,300}')""")
_CHILD = re.compile(r"<([A-Za-z_][\w.:-]{0,80})(?=[\s>])")
_PREFIX = re.compile(r"[<\s/]([A-Za-z_][\w.-]{0,40}):[A-Za-z]")
_WELL_KNOWN = {
    "content": "http://purl.org/rss/1.0/modules/content/", "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/", "atom": "http://www.w3.org/2005/Atom",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/", "wp": "http://wordpress.org/export/1.2/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "wfw": "http://wellformedweb.org/CommentAPI/",
}  # fmt: skip


def _closed(root: str, text: str) -> str:
    """An item below an element that declares the prefixes which it uses."""
    declared = {found[2] or "": found[0] for found in _NAMESPACE.finditer(root)}
    for prefix in set(_PREFIX.findall(text)) - declared.keys() - {"xml", "xmlns"}:
        declared[prefix] = f' xmlns:{prefix}="{_WELL_KNOWN.get(prefix, f"urn:prefix:{prefix}")}"'
    return f"<x{''.join(declared.values())}>{text}</x>"


def _salvaged(root: str, text: str, names: tuple[str, ...]) -> Element | None:
    """A damaged item made of those of its children that can be told apart; one that is no XML counts as marked text."""
    try:
        begin = text.index(">") + 1
        opened = next(iter(safe.fromstring(_closed(root, text[:begin].rstrip("/>") + "/>"), forbid_dtd=True)))
    except (ParseError, ValueError, DefusedXmlException, StopIteration):
        return None
    at, endless = begin, set[str]()
    while (found := _CHILD.search(text, at)) and len(endless) < _MOST_ENDLESS:
        stop = -1 if found[1] in endless else _end(text, found.start())
        if stop < 0:
            at = found.end()
            endless.add(found[1])
            continue
        at, part = stop, text[found.start() : stop]
        try:
            child = next(iter(safe.fromstring(_closed(root, part), forbid_dtd=True)))
        except DefusedXmlException:
            return None
        except (ParseError, ValueError, StopIteration):
            inside = part[part.find(">") + 1 : part.rfind("</")].replace("<![CDATA[", "").replace("]]>", "")
            child = next(iter(safe.fromstring(_closed(root, f"<{found[1]}/>"), forbid_dtd=True)))
            child.text = unescape(inside)
        opened.append(child)
    return opened if opened.tag in names and len(opened) else None


class _Repaired(TextIOBase):
    """A file's characters as a parser takes them: in its real encoding, without what XML forbids, with references that
    XML knows. What stands in a CDATA section or a comment keeps its ampersands."""

    def __init__(self, path: Path, told: list[str]) -> None:
        with path.open("rb") as stream:
            sample = stream.read(_SAMPLE_BYTES)
        declared = found.group(1).decode() if (found := _DECLARED.search(sample[:1000])) else ""
        encoding = encoding_of(sample, declared or "utf-8", is_whole=len(sample) < _SAMPLE_BYTES)
        self._told = told
        is_usual = encoding == "utf-8" and not declared
        if not is_usual and not encoding.startswith("utf-16") and not _same(encoding, declared):
            self._tell(f"đọc theo bảng mã {encoding}")
        self._file = path.open("rb")
        self._decoder = decoder(encoding)(errors="toasoan")
        self._begun = self._ended = False
        self._raw_until = ""
        self._held = ""

    def read(self, size: int | None = -1) -> str:
        while not self._ended:
            raw = self._file.read(size if size and size > 0 else _BLOCK)
            self._ended = not raw
            text = self._held + self._decoder.decode(raw, final=not raw)
            self._held = ""
            if not self._begun and len(text) < 4096 and raw:
                self._held = text
                continue
            if not self._begun:
                text = self._head(text)
            if not self._ended:
                # A reference or the mark of a section may be cut here.
                cut = max(text.rfind("&", -_TAIL), text.rfind("<", -_TAIL))
                if cut < 0 and text.endswith(("]", "-")):
                    cut = max(0, len(text) - 2)
                if cut >= 0:
                    text, self._held = text[:cut], text[cut:]
            text = self._body(text)
            if text or self._ended:
                if self._ended:
                    self._file.close()
                return text
        return ""

    def close(self) -> None:
        self._file.close()
        super().close()

    def _head(self, text: str) -> str:
        self._begun = True
        begun = text.lstrip("\ufeff \t\r\n\0")
        if begun[:1] != "<" and 0 < begun.find("<") < 1000:
            begun = begun[begun.find("<") :]
        if begun != text.removeprefix("\ufeff"):
            self._tell("bỏ chữ thừa trước XML")
        begun = _DOCTYPE.sub("", _PROLOG.sub("", begun, count=1), count=1)
        if (root := _ROOT.search(begun)) and _OF_NAR.match(begun, root.start()):
            self._tell("thêm không gian tên NewsML-G2 còn thiếu")
            begun = f'{begun[: root.end()]} xmlns="{NAR}"{begun[root.end() :]}'
        return begun

    def _body(self, text: str) -> str:
        clean = text if text.isprintable() else _ILLEGAL.sub("", text)
        if clean != text:
            self._tell("bỏ ký tự điều khiển mà XML cấm")
        parts, at = [], 0
        while at < len(clean):
            if mark := self._raw_until:
                stop = clean.find(mark, at)
                end = len(clean) if stop < 0 else stop + len(mark)
                parts.append(clean[at:end])
                self._raw_until = mark if stop < 0 else ""
            else:
                begins = _RAW.search(clean, at)
                end = begins.end() if begins else len(clean)
                parts.append(self._references(clean[at:end]))
                self._raw_until = _RAW_ENDS[begins[0]] if begins else ""
            at = end
        return "".join(parts)

    def _references(self, text: str) -> str:
        return _REFERENCE.sub(self._reference, text) if "&" in text else text

    def _reference(self, found: "re.Match[str]") -> str:
        name = (found[1] or "").rstrip(";")
        if name in _OWN:
            return found[0]
        if name.startswith("#"):
            code = int(name[2:], 16) if name[1:2] in "xX" else int(name[1:])
            if code < 0x110000 and not _ILLEGAL.match(chr(code)):
                return found[0]
            self._tell("bỏ ký tự điều khiển mà XML cấm")
            return ""
        if name and (letter := html5.get(f"{name};")):
            self._tell("đổi ký hiệu HTML (như &nbsp;) thành chữ")
            return letter.replace("&", "&amp;").replace("<", "&lt;")
        self._tell("sửa dấu & viết trần")
        return "&amp;" + found[0][1:]

    def _tell(self, what: str) -> None:
        if what not in self._told:
            self._told.append(what)


def _same(encoding: str, declared: str) -> bool:
    try:
        return codecs.lookup(declared).name == codecs.lookup(encoding).name
    except LookupError:
        return False


def text(element: Element, name: str) -> str:
    """The words of a child, "" without one."""
    found = element.find(name)
    return "".join(found.itertext()).strip() if found is not None else ""
