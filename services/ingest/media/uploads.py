"""Uploads in pieces that can go on where they stopped: a part file and a note beside it in the media folder.

What is refused or abandoned is deleted; what is complete becomes media.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from services.ingest.kit import tries
from services.ingest.kit.errors import Conflict, Invalid, NotFound, TooLarge, WrongType
from services.ingest.media import documents, films, imaging, sounds, unchanged
from shared.limits import Bound, bounded
from shared.settings import get_settings
from shared.vietnamese.text import one_line

PIECE_BYTES = 2_000_000
_MAX_PIECE_BYTES = 8_000_000
# An agency's whole day at once, and then 1,800 an hour: a stolen key does not fill the disk overnight unseen.
RATE = Bound(500, 2)
_LIVES_SECONDS = 86_400
_MAX_OPEN_EACH = 10
_HEAD_BYTES = 64
_PICTURE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
_GONE = "Không có tệp tải lên này, hoặc đã để quá lâu."


def take_try(actor_name: str) -> None:
    """Count one picture or film of a person or a key. Raises TooMany."""
    tries.take(bounded(f"upload {actor_name}", RATE))


def start(user_id: int, name: str, size: int) -> str:
    """The id of a new upload. Raises TooLarge, Invalid."""
    if size <= 0:
        raise Invalid.of("size", "Tệp trống.")
    if size > unchanged.MAX_BYTES:
        raise TooLarge(limits_in_words(), "size")
    folder = _folder()
    if sum(_is_whose(note, user_id) for note in folder.glob("*.json")) >= _MAX_OPEN_EACH:
        raise Conflict(f"Bạn đang có {_MAX_OPEN_EACH} tệp tải lên dở dang; hãy tải xong hoặc bỏ bớt rồi thử lại.")
    upload_id = secrets.token_hex(16)
    (folder / f"{upload_id}.part").touch()
    note = {"user": user_id, "name": one_line(name)[:200], "size": size}
    (folder / f"{upload_id}.json").write_bytes(orjson.dumps(note))
    return upload_id


def _is_whose(note: Path, user_id: int) -> bool:
    try:
        return bool(orjson.loads(note.read_bytes())["user"] == user_id)
    except (FileNotFoundError, orjson.JSONDecodeError):
        # Ended, or begun, this moment.
        return False


def offset(user_id: int, upload_id: str) -> int:
    """Bytes that are here. Raises NotFound."""
    return _part(user_id, upload_id)[0].stat().st_size


async def append(user_id: int, upload_id: str, at: int, pieces: AsyncIterator[bytes]) -> tuple[int, bool]:
    """Add a piece at its place; (bytes that are here now, whether that is all).

    Raises NotFound, Conflict for another place than the end, WrongType and TooLarge as soon as the file shows it.
    """
    path, note = _part(user_id, upload_id)
    file = await run_in_threadpool(_locked, path)
    try:
        if at != os.fstat(file.fileno()).st_size:
            raise Conflict("Phần này không nối vào chỗ đã có.")
        received = 0
        async for piece in pieces:
            received += len(piece)
            if received > _MAX_PIECE_BYTES or at + received > note["size"]:
                raise TooLarge("Phần gửi lên dài hơn đã báo.", "file")
            file.write(piece)
        file.flush()
        here = at + received
        if here >= min(_HEAD_BYTES, note["size"]):
            _refuse_early(path, note["size"])
    except (WrongType, TooLarge):
        drop(user_id, upload_id)
        raise
    finally:
        file.close()
    return here, here == note["size"]


def finished(user_id: int, upload_id: str) -> tuple[Path, str]:
    """(the whole file, its name at the sender's). Raises NotFound, Conflict for an upload that is not complete."""
    path, note = _part(user_id, upload_id)
    if path.stat().st_size != note["size"]:
        raise Conflict("Tệp chưa tải lên hết.")
    return path, str(note["name"])


def drop(user_id: int, upload_id: str) -> None:
    """Delete an upload, or what is left of one that was taken. Raises NotFound."""
    _unlink(_note(user_id, upload_id)[0])


def is_picture(head: bytes) -> bool:
    """By a file's first bytes, whatever it is called."""
    is_known = head[:3] == b"\xff\xd8\xff" or head[:8] == b"\x89PNG\r\n\x1a\n" or head[:4] + head[8:12] == b"RIFFWEBP"
    is_known = is_known or head[:6] in (b"GIF87a", b"GIF89a")
    # HEIC and AVIF are boxes as MP4 is, of another brand.
    return is_known or (head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS)


def limits_in_words() -> str:
    """What may be uploaded, for people."""
    return (
        f"Ảnh JPEG, PNG, WebP, GIF, HEIC, AVIF đến {imaging.MAX_UPLOAD_BYTES // 1_000_000} MB và "
        f"{imaging.MAX_PIXELS // 1_000_000} triệu điểm ảnh; video MP4, WebM và âm thanh M4A đến "
        f"{films.MAX_BYTES // 1_000_000} MB, MP3 đến {sounds.MAX_BYTES // 1_000_000} MB; phụ đề WebVTT; "
        f"văn bản PDF đến {documents.MAX_BYTES // 1_000_000} MB."
    )


def _refuse_early(path: Path, size: int) -> None:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if is_picture(head):
        name, most = "Ảnh", imaging.MAX_UPLOAD_BYTES
    elif kind := unchanged.kind_of(head):
        name, most = kind.name, kind.most_bytes
    else:
        raise WrongType(f"Không nhận loại tệp này. {limits_in_words()}")
    if size > most:
        raise TooLarge(f"{name} lớn quá {most // 1_000_000} MB.", "file")


def _part(user_id: int, upload_id: str) -> tuple[Path, dict[str, Any]]:
    path, note = _note(user_id, upload_id)
    if not path.exists():
        raise NotFound(_GONE)
    return path, note


def _note(user_id: int, upload_id: str) -> tuple[Path, dict[str, Any]]:
    if not (upload_id.isascii() and upload_id.isalnum() and len(upload_id) == 32):
        raise NotFound(_GONE)
    path = _folder() / f"{upload_id}.part"
    try:
        note: dict[str, Any] = orjson.loads(path.with_suffix(".json").read_bytes())
    except OSError:
        raise NotFound(_GONE) from None
    if note["user"] != user_id:
        raise NotFound(_GONE)
    return path, note


def _locked(path: Path) -> BinaryIO:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise Conflict("Tệp này đang được tải lên ở một cửa sổ khác.") from None
    return file


def _folder() -> Path:
    folder = get_settings().media_dir / ".uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def forget_abandoned(_engine: Engine, now: datetime) -> bool:
    """Uploads that nobody goes on with, and what a process that ended left of a picture. False: that was all."""
    oldest = now.timestamp() - _LIVES_SECONDS
    for path in [*_folder().iterdir(), *get_settings().media_dir.glob(".new-*")]:
        with suppress(FileNotFoundError):
            # A note is as old as the last piece beside it.
            part = path.with_suffix(".part")
            if (part if part.exists() else path).stat().st_mtime < oldest:
                shutil.rmtree(path) if path.is_dir() else _unlink(path)
    return False


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_suffix(".json").unlink(missing_ok=True)
