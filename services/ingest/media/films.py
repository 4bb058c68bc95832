"""Films: MP4 and WebM as they were uploaded, checked from end to end, without what they say about where they were
taken. Nothing is decoded: that is the reader's browser's work."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from services.ingest.kit import bounded
from services.ingest.kit.errors import Invalid, TooHeavy
from services.ingest.media.imaging import Rebuilt

MAX_BYTES = 200_000_000
_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash", b"qt  ")
# Boxes that hold boxes, on the way to where phones write places and owners.
_INSIDE = (b"moov", b"trak")
_PRIVATE = (b"udta", b"meta", b"uuid")
_COPY_BYTES = 1_000_000
_BOUNDS = bounded.Bounds(cpu_seconds=20, memory_bytes=500_000_000, seconds=60)


def sniff(head: bytes) -> str:
    """ "video/mp4", "video/webm" or "" from the first bytes of a file."""
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        return "video/mp4"
    if head[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in head[:64]:
        return "video/webm"
    return ""


def keep(source: Path, media_dir: Path, width: int, height: int) -> Rebuilt:
    """Check a film in a bounded process and move it into the media folder. Raises Invalid (field "file")."""
    try:
        kind, size, digest = bounded.run(checked, str(source), bounds=_BOUNDS)
    except TooHeavy:
        raise Invalid.of("file", "Video cần quá nhiều thời gian để kiểm tra.") from None
    folder = media_dir / digest[:2]
    folder.mkdir(parents=True, exist_ok=True)
    path = f"{digest[:2]}/{digest[2:34]}.{kind.removeprefix('video/')}"
    source.chmod(0o644)
    source.replace(media_dir / path)
    return Rebuilt(path, kind, width, height, size, digest, ())


def checked(source: str) -> tuple[str, int, str]:
    """Inside the bounded process: (type, bytes, SHA-256) of a film, without what it says about where it was taken."""
    with Path(source).open("r+b") as file:
        kind = sniff(file.read(64))
        size = os.fstat(file.fileno()).st_size
        if kind == "video/mp4":
            _check_mp4(file, size)
        elif kind == "video/webm":
            _check_webm(file, size)
        else:
            raise Invalid.of("file", "Chỉ nhận video MP4 hoặc WebM.")
        return kind, size, _digest(file)


def _check_mp4(file: BinaryIO, size: int) -> None:
    """Every byte belongs to a box, there is a film among them, and private boxes are made empty space."""
    kinds = []
    for kind, start, end in _boxes(file, 0, size):
        kinds.append(kind)
        if kind in _INSIDE:
            _forget_private(file, start, end)
    if b"moov" not in kinds or b"mdat" not in kinds:
        raise Invalid.of("file", "Video bị hỏng hoặc thiếu phần cuối.")


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


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    made = hashlib.sha256()
    while part := file.read(_COPY_BYTES):
        made.update(part)
    return made.hexdigest()
