"""Finished pictures and videos over HTTP, the same way from both HTTP services."""

import os
from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

_HEADERS = {
    # Named by their content: they never change.
    "cache-control": "public, max-age=31536000, immutable",
    # Nothing in them may run, whatever they are.
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
}


class MediaFiles(StaticFiles):
    """Files of the media folder; what is still being uploaded or made (names with a dot in front) stays hidden."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        hidden = any(part.startswith(".") for part in path.split("/"))
        return ("", None) if hidden else super().lookup_path(path)

    def file_response(self, *arguments: Any, **named: Any) -> Response:
        answer = super().file_response(*arguments, **named)
        answer.headers.update(_HEADERS)
        return answer
