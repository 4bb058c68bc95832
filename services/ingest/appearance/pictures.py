"""A look's pictures as the readers' site has them: logos as small as heads show them, icons, the one for sharing."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from services.ingest.media.tables import MediaRow
from shared.contracts.appearance import FAVICON, ICONS, SHARED, SiteLogo, icon_file
from shared.settings import get_settings

SHARED_SIZE = (1200, 630)
_LOGO_WIDTH = 640
"""Twice what the head of a wide page gives it."""
_FAVICON = [(16, 16), (32, 32), (48, 48)]
_SHOWN = (".webp", ".png", ".jpg")


def logo_bytes(row: MediaRow) -> int:
    """How many bytes each reader would load."""
    return _file(row, _LOGO_WIDTH).stat().st_size


def logo_of(row: MediaRow, stem: str, files: dict[str, bytes]) -> SiteLogo:
    """Put the logo's file among `files`."""
    path = _smallest(row, _LOGO_WIDTH)
    name = stem + PurePosixPath(path).suffix
    files[name] = (get_settings().media_dir / path).read_bytes()
    return SiteLogo(file=name, width=row.width, height=row.height)


def finished(rows: Mapping[str, MediaRow]) -> dict[str, bytes]:
    """Icons and the picture for sharing, of the rows that there are."""
    from PIL import Image, ImageOps

    made: dict[str, bytes] = {}
    if icon := rows.get("icon"):
        with Image.open(_file(icon, max(ICONS))) as found:
            picture = found.convert("RGBA")
        for size in ICONS:
            small = picture.resize((size, size), Image.Resampling.LANCZOS)
            made[icon_file(size)] = _saved(small, "PNG", optimize=True)
        made[FAVICON] = _saved(picture, "ICO", sizes=_FAVICON)
    if shared := rows.get("share_picture"):
        with Image.open(_file(shared, SHARED_SIZE[0])) as found:
            fitted = ImageOps.fit(found.convert("RGB"), SHARED_SIZE)
        made[SHARED] = _saved(fitted, "JPEG", quality=85, progressive=True)
    return made


def _saved(picture: Any, form: str, **how: Any) -> bytes:
    data = BytesIO()
    picture.save(data, form, **how)
    return data.getvalue()


def _file(row: MediaRow, width: int) -> Path:
    return get_settings().media_dir / _smallest(row, width)


def _smallest(row: MediaRow, width: int) -> str:
    """The smallest copy at least so wide that every browser shows, or the picture itself."""
    wide = [(known, path) for known, path in row.renditions if known >= width and path.endswith(_SHOWN)]
    return str(min(wide, key=lambda one: (one[0], not one[1].endswith(".webp")))[1] if wide else row.path)
