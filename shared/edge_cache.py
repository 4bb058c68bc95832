"""nginx's copies of readers' pages, which nginx deletes itself: ngx_http_dav_module, a DELETE for each of the 16
folders of `proxy_cache_path levels=1:2`. What is deleted is made again by the next request.
"""

import socket
from urllib.parse import urlsplit

from shared.http_client import call

_TIMEOUT_SECONDS = 2.0
_FOLDERS = "0123456789abcdef"


def forget(url: str) -> None:
    """Have every nginx behind `url` forget all its copies; its host may have many addresses. Raises OSError."""
    parts = urlsplit(url.rstrip("/"))
    found = socket.getaddrinfo(parts.hostname, parts.port or 80, socket.AF_INET, socket.SOCK_STREAM)
    for host in sorted({str(entry[4][0]) for entry in found}):
        for folder in _FOLDERS:
            _delete(f"{parts.scheme}://{host}:{parts.port or 80}{parts.path}/{folder}/")


def _delete(url: str) -> None:
    answer = call("DELETE", url, seconds=_TIMEOUT_SECONDS)
    if not answer.is_success and answer.status != 404:
        raise OSError(f"{url} answered {answer.status}")
