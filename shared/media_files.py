"""Finished pictures and videos over HTTP, the same way from both HTTP services; each says itself who may have which."""

import os
import re
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# Named by their content: a picture's sizes have its name, "ab/0123….jpg" and "ab/0123…-480.webp".
NAME = "[0-9a-f]{2}/[0-9a-f]{32}"
_NAME = re.compile(NAME)
_IN_TEXT = re.compile(f"/media/({NAME})")
_HEADERS = {
    # Nothing in them may run, whatever they are.
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
}

# Said here, since what a machine knows of them differs; a document is for keeping, not for a page of this site.
_TYPES = {
    ".mp3": {"content-type": "audio/mpeg"},
    ".m4a": {"content-type": "audio/mp4"},
    ".vtt": {"content-type": "text/vtt; charset=utf-8"},
    ".pdf": {"content-type": "application/pdf", "content-disposition": "attachment"},
}

Allow = Callable[[Request, str], Awaitable[dict[str, str] | Response]]
"""allow(request, name) -> what to say of keeping the file, or the answer in its place."""


def name_of(path: str) -> str:
    """What a file and its other sizes are called; "" for what is no file of ours.

    >>> name_of("ab/0123456789abcdef0123456789abcdef-480.webp")
    'ab/0123456789abcdef0123456789abcdef'
    """
    found = _NAME.match(path)
    return found[0] if found else ""


def names_in(text: str) -> set[str]:
    """The names of the files of ours that a text (an article's state as JSON) has addresses of."""
    return set(_IN_TEXT.findall(text))


class MediaFiles(StaticFiles):
    """Files of the media folder, for those whom `allow` lets; what is still being made (names with a dot in front)
    stays hidden."""

    def __init__(self, folder: os.PathLike[str], allow: Allow) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._allow = allow

    async def check_config(self) -> None:
        """Nothing has to be there before the first upload."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        name = name_of(path)
        if not name:
            raise HTTPException(404)
        allowed = await self._allow(Request(scope), name)
        if isinstance(allowed, Response):
            return allowed
        answer = await super().get_response(path, scope)
        answer.headers.update(_HEADERS | allowed | _TYPES.get(path[-4:], {}))
        return answer

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        hidden = any(part.startswith(".") for part in path.split("/"))
        return ("", None) if hidden else super().lookup_path(path)
