"""Uploaded pictures, rebuilt from their pixels in a process of its own with limits on memory and time.

Nothing of the sent file survives but pixels: no metadata, no tail, no name. JPEG (cameras' MPO too), PNG, WebP, GIF,
HEIC and AVIF are read (services.ingest.media.decoding); JPEG, PNG (of a GIF, too) and WebP, which every browser shows,
are written, and smaller copies as AVIF and WebP, with two JPEG for browsers that know neither.
Pillow's advice for untrusted files (docs/handbook/security) is followed: few formats, a pixel limit, a bounded process.
"""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from services.ingest.kit import bounded
from services.ingest.kit.errors import Invalid, TooHeavy
from shared.telemetry import log

MAX_UPLOAD_BYTES = 60_000_000
MAX_PIXELS = 120_000_000
"""Of a JPEG, which is decoded at a fraction of its size; others may have 50 million."""
RENDITION_WIDTHS = (160, 320, 480, 750, 960, 1600)
"""750 is the whole screen of a telephone with two pixels a point, 360 or 375 points wide."""
_JPEG_WIDTHS = (480, 960)
_BOUNDS = bounded.Bounds(cpu_seconds=30, memory_bytes=1_000_000_000, seconds=60)
_WRITTEN = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}
_COPIES: dict[str, tuple[str, dict[str, Any]]] = {
    # One thread: the process has a bound on its memory, and its neighbours want the other cores.
    "avif": ("AVIF", {"quality": 55, "speed": 8, "max_threads": 1}),
    "webp": ("WEBP", {"quality": 80}),
    "jpg": ("JPEG", {"quality": 80, "progressive": True}),
}


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
    moved: bool = False
    """Whether it is the first frame of several."""


Crop = tuple[float, float, float, float]
"""Left, top, right, bottom, each from 0 to 1."""


class _Made(TypedDict):
    """What the bounded process tells of the files that it wrote."""

    file: str
    type: str
    width: int
    height: int
    renditions: list[tuple[int, str]]
    caption: str
    credit: str
    moved: bool


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


def _move_in(folder: Path, media_dir: Path, made: _Made) -> Rebuilt:
    main = folder / made["file"]
    digest = hashlib.sha256(main.read_bytes()).hexdigest()
    name = f"{digest[:2]}/{digest[2:34]}"
    (media_dir / digest[:2]).mkdir(exist_ok=True)
    renditions = []
    for width, suffix in made["renditions"]:
        path = f"{name}-{width}.{suffix}"
        (folder / f"{width}.{suffix}").replace(media_dir / path)
        renditions.append((width, path))
    path = f"{name}{main.suffix}"
    size = main.stat().st_size
    # The file that an article will name comes last: when it is there, all of it is.
    main.replace(media_dir / path)
    return Rebuilt(
        path=path,
        type=made["type"],
        width=made["width"],
        height=made["height"],
        bytes=size,
        sha256=digest,
        renditions=tuple(renditions),
        caption=made["caption"],
        credit=made["credit"],
        moved=made["moved"],
    )


# ---------------------------------------------------------------- inside the bounded process


def rebuild_here(source: str, folder: str, crop: Crop | None) -> _Made:
    """Inside the bounded process: write the files into the folder and tell of them. Raises Invalid (field "file")."""
    from PIL import Image

    from services.ingest.media import decoding

    picture = decoding.read(Path(source), crop)
    # Only the pixels go on: a new picture has no metadata to forget.
    fresh = Image.new(picture.pixels.mode, picture.pixels.size)
    fresh.paste(picture.pixels)
    kind = picture.format
    if kind == "GIF":
        kind = "PNG"  # Few colours and sharp edges.
    elif kind not in _WRITTEN:
        kind = "WEBP" if fresh.mode == "RGBA" else "JPEG"
    mime, suffix = _WRITTEN[kind]
    options: dict[str, dict[str, Any]] = {"JPEG": {"quality": 86, "progressive": True}, "WEBP": {"quality": 86}}
    if kind == "JPEG":
        fresh = fresh.convert("RGB")
    fresh.save(Path(folder) / f"main.{suffix}", kind, **options.get(kind, {}))
    renditions = []
    for width in (width for width in RENDITION_WIDTHS if width < fresh.width):
        small = fresh.resize((width, max(1, round(fresh.height * width / fresh.width))), Image.Resampling.LANCZOS)
        for ending, (form, how) in _COPIES.items():
            if ending != "jpg" or (width in _JPEG_WIDTHS and small.mode == "RGB"):
                small.save(Path(folder) / f"{width}.{ending}", form, **how)
                renditions.append((width, ending))
    return {
        "file": f"main.{suffix}",
        "type": mime,
        "width": fresh.width,
        "height": fresh.height,
        "renditions": renditions,
        "caption": picture.caption,
        "credit": picture.credit,
        "moved": picture.moved,
    }
