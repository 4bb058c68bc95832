"""Uploaded pictures, rebuilt from their pixels in a process of its own with limits on memory and time.

Nothing of the sent file survives but pixels: no metadata, no tail, no name. JPEG, PNG and WebP only.
Pillow's advice for untrusted files (docs/handbook/security) is followed: few formats, a pixel limit, a bounded process.

`python -m services.ingest.media.imaging SOURCE FOLDER [LEFT TOP RIGHT BOTTOM]` is that process: it prints one JSON
object and exits 0, or prints the Vietnamese reason and exits 3. The numbers are shares of the picture to cut it to.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.ingest.kit.errors import Busy, Invalid

MAX_UPLOAD_BYTES = 25_000_000
MAX_PIXELS = 40_000_000
MAX_SIDE = 2560
RENDITION_WIDTHS = (480, 960, 1600)
MEMORY_BYTES = 1_000_000_000
SECONDS = 20
_REFUSED = 3
_FORMATS = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}
# One picture at a time: two cores have other work, and memory stays under one picture's limit.
_turn = threading.Semaphore(1)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A finished picture in the media folder; paths are relative to it, sizes in pixels."""

    path: str
    type: str
    width: int
    height: int
    bytes: int
    sha256: str
    renditions: tuple[tuple[int, str], ...]
    caption: str = ""
    credit: str = ""
    """What the file said about itself (IPTC), read before all of it but the pixels is left behind."""


Crop = tuple[float, float, float, float]
"""Left, top, right, bottom, each from 0 to 1."""


def rebuild(source: Path, media_dir: Path, crop: Crop | None = None) -> Rebuilt:
    """Make the site's own files of an uploaded one, or of a part of it.

    Raises Invalid (field "file"), or Busy after a long wait.
    """
    if not _turn.acquire(timeout=SECONDS):
        raise Busy("Đang xử lý nhiều ảnh; hãy thử lại sau ít phút.")
    try:
        media_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=media_dir) as folder:
            made = json.loads(_run(source, Path(folder), crop))
            return _move_in(Path(folder), media_dir, made)
    finally:
        _turn.release()


def _run(source: Path, folder: Path, crop: Crop | None) -> bytes:
    command = [sys.executable, "-m", "services.ingest.media.imaging", str(source), str(folder), *map(str, crop or ())]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL, check=False)
    except subprocess.TimeoutExpired:
        raise Invalid.of("file", "Ảnh mất quá nhiều thời gian để xử lý.") from None
    if done.returncode == _REFUSED:
        raise Invalid.of("file", done.stdout.decode().strip())
    if done.returncode != 0:
        # Out of memory or a crash in a decoder: for the sender it is a picture that cannot be read.
        raise Invalid.of("file", "Không đọc được ảnh này.")
    return done.stdout


def _move_in(folder: Path, media_dir: Path, made: dict[str, object]) -> Rebuilt:
    main = folder / str(made["file"])
    digest = hashlib.sha256(main.read_bytes()).hexdigest()
    name = f"{digest[:2]}/{digest[2:34]}"
    (media_dir / digest[:2]).mkdir(exist_ok=True)
    renditions = []
    for width in made["renditions"]:  # type: ignore[attr-defined]
        path = f"{name}-{width}.webp"
        (folder / f"{width}.webp").replace(media_dir / path)
        renditions.append((int(width), path))
    path = f"{name}{main.suffix}"
    size = main.stat().st_size
    # The file that an article will name comes last: when it is there, all of it is.
    main.replace(media_dir / path)
    return Rebuilt(
        path=path,
        type=str(made["type"]),
        width=int(str(made["width"])),
        height=int(str(made["height"])),
        bytes=size,
        sha256=digest,
        renditions=tuple(renditions),
        caption=str(made["caption"]),
        credit=str(made["credit"]),
    )


# ---------------------------------------------------------------- inside the bounded process


class _Refusal(Exception):
    pass


def _rebuild_here(source: Path, folder: Path, crop: Crop | None) -> dict[str, object]:
    import warnings

    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error")
    try:
        with Image.open(source, formats=list(_FORMATS)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise _Refusal(f"Ảnh quá {MAX_PIXELS // 1_000_000} triệu điểm ảnh.")
            if getattr(opened, "n_frames", 1) > 1:
                raise _Refusal("Không nhận ảnh động.")
            kind = str(opened.format)
            caption, credit = _words_in(opened)
            if crop is None:
                opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
            picture = _to_srgb(ImageOps.exif_transpose(opened))
    except _Refusal:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _Refusal(f"Ảnh quá {MAX_PIXELS // 1_000_000} triệu điểm ảnh.") from None
    except Image.UnidentifiedImageError:
        raise _Refusal("Chỉ nhận ảnh JPEG, PNG hoặc WebP.") from None
    except (OSError, ValueError, SyntaxError, EOFError, Warning):
        raise _Refusal("Ảnh bị hỏng hoặc thiếu phần cuối.") from None
    if min(picture.size) < 1:
        raise _Refusal("Ảnh trống.")
    if crop is not None:
        picture = picture.crop(_box(picture.size, crop))
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    # Only the pixels go on: a new picture has no metadata to forget.
    fresh = Image.new(picture.mode, picture.size)
    fresh.paste(picture)
    mime, suffix = _FORMATS[kind]
    options: dict[str, dict[str, Any]] = {"JPEG": {"quality": 86, "progressive": True}, "WEBP": {"quality": 86}}
    if kind == "JPEG":
        fresh = fresh.convert("RGB")
    fresh.save(folder / f"main.{suffix}", kind, **options.get(kind, {}))
    widths = [width for width in RENDITION_WIDTHS if width < fresh.width]
    for width in widths:
        small = fresh.resize((width, max(1, round(fresh.height * width / fresh.width))), Image.Resampling.LANCZOS)
        small.save(folder / f"{width}.webp", "WEBP", quality=80)
    return {
        "file": f"main.{suffix}",
        "type": mime,
        "width": fresh.width,
        "height": fresh.height,
        "renditions": widths,
        "caption": caption,
        "credit": credit,
    }


def _box(size: tuple[int, int], crop: Crop) -> tuple[int, int, int, int]:
    """The crop in pixels, at least one each way."""
    (width, height), (left, top, right, bottom) = size, crop
    x, y = min(round(left * width), width - 1), min(round(top * height), height - 1)
    return x, y, max(x + 1, round(right * width)), max(y + 1, round(bottom * height))


# IPTC's records of what newsrooms write into their pictures.
_CAPTION, _BYLINE, _CREDIT, _CHARSET = (2, 120), (2, 80), (2, 110), (1, 90)
_MAX_WORDS = 1900


def _words_in(opened: Any) -> tuple[str, str]:
    """(caption, credit) that an agency or a camera wrote into the file; "" for none."""
    from PIL import IptcImagePlugin

    try:
        said: dict[Any, Any] = IptcImagePlugin.getiptcinfo(opened) or {}
    except (OSError, ValueError, SyntaxError, IndexError, KeyError, TypeError):
        return "", ""
    is_utf8 = said.get(_CHARSET) == b"\x1b%G"
    caption, byline, credit = (_decoded(said.get(record), is_utf8) for record in (_CAPTION, _BYLINE, _CREDIT))
    people = " / ".join(dict.fromkeys(part for part in (byline, credit) if part))
    return caption[:_MAX_WORDS], people[:300]


def _decoded(value: Any, is_utf8: bool) -> str:
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, bytes):
        return ""
    try:
        return first.decode("utf-8").replace("\x00", "").strip()
    except UnicodeDecodeError:
        # Older programs of Vietnamese agencies wrote Windows' own code page.
        return "" if is_utf8 else first.decode("cp1258", "replace").replace("\x00", "").strip()


def _to_srgb(picture):  # type: ignore[no-untyped-def]
    """RGB or RGBA in the web's colours; a profile that cannot be read is left out."""
    import io

    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    transparent = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return picture.convert("RGBA" if transparent else "RGB")


def _limit() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def main(arguments: list[str]) -> int:
    _limit()
    try:
        crop = tuple(map(float, arguments[2:6])) or None
        made = _rebuild_here(Path(arguments[0]), Path(arguments[1]), crop)  # type: ignore[arg-type]
    except _Refusal as refusal:
        sys.stdout.write(str(refusal))
        return _REFUSED
    sys.stdout.write(json.dumps(made))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
