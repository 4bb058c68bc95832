"""The site's own CSS, scripts and pictures, and its theme's: read once, addressed by their content, kept by browsers
for good."""

import gzip
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path, PurePosixPath

from services.web.theme.current import Theme, theme_of
from shared.blocks import registry
from shared.remarks import without_remarks
from shared.settings import Settings

FOLDER = Path(__file__).parent / "static"
# Python's own list of them is not the same everywhere.
_KINDS = {".webp": "image/webp", ".woff2": "font/woff2"}
_TEXT = (".css", ".js", ".svg", ".webmanifest")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """`gzipped` is None where packing gains nothing."""

    address: str
    content_type: str
    data: bytes
    gzipped: bytes | None


def files(settings: Settings) -> dict[str, StaticFile]:
    """Every static file by its name ("site.css", "icons/192.png", "theme/logo.svg")."""
    return _with(theme_of(settings))


def address(name: str, settings: Settings) -> str:
    """ "/static/1a2b3c4d5e/site.css". Raises KeyError for a file that is not there."""
    return files(settings)[name].address


def address_of(name: str, data: bytes) -> str:
    """Where a file of this name and content stands."""
    return f"/static/{sha256(data).hexdigest()[:10]}/{name}"


@lru_cache(maxsize=4)
def _with(theme: Theme) -> dict[str, StaticFile]:
    return _built_in() | {name: _file(name, data) for name, data in theme.static.items()}


@lru_cache(maxsize=1)
def _built_in() -> dict[str, StaticFile]:
    paths = [path for path in sorted(FOLDER.rglob("*")) if path.is_file()]
    own = {str(path.relative_to(FOLDER)): path.read_bytes() for path in paths}
    own |= {"blocks.css": registry.style().encode(), "blocks.js": registry.script().encode()}
    return {name: _file(name, data) for name, data in own.items()}


def _file(name: str, data: bytes) -> StaticFile:
    ending = PurePosixPath(name).suffix
    data = without_remarks(data, ending)
    kind = _KINDS.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    is_text = ending in _TEXT
    return StaticFile(
        address=address_of(name, data),
        content_type=f"{kind}; charset=utf-8" if is_text else kind,
        data=data,
        gzipped=gzip.compress(data, 9, mtime=0) if is_text else None,
    )
