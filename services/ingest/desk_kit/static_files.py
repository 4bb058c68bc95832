"""Scripts, styles and icons of the desk, each under an address that changes with what it holds.

A module's imports are given such addresses too, when it is sent: its own changes with those of all that it needs, and
no browser ever puts modules of two releases together.
"""

import re
from functools import lru_cache
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from fastapi.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = sorted(Path(__file__).parent.parent.glob("*/static"))
"""Where they lie, a folder a feature. All of them answer below one address: no name is there twice."""
_YEAR = 365 * 86_400
_IMPORT = re.compile(r'^((?:import|export) (?:.* from )?"|.*\bimport\(")\./([\w/.-]+\.js)(?=")', re.MULTILINE)


def static_url(name: str) -> str:
    """The address of a file."""
    return f"/desk/static/{name}?v={_stamps(_files())[name]}"


class StaticPages(StaticFiles):
    """What is asked for by the address that it has now is kept for a year; by an older release's it is not kept."""

    def get_directories(self, *_arguments: Any, **_named: Any) -> list[Any]:
        return [*STATIC]

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        sent = content(Path(full_path))
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("v", [""])[0]
        kept = f"public, max-age={_YEAR}, immutable" if asked == _stamp(sent) else "no-cache"
        kind = guess_type(full_path)[0] or "application/octet-stream"
        return Response(sent, status_code, {"cache-control": kept}, kind)


def content(path: Path) -> bytes:
    """What is sent of a file."""
    content = path.read_bytes()
    # What is bundled imports nothing.
    if path.suffix != ".js" or path.parent.name == "built":
        return content
    return _IMPORT.sub(lambda found: f"{found[1]}{static_url(found[2])}", content.decode()).encode()


def _files() -> tuple[tuple[str, Path, int], ...]:
    """(name, file, when it was changed) of all."""
    return tuple(
        (path.relative_to(folder).as_posix(), path, path.stat().st_mtime_ns)
        for folder in STATIC
        for path in folder.rglob("*")
        if path.is_file()
    )


def _stamp(content: bytes) -> str:
    return sha256(content).hexdigest()[:12]


@lru_cache(maxsize=1)
def _stamps(files: tuple[tuple[str, Path, int], ...]) -> "_Stamps":
    return _Stamps({name: path for name, path, _ in files})


class _Stamps(dict[str, str]):
    """Of each file by its name, found when it is first asked for: a module's needs those of its imports."""

    def __init__(self, paths: dict[str, Path]) -> None:
        self._paths = paths

    def __missing__(self, name: str) -> str:
        self[name] = _stamp(content(self._paths[name]))
        return self[name]
