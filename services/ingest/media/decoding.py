"""A picture's pixels as cameras, telephones and agencies send them: upright, in the web's colours, of eight bits.

Runs inside the bounded process only (services.ingest.media.imaging). What a file says about itself may be broken
without the picture being so: then it is left out. Of a picture from which the end is missing nothing is made; of one
that moves, its first frame is taken.
"""

import io
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import AvifImagePlugin, Image, ImageCms, ImageFile, IptcImagePlugin, UnidentifiedImageError

from services.ingest.kit.errors import Invalid

MAX_SIDE = 2560
MAX_JPEG_PIXELS = 120_000_000
"""A JPEG is decoded at a fraction of its size: the largest sensors make some 100 million pixels."""
MAX_PIXELS = 50_000_000
"""Of all others, which are decoded whole: a telephone's largest HEIC has 48.8 million."""
TAKEN = "JPEG, PNG, WebP, GIF, HEIC hoặc AVIF"
# (A camera's MPO is opened as the JPEG that it begins with.)
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF")
# Several pictures in one file that do not move: a camera's small ones beside the large one, a telephone's burst.
_NO_FILM = {"MPO", "HEIF"}
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BROKEN_HEAD = (OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, ArithmeticError)
# A progressive JPEG comes in so many passes from every usual program; after the last has begun the picture is whole.
_PASSES = {1: 6, 3: 10}
_PASS = re.compile(rb"\xff\xda")
_FLAT_ROWS = 4

Crop = tuple[float, float, float, float]
"""Left, top, right, bottom, each from 0 to 1."""


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """`pixels` are RGB or RGBA, MAX_SIDE at most each way; `caption` and `credit` what the file said about itself;
    `moved` where they are the first frame of several."""

    pixels: Image.Image
    format: str
    caption: str
    credit: str
    moved: bool


def read(source: Path, crop: Crop | None) -> ReadPicture:
    """The picture of a file, or a part of it. Raises Invalid (field "file")."""
    _prepare()
    try:
        return _read(source, crop, whole=True)
    except _Unfinished:
        return _read(source, crop, whole=False)


class _Unfinished(Exception):
    """A JPEG whose end was not found."""


def _prepare() -> None:
    import pi_heif
    from PIL import JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401  (they register)

    # Broken words about a picture are warned of; what is too large is looked at below, before anything is decoded.
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    pi_heif.register_heif_opener()
    pi_heif.options.DECODE_THREADS = 1
    pi_heif.options.THUMBNAILS = False
    pi_heif.options.DEPTH_IMAGES = False


def _read(source: Path, crop: Crop | None, whole: bool) -> ReadPicture:
    """`whole`: raises _Unfinished for a JPEG without an end. Otherwise only the end's mark may be missing."""
    ImageFile.LOAD_TRUNCATED_IMAGES = not whole
    try:
        with Image.open(source, formats=_FORMATS) as opened:
            kind = str(opened.format)
            _refuse_unfit(opened)
            words = _words_in(opened)
            orientation = _orientation(opened)
            moved = _moves(opened)
            if kind in ("JPEG", "MPO"):
                _decode_small(opened, crop)
            try:
                opened.load()
            except OSError as error:
                if whole and kind in ("JPEG", "MPO") and "truncated" in str(error):
                    raise _Unfinished from None
                raise
            if not whole and _lost_its_end(opened, source):
                raise _broken()
            return ReadPicture(_finished(opened, orientation, crop), kind, *words, moved)
    except UnidentifiedImageError:
        raise _refusal(f"Chỉ nhận ảnh {TAKEN}.") from None
    except (OSError, ValueError, SyntaxError, EOFError):
        raise _broken() from None


def _decode_small(opened: Image.Image, crop: Crop | None) -> None:
    """Have a JPEG decoded at the smallest fraction of its size that still gives what is shown of it all its points."""
    part = 1.0 if crop is None else max(0.01, min(crop[2] - crop[0], crop[3] - crop[1]))
    scale = next((one for one in (8, 4, 2) if max(opened.size) * part / one >= MAX_SIDE), 1)
    opened.draft(None, (opened.width // scale, opened.height // scale))


def _refuse_unfit(opened: Image.Image) -> None:
    is_jpeg = opened.format in ("JPEG", "MPO")
    most = MAX_JPEG_PIXELS if is_jpeg else MAX_PIXELS
    if opened.width * opened.height > most:
        advice = "" if is_jpeg else "; hãy gửi ảnh này ở dạng JPEG"
        raise _refusal(f"Ảnh quá {most // 1_000_000} triệu điểm ảnh{advice}.")
    if min(opened.size) < 1:
        raise _refusal("Ảnh trống.")


def _finished(picture: Image.Image, orientation: int, crop: Crop | None) -> Image.Image:
    """In eight bits and the web's colours, upright, cropped, no larger than it is shown. Small first: the rest is
    cheaper then."""
    profile = picture.info.get("icc_profile")
    transparent = picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info
    made = _eight_bits(picture)
    if made.mode not in ("RGB", "RGBA", "L", "CMYK"):
        made = made.convert("RGBA" if transparent else "RGB")
    elif transparent and made.mode != "RGBA":
        made = made.convert("RGBA")
    if crop is None:
        made.thumbnail((MAX_SIDE, MAX_SIDE), reducing_gap=3.0)
    made = _to_srgb(made, profile)
    if orientation in _UPRIGHT:
        made = made.transpose(_UPRIGHT[orientation])
    if crop is not None:
        made = made.crop(_box(made.size, crop))
        made.thumbnail((MAX_SIDE, MAX_SIDE))
    return made


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Grey of sixteen bits or more, whose lightest would all be white in eight. A scanner's twelve bits in sixteen are
    brought up to white."""
    if not picture.mode.startswith(("I", "F")):
        return picture
    exact = picture.convert("F")
    low, high = exact.getextrema()
    assert isinstance(low, float | int) and isinstance(high, float | int)
    if picture.mode == "F" and high <= 1.0:
        white, black = 1.0, min(0.0, low)
    else:
        black = min(0.0, low)
        white = next((most for most in (255.0, 4095.0, 16383.0, 65535.0) if high <= most), high)
    scale = 255.0 / (white - black)
    return exact.point(lambda value: value * scale - black * scale).convert("L")


def _to_srgb(picture: Image.Image, profile: Any) -> Image.Image:
    """RGB or RGBA in the web's colours; a profile that cannot be read is left out."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if isinstance(profile, bytes) and profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            space = str(source.profile.xcolor_space).strip()
            colours = picture.convert({"RGB": "RGB", "CMYK": "CMYK", "GRAY": "L"}[space]) if mode == "RGB" else picture
            if mode == "RGBA":
                colours = picture.convert("RGB" if space == "RGB" else "L")
            made = ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, KeyError):
            made = None
        if made is not None:
            if mode == "RGBA":
                made.putalpha(picture.getchannel("A"))
            return made
    return picture.convert(mode)


def _box(size: tuple[int, int], crop: Crop) -> tuple[int, int, int, int]:
    """The crop in pixels, at least one each way."""
    (width, height), (left, top, right, bottom) = size, crop
    x, y = min(round(left * width), width - 1), min(round(top * height), height - 1)
    return x, y, max(x + 1, round(right * width)), max(y + 1, round(bottom * height))


def _lost_its_end(picture: Image.Image, source: Path) -> bool:
    """Whether more than the mark of the end is missing: what a decoder has no data for it paints in one colour. (A
    picture that is of one colour everywhere has lost nothing that anybody could see.)"""
    if picture.info.get("progressive") or picture.info.get("progression"):
        passes = len(_PASS.findall(source.read_bytes()))
        if passes < _PASSES.get(len(picture.getbands()), 10):
            return True
    end = picture.crop((0, max(0, picture.height - _FLAT_ROWS), picture.width, picture.height))
    return _is_flat(end) and not _is_flat(picture)


def _is_flat(picture: Image.Image) -> bool:
    return all(low == high for low, high in (band.getextrema() for band in picture.split()))


def _moves(opened: Image.Image) -> bool:
    """Whether another frame follows the first, which stays the one in hand."""
    if opened.format in _NO_FILM:
        return False
    try:
        return bool(getattr(opened, "is_animated", False))
    except _BROKEN_HEAD:
        return False
    finally:
        opened.seek(0)


def _orientation(opened: Image.Image) -> int:
    try:
        return int(opened.getexif().get(_ORIENTATION, 1))
    except _BROKEN_HEAD:
        return 1


# IPTC's records of what newsrooms write into their pictures.
_CAPTION, _BYLINE, _CREDIT, _CHARSET = (2, 120), (2, 80), (2, 110), (1, 90)
_MAX_WORDS = 1900


def _words_in(opened: ImageFile.ImageFile) -> tuple[str, str]:
    """(caption, credit) that an agency or a camera wrote into the file; "" for none."""
    try:
        said: dict[Any, Any] = IptcImagePlugin.getiptcinfo(opened) or {}
    except _BROKEN_HEAD:
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


def _broken() -> Invalid:
    return _refusal("Ảnh bị hỏng hoặc thiếu phần cuối.")


def _refusal(reason: str) -> Invalid:
    return Invalid.of("file", reason)
