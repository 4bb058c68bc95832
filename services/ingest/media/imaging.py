"""Uploaded pictures, rebuilt from their pixels in a process of its own with limits on memory and time.

Nothing of the sent file survives but pixels: no metadata, no tail, no name. JPEG, PNG and WebP only.
Pillow's advice for untrusted files (docs/handbook/security) is followed: few formats, a pixel limit, a bounded process.
"""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.ingest.kit import bounded
from services.ingest.kit.errors import Invalid, TooHeavy
from shared.telemetry import log

MAX_UPLOAD_BYTES = 25_000_000
MAX_PIXELS = 40_000_000
MAX_SIDE = 2560
RENDITION_WIDTHS = (480, 960, 1600)
_BOUNDS = bounded.Bounds(cpu_seconds=20, memory_bytes=1_000_000_000, seconds=40)
_FORMATS = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}


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

    Raises Invalid (field "file").
    """
    media_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=media_dir) as folder:
        try:
            made = bounded.run(rebuild_here, str(source), folder, crop, bounds=_BOUNDS)
        except (TooHeavy, RuntimeError) as ended:
            # Out of time or memory, or a crash in a decoder: for the sender it is a picture that cannot be read.
            log.warning("picture not rebuilt", cause=getattr(ended, "cause", str(ended)))
            raise Invalid.of("file", "Không đọc được ảnh này, hoặc ảnh cần quá nhiều thời gian để xử lý.") from None
        return _move_in(Path(folder), media_dir, made)


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


def rebuild_here(source: str, folder: str, crop: Crop | None) -> dict[str, object]:
    """Inside the bounded process: write the files into the folder and tell of them. Raises Invalid (field "file")."""
    import warnings

    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error")
    try:
        with Image.open(source, formats=list(_FORMATS)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise _refusal(f"Ảnh quá {MAX_PIXELS // 1_000_000} triệu điểm ảnh.")
            if getattr(opened, "n_frames", 1) > 1:
                raise _refusal("Không nhận ảnh động.")
            kind = str(opened.format)
            caption, credit = _words_in(opened)
            if crop is None:
                opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
            picture = _to_srgb(ImageOps.exif_transpose(opened))
    except Invalid:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refusal(f"Ảnh quá {MAX_PIXELS // 1_000_000} triệu điểm ảnh.") from None
    except Image.UnidentifiedImageError:
        raise _refusal("Chỉ nhận ảnh JPEG, PNG hoặc WebP.") from None
    except (OSError, ValueError, SyntaxError, EOFError, Warning):
        raise _refusal("Ảnh bị hỏng hoặc thiếu phần cuối.") from None
    if min(picture.size) < 1:
        raise _refusal("Ảnh trống.")
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
    fresh.save(Path(folder) / f"main.{suffix}", kind, **options.get(kind, {}))
    widths = [width for width in RENDITION_WIDTHS if width < fresh.width]
    for width in widths:
        small = fresh.resize((width, max(1, round(fresh.height * width / fresh.width))), Image.Resampling.LANCZOS)
        small.save(Path(folder) / f"{width}.webp", "WEBP", quality=80)
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


def _refusal(reason: str) -> Invalid:
    return Invalid.of("file", reason)
