"""Ingest's API, as the demo paper's newsroom calls it."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import orjson

from shared.http_client import call
from shared.telemetry import log

# A picture waits for its turn behind others that are being rebuilt.
_TIMEOUT_S = 60


class DemoApi:
    """Answers as dicts, refusals as exceptions (OSError)."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url.rstrip("/"), key

    def call(self, method: str, path: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._send(method, path, None if fields is None else orjson.dumps(fields), "application/json")

    def upload(self, words: dict[str, str], name: str, content: bytes) -> dict[str, Any]:
        border = uuid4().hex.encode()
        parts = [f'name="{field}"\r\n\r\n{text}'.encode() for field, text in words.items()]
        kind = "Content-Type: application/octet-stream"
        parts.append(f'name="file"; filename="{name}"\r\n{kind}\r\n\r\n'.encode() + content)
        body = b"".join(b"--%b\r\nContent-Disposition: form-data; %b\r\n" % (border, part) for part in parts)
        kind = f"multipart/form-data; boundary={border.decode()}"
        return self._send("POST", "/api/media", body + b"--%b--\r\n" % border, kind)

    def _send(self, method: str, path: str, body: bytes | None, kind: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": kind}
        answer = call(method, self._url + path, seconds=_TIMEOUT_S, body=body, headers=headers)
        if not answer.is_success:
            said = answer.body[:500].decode(errors="replace")
            log.error("the API refused a part of the demo", path=path, status=answer.status, answer=said)
            raise OSError(f"{path} answered {answer.status}")
        return dict(orjson.loads(answer.body))

    def articles(self) -> dict[str, int]:
        """The id of every article that came with an external id."""
        found: dict[str, int] = {}
        page: dict[str, Any] = {"next": None}
        while True:
            before = {} if page["next"] is None else {"before": page["next"]}
            page = self.call("GET", f"/api/articles?{urlencode({'limit': 200} | before)}")
            found |= {one["external_id"]: one["id"] for one in page["articles"] if one["external_id"]}
            if page["next"] is None:
                return found
