"""Zip archives: unpacked into a folder of ours, within bounds, and read as any folder.

Names in it are only words: none leads out of the folder. Those that a Mac or an old Windows wrote are read as they
were meant.
"""

import fcntl
import lzma
import os
import secrets
import shutil
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from stat import S_ISLNK

from services.ingest.exchange.importers.found import LeftOut
from services.ingest.kit import bounded, handed_in
from services.ingest.kit.errors import Invalid, Refused
from shared.vietnamese.text import nfc

SUFFIX = ".zip"
_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
MAX_BYTES = 2_000_000_000
# With their folders: each takes a place on the disk, however empty it is.
_MAX_FILES = 100_000
# Python holds some ten times as much of what an archive says of its files.
_MAX_DIRECTORY_BYTES = 20_000_000
_END_BYTES = 66_000
_MAX_DEPTH, _MAX_NAME_BYTES = 20, 200
_BLOCK = 1 << 20
_HELD = ".held"
_UTF8_NAMES = 0x800
_ENCRYPTED = 0x1
# Documents that are archives inside.
_OF_DOCUMENTS = ("[Content_Types].xml", "mimetype")
_SYSTEM_NAMES = frozenset((".ds_store", "thumbs.db", "desktop.ini"))


@dataclass(slots=True)
class Source:
    """A file or folder to be read; `shown` is what people call it."""

    path: Path
    shown: str
    fault: Refused | None = None
    left: list[LeftOut] = field(default_factory=list)


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive, by how it begins. Raises OSError."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(4) in _BEGINNINGS


def is_of_the_system(name: PurePosixPath | Path) -> bool:
    """Whether a file is an operating system's own: what a Mac puts beside each file, thumbnails."""
    return name.name.startswith("._") or name.name.lower() in _SYSTEM_NAMES or "__MACOSX" in name.parts


@contextmanager
def unpacked(paths: Sequence[Path]) -> Iterator[list[Source]]:
    """The paths, with a folder in place of each archive for as long as this lasts."""
    folders: list[_Folder] = []
    try:
        sources = []
        for path in paths:
            source = Source(path, str(path))
            try:
                if is_archive(path):
                    folders.append(_Folder())
                    source.path = folders[-1].path
                    source.left = _unpack(path, source.path)
            except Refused as refused:
                source.fault = refused
            except (OSError, zipfile.BadZipFile, ValueError, OverflowError, struct.error) as error:
                source.fault = Invalid.of("", f"Tệp nén không đọc được: {error}"[:300])
            sources.append(source)
        yield sources
    finally:
        for folder in folders:
            folder.close()


def forget_left() -> None:
    """Delete what processes that were ended have unpacked."""
    root = _root()
    for path in root.iterdir() if root.exists() else ():
        if path.is_dir():
            try:
                with _locked(path.with_suffix(_HELD), fcntl.LOCK_NB):
                    shutil.rmtree(path, ignore_errors=True)
                    path.with_suffix(_HELD).unlink(missing_ok=True)
            except OSError:
                # In use.
                continue


class _Folder:
    """An empty folder, held by a lock beside it until it is closed or this process ends."""

    def __init__(self) -> None:
        _root().mkdir(parents=True, exist_ok=True)
        self.path = _root() / secrets.token_hex(8)
        self._held = ExitStack()
        # Before the folder is there, nobody can take it for one that was left.
        self._held.enter_context(_locked(self.path.with_suffix(_HELD)))
        self.path.mkdir(mode=0o700)

    def close(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.with_suffix(_HELD).unlink(missing_ok=True)
        self._held.close()


@contextmanager
def _locked(file: Path, how: int = 0) -> Iterator[None]:
    """Raises OSError where it is another's, with LOCK_NB."""
    number = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | how)
        yield
    finally:
        os.close(number)


def _root() -> Path:
    return handed_in.folder() / "unpacked"


def _unpack(path: Path, folder: Path) -> list[LeftOut]:
    """Write an archive's files; what was left out. Raises Refused, OSError, BadZipFile."""
    _look_at_the_end(path)
    left: Counter[str] = Counter()
    with zipfile.ZipFile(path) as archive:
        found = archive.infolist()
        if {one.filename for one in found[:3]}.intersection(_OF_DOCUMENTS):
            raise Refused("Đây là tài liệu (Office, EPUB), không phải tệp nén các trang.")
        if len(found) > _MAX_FILES:
            raise Refused(f"Tệp nén có quá {_MAX_FILES} tệp.")
        room, places = MAX_BYTES, _MAX_FILES
        for number, one in enumerate(found):
            bounded.going_on()
            if one.is_dir():
                continue
            name = _name(one)
            if is_of_the_system(name):
                left["của hệ điều hành"] += 1
            elif S_ISLNK(one.external_attr >> 16):
                left["liên kết trong tệp nén"] += 1
            elif one.flag_bits & _ENCRYPTED:
                left["có mật khẩu"] += 1
            elif (target := _free(folder, name, number)) is None:
                left["hai lần trong tệp nén"] += 1
            else:
                places -= 1 + sum(not one.exists() for one in target.parents)
                if places < 0:
                    raise Refused(f"Tệp nén có quá {_MAX_FILES} tệp và thư mục.")
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    room -= _write(archive, one, target, room)
                except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, lzma.LZMAError) as error:
                    target.unlink(missing_ok=True)
                    left[f"hỏng trong tệp nén ({type(error).__name__})"] += 1
    return [LeftOut("tệp", reason, count) for reason, count in sorted(left.items())]


def _write(archive: zipfile.ZipFile, one: zipfile.ZipInfo, target: Path, room: int) -> int:
    """How many bytes it is, counted as they come: what an archive says of sizes proves nothing. Raises Refused."""
    size = 0
    with archive.open(one) as packed, target.open("wb") as file:
        while block := packed.read(_BLOCK):
            bounded.going_on()
            size += len(block)
            if size > room:
                raise Refused(f"Tệp nén mở ra lớn quá {MAX_BYTES // 1_000_000_000} GB.")
            file.write(block)
    return size


def _look_at_the_end(path: Path) -> None:
    """Refuse an archive that tells more of its files than memory is meant to hold. Raises Refused."""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _END_BYTES))
        end = stream.read()
    at, long_at = end.rfind(b"PK\x05\x06"), end.rfind(b"PK\x06\x06")
    told = [int.from_bytes(end[at + 12 : at + 16], "little")] if at >= 0 else []
    told += [int.from_bytes(end[long_at + 40 : long_at + 48], "little")] if long_at >= 0 else []
    told = [one for one in told if one != 0xFFFFFFFF]
    if any(one > _MAX_DIRECTORY_BYTES for one in told):
        raise Refused(f"Tệp nén có quá {_MAX_FILES} tệp.")


def _name(one: zipfile.ZipInfo) -> PurePosixPath:
    """Where a file lies in its archive, with its letters as one each."""
    name = one.filename
    if not one.flag_bits & _UTF8_NAMES:
        # A Mac writes UTF-8 and does not say so.
        try:
            name = name.encode("cp437").decode()
        except UnicodeError:
            pass
    parts = [part.strip() for part in nfc(name).replace("\\", "/").split("/")]
    parts = [_short(part) for part in parts if part.strip(".") and part.isprintable()]
    return PurePosixPath(*parts[-_MAX_DEPTH:] or ["tệp"])


def _short(part: str) -> str:
    """A name that file systems take; its end, the suffix, stays."""
    return part if len(part.encode()) <= _MAX_NAME_BYTES else f"{part[:40]}~{part[-20:]}"


def _free(folder: Path, name: PurePosixPath, number: int) -> Path | None:
    """A path for the file of that number, another than those before it; None where even its own folder is taken."""
    for target in (folder / name, folder / f"~{number}" / name.name):
        above = [one for one in target.parents if one.is_relative_to(folder)]
        if not target.exists() and not any(one.is_file() for one in above):
            return target
    return None
