"""Vietnamese written before Unicode, and Unicode that was read wrongly: found out, and made right.

Three ways lead to such text. Bytes come in an encoding of their own (windows-1258, TCVN3, VNI, VPS, VISCII). Or they
were read as Western letters once, and "Cộng hòa" stands there as "Céng hßa" (what the fonts .VnTime, VNI-Times and VPS
Times show rightly). Or UTF-8 was read as Western letters: "Biên" stands there as "BiÃªn". The tables are in
legacy.json, which the desk's editor reads as well; sources: TCVN 5712:1993 (VN3), VNI's and VPS's tables at
vietunicode.sourceforge.net, RFC 1456 (VISCII).
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import cast

from shared.vietnamese.text import nfc, nfd

NAMES = ("TCVN3", "VNI", "VPS", "VISCII")
DOUBLE = "UTF-8 đọc nhầm"
_FEWEST_WORDS = 2
# Words without such a letter are Vietnamese as well, where there are so many to each one that has: a sign or two in
# another language are signs.
_MANY_PLAIN = 2
_SAMPLE_CHARS = 20_000
_ENOUGH_FAULTS = 200
# (The mark of UTF-32 begins as that of UTF-16.)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
# How the letters of Vietnamese begin in UTF-8.
_LEADS = (0xC3, 0xC4, 0xC6, 0xE1)
# Of Western letters as Windows reads bytes, and as ISO does.
_BYTES_OF = {chr(code): code for code in range(0x80, 0x100)}
_BYTES_OF |= {bytes([code]).decode("cp1252", "ignore") or chr(code): code for code in range(0x80, 0x100)}
_HIGH = "".join(re.escape(char) for char in _BYTES_OF)
_RUN = re.compile(f"[{_HIGH}]{{1,300}}")
# What is left of Đ, whose second byte (0x90) is no Western letter and falls away; à ends in a hard space, often a
# plain one.
_LOST = (("Ä", "Đ"), ("Ã\xa0", "à"), ("Ã ", "à "))
# Blanks were set right since: the rest of a syllable stands alone behind it ("Ngà y").
_TORN = re.compile(r"Ã (?=(?:y|o|i|u|m|n|ng|nh|c|ch|t|p)(?![^\W\d_]))")
_WORD = re.compile(r"[^\s\x21-\x26\x28-\x3e@\x5b-\x5f\x7b-\x7f…–—“”]+")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_SYLLABLE = re.compile(
    r"(?:(?:b|ch|d|đ|gi|h|l|m|n|nh|ph|qu|r|s|t|th|tr|v|x|kh|p)?|(?:c|g|ng)(?![eêi])|(?:k|gh|ngh)(?=[eêiy]))"
    r"(?:(?:o[aăeo]|u[âêôơy]|uyê|ươ|iê|yê|[aăâeêioôơuưy])(?:ch|nh|ng|[cmnpt])|"
    r"[oôơuưi]?a[iyou]?|oe|oeo|oa[oiy]|uây|uyu|uêu?|uya?|uơ|[âê]u|ây|eo|iêu|yêu|[iưu]u|[oôơuư]i|uôi|ươ[iu]|[aeêioôơuưy])|gi[nm]?"
)
_TONE_ON_NO_VOWEL = re.compile(f"[^aeiouy\u0302\u0306\u031b][{_TONES}]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and the encoding its bytes had; `mended` says what was not as it should be, "" for nothing."""

    text: str
    encoding: str
    mended: str = ""


def mended(text: str) -> tuple[str, str]:
    """(the text in Unicode, what it was in); ("…", "") where nothing was wrong. Words that are right stay as they are.

    >>> mended("Céng hßa x· héi chñ nghÜa ViÖt Nam")
    ('Cộng hòa xã hội chủ nghĩa Việt Nam', 'TCVN3')
    """
    if text.isascii():
        return text, ""
    single = read_once(text)
    if single != text:
        return nfc(single), DOUBLE
    name = legacy_name(text)
    return (in_unicode(text, name), name) if name else (text, "")


def legacy_name(text: str) -> str:
    """Which of NAMES a text is written in, "" for none: what makes Vietnamese words of most of its words."""
    every = _WORD.findall(text[:_SAMPLE_CHARS])
    words = [word for word in every if not word.isascii()]
    plain = [word for word in every if word.isascii() and word.isalpha()]
    if len(words) < _FEWEST_WORDS or (len(plain) > _MANY_PLAIN * len(words) and _share(plain) < 0.5):
        return ""
    right = _share(words)
    if right >= 0.5:
        return ""
    best, name = max((_share([_table(name)(word) for word in words]), name) for name in reversed(NAMES))
    return name if best >= 0.8 and best - right >= 0.4 else ""


def name_of_font(font: str) -> str:
    """Which of NAMES text in a font is written in, "" for any other font."""
    first = font.split(",")[0].strip(" \"'").lower()
    return (
        "TCVN3"
        if first.startswith(".vn")
        else "VNI"
        if first.startswith("vni-")
        else "VPS"
        if first.startswith("vps ")
        else ""
    )


def in_unicode(text: str, name: str, font: str = "") -> str:
    """A text written in one of NAMES, in Unicode; the fonts .Vn…H show small letters as capitals."""
    changed = nfc(_table(name)(text))
    is_capitals = name == "TCVN3" and font.split(",")[0].strip(" \"'").lower().endswith("h")
    return changed.upper() if is_capitals else changed


def decode(raw: bytes, declared: str = "") -> Decoded:
    """Bytes of which nobody knows the encoding for sure; `declared` is what their sender says it is. Never raises."""
    found = encoding_of(raw, declared)
    text = decoder(found)(errors="toasoan").decode(raw, final=True).removeprefix("\ufeff")
    return Decoded(nfc(text), found, _said(found, declared))


def encoding_of(sample: bytes, declared: str = "", *, is_whole: bool = True) -> str:
    """A codec for bytes, or for the file that begins with them: UTF-8 wherever it can be, else what gives words."""
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    head = sample[:400]
    if head and head.count(0) >= len(head) * 3 // 5:
        return "utf-32-le" if any(head[::4]) else "utf-32-be"
    if head and head.count(0) >= len(head) // 3:
        return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    good, bad = _utf8(sample, is_whole=is_whole)
    if not bad or good > 10 * bad:
        return "utf-8"
    declared = _codec(declared)
    candidates = dict.fromkeys([*([declared] if declared not in ("", "utf-8", "ascii") else []), "cp1258", "cp1252"])
    share = {name: _share_of(sample, name) for name in candidates}
    return max(candidates, key=lambda name: share[name])


def decoder(name: str) -> Callable[..., codecs.IncrementalDecoder]:
    """The codec's decoder, for `errors="toasoan"`: bytes that are none of its are read as Western letters."""
    return cast("Callable[..., codecs.IncrementalDecoder]", codecs.getincrementaldecoder(name))


def _said(found: str, declared: str) -> str:
    if found == "utf-8" and _codec(declared) in ("", "utf-8", "ascii"):
        return ""
    return "" if _codec(declared) == found or (found.startswith("utf-16") and not declared) else f"bảng mã {found}"


def _western(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in wrong), error.end


codecs.register_error("toasoan", _western)


def _codec(name: str) -> str:
    """Python's name of an encoding, "" for one that it does not have or that is no text's."""
    try:
        found = codecs.lookup(name.strip()) if name.strip() else None
    except (LookupError, ValueError):
        return ""
    return (
        "" if found is None or not found._is_text_encoding else {"windows-1258": "cp1258"}.get(found.name, found.name)
    )


def _utf8(sample: bytes, *, is_whole: bool) -> tuple[int, int]:
    """How many letters beyond ASCII are written as in UTF-8, and in how many places bytes are not, to a limit."""
    bad = at = 0
    while bad <= _ENOUGH_FAULTS:
        try:
            sample[at:].decode()
        except UnicodeDecodeError as error:
            at += error.end
            if at >= len(sample) and not is_whole and error.reason == "unexpected end of data":
                break
            bad += 1
        else:
            break
    return (0 if bad > _ENOUGH_FAULTS else sum(sample.count(byte) for byte in _LEADS)), bad


def _share_of(sample: bytes, name: str) -> float:
    try:
        text = nfc(decoder(name)(errors="toasoan").decode(sample[:_SAMPLE_CHARS]))
    except (UnicodeError, LookupError):
        return -1.0
    text, _ = mended(text)
    return _share([word for word in _WORD.findall(text) if not word.isascii()])


def _share(words: list[str]) -> float:
    """How many of the words are Vietnamese syllables."""
    return sum(map(is_syllable, words)) / len(words) if words else 0.0


@lru_cache(maxsize=16_384)
def is_syllable(word: str) -> bool:
    """Whether a word is spelled as a syllable of Vietnamese may be.

    >>> is_syllable("nghĩa"), is_syllable("nghÜa"), is_syllable("cé")
    (True, False, False)
    """
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    parts = nfd(word.lower())
    if _TONE_ON_NO_VOWEL.search(parts):
        return False
    tones = [char for char in parts if char in _TONES]
    bare = nfc("".join(char for char in parts if char not in _TONES))
    # A syllable that ends short has one of two tones.
    is_short = bare.endswith(("c", "ch", "p", "t"))
    return (
        len(tones) <= 1
        and not (is_short and tones and tones[0] not in "\u0301\u0323")
        and bool(_SYLLABLE.fullmatch(bare))
    )


def read_once(text: str) -> str:
    """A text whose UTF-8 was read as Western letters, read again as it was meant; any other as it is."""
    runs = _RUN.findall(text)
    read = sum(_is_utf8(run) for run in runs)
    # One alone may be meant («Â»), and other encodings have some that look so.
    if read < _FEWEST_WORDS or read < 0.6 * len(runs):
        return text
    changed = _RUN.sub(lambda run: _raw(run[0]).decode("utf-8", "toasoan"), text)
    changed = _TORN.sub("à", changed)
    for lost, letter in _LOST:
        changed = changed.replace(lost, letter)
    return changed


def _is_utf8(run: str) -> bool:
    try:
        return len(_raw(run).decode()) < len(run)
    except UnicodeDecodeError:
        return False


def _raw(run: str) -> bytes:
    return bytes(_BYTES_OF[char] for char in run)


@cache
def _table(name: str) -> "_Table":
    return _Table(json.loads(Path(__file__).with_name("legacy.json").read_text(encoding="utf-8"))[name])


class _Table:
    """Letters of an encoding, as Western ones, to those that were meant; the longest first."""

    def __init__(self, pairs: dict[str, str]) -> None:
        self._pairs = pairs
        self._all = re.compile("|".join(re.escape(one) for one in sorted(pairs, key=len, reverse=True)))

    def __call__(self, text: str) -> str:
        return self._all.sub(lambda found: self._pairs[found[0]], text)


def words_of(text: str) -> Iterator[str]:
    """The words that a text's encoding is told by."""
    return (found[0] for found in _WORD.finditer(text) if not found[0].isascii())
