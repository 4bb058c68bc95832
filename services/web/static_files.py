"""The site's own CSS, scripts and pictures: read once, addressed by their content, kept by browsers for good."""

import gzip
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
# What the sources tell their readers and no browser needs: lines of remarks, and the room before lines.
_REMARKS = {
    ".js": re.compile(rb"^[ \t]*//.*\n|^\s+", re.MULTILINE),
    ".css": re.compile(rb"/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)\s*+|^\s+", re.MULTILINE),
}
_TEXT = (".css", ".js", ".svg", ".webmanifest")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """`gzipped` is None where packing gains nothing."""

    address: str
    content_type: str
    data: bytes
    gzipped: bytes | None


@lru_cache(maxsize=1)
def files() -> dict[str, StaticFile]:
    """Every static file by its name ("site.css", "icons/192.png")."""
    return {str(path.relative_to(FOLDER)): _load(path) for path in sorted(FOLDER.rglob("*")) if path.is_file()}


def address(name: str) -> str:
    """ "/static/1a2b3c4d5e/site.css". Raises KeyError for a file that is not there."""
    return files()[name].address


def _load(path: Path) -> StaticFile:
    data = _REMARKS[path.suffix].sub(b"", path.read_bytes()) if path.suffix in _REMARKS else path.read_bytes()
    name = str(path.relative_to(FOLDER))
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    is_text = path.suffix in _TEXT
    return StaticFile(
        address=f"/static/{sha256(data).hexdigest()[:10]}/{name}",
        content_type=f"{kind}; charset=utf-8" if is_text else kind,
        data=data,
        gzipped=gzip.compress(data, 9, mtime=0) if is_text else None,
    )
