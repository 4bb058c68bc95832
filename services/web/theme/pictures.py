"""A theme's pictures and fonts: whether they are what their names say, how large, and what is made of them."""

import re
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring
from PIL import Image, ImageFont, ImageOps

from services.web.theme.folder import ThemeFault

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}
_MOST_PIXELS = 16_000_000
_SHARED = (1200, 630)
_ICONS = (512, 192, 180)
FAVICON = [(16, 16), (32, 32), (48, 48)]
_RUNNING = {"script", "foreignObject", "iframe", "object", "embed", "handler", "listener"}
_LENGTH = re.compile(r"(\d{1,5}(?:\.\d{1,6})?)(?:px)?")


def fault_of(name: str, data: bytes) -> ThemeFault | None:
    """Why the file cannot be served."""
    ending = name[name.rindex(".") :]
    if ending == ".woff2":
        return _fault_of_font(name, data)
    if ending == ".svg":
        return _fault_of_svg(name, data)
    try:
        with Image.open(BytesIO(data), formats=[_FORMATS[ending]]) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return ThemeFault(name, 0, f"ảnh có hơn {_MOST_PIXELS // 1_000_000} triệu điểm ảnh")
            picture.load()
    except Exception:  # a decoder says in many ways that it cannot
        return ThemeFault(name, 0, f"không mở được như một ảnh {_FORMATS[ending]}")
    return None


def logo_of(data: bytes) -> tuple[int, int] | None:
    """(width, height); None for an SVG that does not say."""
    if not data.lstrip().startswith(b"<"):
        with Image.open(BytesIO(data)) as picture:
            return picture.size
    root = fromstring(data)
    for said in (
        [root.get("width", ""), root.get("height", "")],
        root.get("viewBox", "").replace(",", " ").split()[2:],
    ):
        sizes = [round(float(size[1])) for part in said if (size := _LENGTH.fullmatch(part.strip()))]
        if len(sizes) == 2 and all(sizes):
            return sizes[0], sizes[1]
    return None


def share_picture(data: bytes) -> bytes | None:
    """1200×630, as every network wants it; None for one that is too small."""
    with Image.open(BytesIO(data)) as picture:
        if picture.width < _SHARED[0] or picture.height < _SHARED[1]:
            return None
        made = BytesIO()
        ImageOps.fit(picture.convert("RGB"), _SHARED).save(made, "JPEG", quality=88, progressive=True)
        return made.getvalue()


def icons(data: bytes) -> dict[str, bytes]:
    """The site's icons by their names, out of one picture; {} for one that does not do."""
    with Image.open(BytesIO(data)) as picture:
        if picture.width != picture.height or picture.width < _ICONS[0]:
            return {}
        found = {}
        for size in _ICONS:
            made = BytesIO()
            picture.convert("RGBA").resize((size, size), Image.Resampling.LANCZOS).save(made, "PNG", optimize=True)
            found[f"icons/{size}.png"] = made.getvalue()
        made = BytesIO()
        picture.convert("RGBA").save(made, "ICO", sizes=FAVICON)
        return found | {"favicon.ico": made.getvalue()}


def _fault_of_font(name: str, data: bytes) -> ThemeFault | None:
    if not data.startswith(b"wOF2"):
        return ThemeFault(name, 0, "đây không phải là phông chữ WOFF2")
    try:
        ImageFont.truetype(BytesIO(data))
    except OSError:
        return ThemeFault(name, 0, "phông chữ WOFF2 hỏng, trình duyệt không mở được")
    return None


def _fault_of_svg(name: str, data: bytes) -> ThemeFault | None:
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except ParseError as error:
        return ThemeFault(name, error.position[0], "SVG viết chưa đúng")
    except ValueError:
        return ThemeFault(name, 0, "SVG không được có DTD hay thực thể")
    if root.tag != "{http://www.w3.org/2000/svg}svg":
        return ThemeFault(name, 0, "đây không phải là SVG")
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2]
        if tag in _RUNNING:
            return ThemeFault(name, 0, f"SVG không được có <{tag}>")
        for key, value in element.attrib.items():
            attribute = key.rpartition("}")[2].lower()
            if attribute.startswith("on"):
                return ThemeFault(name, 0, f"SVG không được có {attribute}=")
            if attribute in ("href", "src") and not value.startswith(("#", "data:image/")):
                return ThemeFault(name, 0, f"SVG không được dùng tệp khác ({value[:60]})")
    return None
