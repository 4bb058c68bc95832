"""Films: MP4 and WebM as they were uploaded, checked from end to end, without what they say about where they were
taken; and sound alone in an MP4 (M4A)."""

from collections.abc import Iterator
from typing import BinaryIO

from services.ingest.kit.errors import Invalid

MAX_BYTES = 200_000_000
_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash", b"qt  ")
_SOUND_BRANDS = (b"M4A ", b"M4B ")
_WEBM = b"\x1a\x45\xdf\xa3"
# Boxes that hold boxes, on the way to where phones write places and owners.
_INSIDE = (b"moov", b"trak")
_PRIVATE = (b"udta", b"meta", b"uuid")
_TO_HANDLERS = (b"trak", b"mdia")


def sniff(head: bytes) -> bool:
    if head[4:8] == b"ftyp":
        return head[8:12] in (*_BRANDS, *_SOUND_BRANDS)
    return head[:4] == _WEBM and b"webm" in head[:64]


def check(file: BinaryIO, size: int) -> str:
    """The type of a film, or of sound alone in the box of one; without what it says about where it was taken."""
    file.seek(0)
    if file.read(4) == _WEBM:
        _check_webm(file, size)
        return "video/webm"
    return _check_mp4(file, size)


def _check_mp4(file: BinaryIO, size: int) -> str:
    """Every byte belongs to a box, there is a film among them, and private boxes are made empty space."""
    kinds = []
    tracks: set[bytes] = set()
    for kind, start, end in _boxes(file, 0, size):
        kinds.append(kind)
        if kind in _INSIDE:
            _forget_private(file, start, end)
            tracks |= _tracks(file, start, end)
    if b"moov" not in kinds or b"mdat" not in kinds:
        raise Invalid.of("file", "Video bị hỏng hoặc thiếu phần cuối.")
    return "audio/mp4" if b"soun" in tracks and b"vide" not in tracks else "video/mp4"


def _tracks(file: BinaryIO, start: int, end: int) -> set[bytes]:
    """What the tracks are: "vide", "soun", …"""
    found = set()
    for kind, inside, until in list(_boxes(file, start, end)):
        if kind in _TO_HANDLERS:
            found |= _tracks(file, inside, until)
        elif kind == b"hdlr":
            file.seek(inside + 8)
            found.add(file.read(4))
    return found


def _forget_private(file: BinaryIO, start: int, end: int) -> None:
    for kind, inside, until in list(_boxes(file, start, end)):
        if kind in _PRIVATE:
            file.seek(inside - 4)
            file.write(b"free" + bytes(until - inside))
        elif kind in _INSIDE:
            _forget_private(file, inside, until)


def _boxes(file: BinaryIO, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start of the content, end) of the boxes between two places. Raises Invalid where they do not fit."""
    while at < end:
        file.seek(at)
        head = file.read(16)
        length, kind, content = int.from_bytes(head[:4], "big"), head[4:8], at + 8
        if length == 1:
            length, content = int.from_bytes(head[8:16], "big"), at + 16
        elif length == 0:
            length = end - at
        if len(head) < 8 or not kind.isascii() or at + length > end or length < content - at:
            raise Invalid.of("file", "Video bị hỏng hoặc thiếu phần cuối.")
        yield kind, content, at + length
        at += length


def _check_webm(file: BinaryIO, size: int) -> None:
    """A header and one segment, which ends where the file ends (or whose length a live recorder did not know)."""
    file.seek(4)
    header, at = _number(file, 4)
    at += header
    file.seek(at)
    if file.read(4) != b"\x18\x53\x80\x67":
        raise Invalid.of("file", "Video bị hỏng hoặc thiếu phần cuối.")
    length, content = _number(file, at + 4)
    unknown = length == (1 << (7 * (content - at - 4))) - 1
    if not unknown and content + length != size:
        raise Invalid.of("file", "Video bị hỏng hoặc thiếu phần cuối.")


def _number(file: BinaryIO, at: int) -> tuple[int, int]:
    """(value, place behind it) of an EBML length."""
    file.seek(at)
    first = file.read(1)
    width = 9 - first[0].bit_length() if first and first[0] else 9
    if width > 8:
        raise Invalid.of("file", "Video bị hỏng hoặc thiếu phần cuối.")
    value = first[0] & ((1 << (8 - width)) - 1)
    for byte in file.read(width - 1):
        value = value << 8 | byte
    return value, at + width
