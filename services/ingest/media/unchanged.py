"""Files that stay as they came: films, sound, subtitles, documents. A bounded process checks each from end to end;
nothing is decoded: that is the reader's browser's work."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from services.ingest.kit import bounded
from services.ingest.kit.errors import Invalid, TooHeavy
from services.ingest.media import documents, films, sounds, subtitles
from services.ingest.media.imaging import Rebuilt
from shared.telemetry import log

_COPY_BYTES = 1_000_000
_BOUNDS = bounded.Bounds(cpu_seconds=20, memory_bytes=500_000_000, seconds=60)


@dataclass(frozen=True, slots=True)
class Kind:
    """`check` says the type of a file and mends what must not stay in it; it raises Invalid (field "file")."""

    name: str
    most_bytes: int
    sniff: Callable[[bytes], bool]
    check: Callable[[BinaryIO, int], str]


KINDS = (
    Kind("Video, âm thanh", films.MAX_BYTES, films.sniff, films.check),
    Kind("Tệp MP3", sounds.MAX_BYTES, sounds.sniff, sounds.check),
    Kind("Phụ đề", subtitles.MAX_BYTES, subtitles.sniff, subtitles.check),
    Kind("Văn bản PDF", documents.MAX_BYTES, documents.sniff, documents.check),
)
SUFFIXES = {
    "video/mp4": "mp4",
    "video/webm": "webm",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "text/vtt": "vtt",
    "application/pdf": "pdf",
}
MAX_BYTES = max(kind.most_bytes for kind in KINDS)


def kind_of(head: bytes) -> Kind | None:
    """By a file's first bytes, whatever it is called."""
    return next((kind for kind in KINDS if kind.sniff(head)), None)


def keep(source: Path, media_dir: Path, width: int = 0, height: int = 0) -> Rebuilt:
    """Check a file in a bounded process and move it into the media folder. Raises Invalid (field "file")."""
    try:
        type_, size, digest = bounded.run(checked, str(source), bounds=_BOUNDS)
    except (TooHeavy, RuntimeError) as ended:
        # Out of time or memory, or nested beyond reading: for the sender it is a file that cannot be read.
        log.warning("file not kept", cause=getattr(ended, "cause", str(ended)))
        raise Invalid.of("file", "Không đọc được tệp này, hoặc tệp cần quá nhiều thời gian để kiểm tra.") from None
    folder = media_dir / digest[:2]
    folder.mkdir(parents=True, exist_ok=True)
    path = f"{digest[:2]}/{digest[2:34]}.{SUFFIXES[type_]}"
    # A temporary file is its owner's alone; here it is as open as its folder, which goes by the house's umask.
    source.chmod(folder.stat().st_mode & 0o666)
    source.replace(media_dir / path)
    return Rebuilt(path, type_, width, height, size, digest, ())


def checked(source: str) -> tuple[str, int, str]:
    """Inside the bounded process: (type, bytes, SHA-256) of a file, without what it says about who made it where."""
    with Path(source).open("r+b") as file:
        kind = kind_of(file.read(64))
        if kind is None:
            raise Invalid.of("file", "Không nhận loại tệp này.")
        type_ = kind.check(file, os.fstat(file.fileno()).st_size)
        return type_, os.fstat(file.fileno()).st_size, _digest(file)


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    made = hashlib.sha256()
    while part := file.read(_COPY_BYTES):
        made.update(part)
    return made.hexdigest()
