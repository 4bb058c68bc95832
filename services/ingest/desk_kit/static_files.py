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
from starlette.datastructures import Headers
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from shared.remarks import without_remarks

STATIC = sorted(Path(__file__).parent.parent.glob("*/static"))
"""Where they lie, a folder a feature. All of them answer below one address: no name is there twice."""
_YEAR = 365 * 86_400
_BROTLI = re.compile(r"[ \t]*br[ \t]*(;[ \t]*q=(0\.0{0,2}[1-9][0-9]*|1(\.0*)?)[ \t]*)?")
_IMPORT = re.compile(r'^((?:import|export) (?:.* from )?"|.*\bimport\(")\./([\w/.-]+\.js)(?=")', re.MULTILINE)


def static_url(name: str) -> str:
    """The address of a file."""
    return f"/desk/static/{name}?v={_stamps(_files())[name]}"


class StaticPages(StaticFiles):
    """What is asked for by the address that it has now is kept for a year; by an older release's it is not kept."""

    def get_directories(self, *_arguments: Any, **_named: Any) -> list[Any]:
        return [*STATIC]

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        path = Path(full_path)
        sent = content(path)
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("v", [""])[0]
        kept = f"public, max-age={_YEAR}, immutable" if asked == _stamp(sent) else "no-cache"
        headers = {"cache-control": kept}
        # What is built is packed with it; the rest, small as it is, whoever sends it packs.
        packed = path.with_name(f"{path.name}.br")
        if packed.is_file():
            headers["vary"] = "Accept-Encoding"
            if _takes_brotli(Headers(scope=scope).get("accept-encoding", "")):
                sent, headers["content-encoding"] = packed.read_bytes(), "br"
        kind = guess_type(full_path)[0] or "application/octet-stream"
        return Response(sent, status_code, headers, kind)


def _takes_brotli(accepted: str) -> bool:
    """Whether the value of Accept-Encoding names it, and does not weigh it with nothing."""
    return any(_BROTLI.fullmatch(part) for part in accepted.lower().split(","))


def content(path: Path) -> bytes:
    """What is sent of a file."""
    # What is bundled is as small as it gets, and imports nothing.
    if path.parent.name == "built":
        return path.read_bytes()
    sent = without_remarks(path.read_bytes(), path.suffix)
    if path.suffix != ".js":
        return sent
    return _IMPORT.sub(lambda found: f"{found[1]}{static_url(found[2])}", sent.decode()).encode()


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
