"""Requests that two parsers might read differently, sent through a real nginx to our own servers on kept connections:
each request that arrives is one that nginx sent, and everybody gets the answer to what they asked."""

import logging
import random
import re
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
import uvicorn

from services.web.cached_response import Entry, Filling
from services.web.hotpath import Clock, make_protocol
from services.web.page import Page
from shared.http_guard import GuardedHttp
from shared.views.token import ViewTokens
from tests.production.compose import example_environment, filled, raw
from tests.production.nginx import Nginx
from tests.security.two_parsers import Requests
from tests.wait import until

pytestmark = pytest.mark.timeout(300)
SITE, DESK = "bao.test", "toasoan.test"
SMUGGLED = b"GET /len-lau HTTP/1.1\r\nHost: bao.test\r\nX-Real-IP: 203.0.113.66\r\nX-Request-ID: len-lau\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
LENGTH = b"Content-Length: %d\r\n"
_MADE = 600
_THREADS = 8


class Upstream:
    """One of our servers, with an app that says what it was asked; `seen` are the requests that came, by what nginx
    says of them, and beacons."""

    def __init__(self, quick: bool) -> None:
        self.seen: list[tuple[str, dict[str, str]]] = []
        pages: Any = SimpleNamespace(
            hot={b"/": Entry("/", Page("page", "<p>Trang nhất</p>"))},
            hits=Counter(),
            asked=[],
            filling=Filling({}, ViewTokens("x" * 40)),
        )
        sink: Any = SimpleNamespace(submit=self._beacon)
        protocol = make_protocol(pages, sink, Clock()) if quick else GuardedHttp
        config = uvicorn.Config(
            self._app, host="127.0.0.1", port=0, http=protocol, ws="none", lifespan="off", interface="asgi3",
            proxy_headers=False, log_config=None, access_log=False,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until(lambda: self._server.started, 20, "the server listens")
        self.address = f"127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def _beacon(self, headers: Any, _address: str, _body: bytes, _done: Any) -> int:
        self.seen.append(("/api/views", {name.decode(): value.decode("latin-1") for name, value in headers.items()}))
        return 204

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            size, more = size + len(message["body"]), message["more_body"]
        path = scope["raw_path"].decode("latin-1")
        self.seen.append((path, {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}))
        body = orjson.dumps({"path": path, "bytes": size})
        headers = [(b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(15)


class Edge:
    def __init__(self, folder: Path) -> None:
        self.web, self.ingest = Upstream(quick=True), Upstream(quick=False)
        variables = filled(raw()["services"]["nginx"]["environment"], example_environment())
        variables |= {"WEB_UPSTREAM": self.web.address, "INGEST_UPSTREAM": self.ingest.address, "SITE_HOST": SITE}
        variables |= {"GRAFANA_UPSTREAM": "127.0.0.1:1", "DESK_HOST": DESK}
        # Few kept connections, so that who comes next gets the one that was attacked.
        shorter = {"worker_processes auto": "worker_processes 1"}
        self.nginx = Nginx(folder / "nginx", folder, variables, shorter=shorter).start()
        self._asked = 0

    def send(self, data: bytes, silence_s: float = 0.25) -> bytes:
        """What comes back until nothing more does."""
        answer = b""
        port = self.nginx.ports["HTTP_LISTEN"]
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(data)
            line.settimeout(silence_s)
            while piece := line.recv(65_536):
                answer += piece
        return answer

    def faults(self) -> list[str]:
        """What is not as it must be: what came that nginx did not send, who got another's answer."""
        told = []
        for host in (SITE, DESK):
            for _ in range(3):
                self._asked += 1
                path = f"/nguoi-sau-{self._asked}"
                answer = self.nginx.get(host, path)
                if answer.status_code != 200 or answer.json()["path"] != path:
                    told.append(f"{host}{path} was answered {answer.status_code} {answer.text[:200]}")
        ids: Counter[str] = Counter()
        for path, headers in self.web.seen + self.ingest.seen:
            known = headers.get("x-real-ip") == headers.get("x-forwarded-for") == "127.0.0.1"
            if not known or not re.fullmatch("[0-9a-f]{32}", headers.get("x-request-id", "")):
                told.append(f"nginx did not send {path} {headers}")
            ids[headers.get("x-request-id", "")] += 1
        # A request that met a closed connection is sent once more.
        told += [f"{number} times {one}" for one, number in ids.items() if number > 2]
        return told

    def close(self) -> None:
        self.nginx.close()
        self.web.close()
        self.ingest.close()


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    logging.getLogger("uvicorn.error").disabled = True
    made = Edge(tmp_path)
    yield made
    made.close()
    logging.getLogger("uvicorn.error").disabled = False


def _chunk(data: bytes, end: bytes = b"\r\n", extension: bytes = b"") -> bytes:
    return b"%x%s%s%s%s0%s%s" % (len(data), extension, end, data, end, end, end)


ATTACKS = {
    "CL.TE": LENGTH % (len(SMUGGLED) + 5) + CHUNKED + b"\r\n0\r\n\r\n" + SMUGGLED,
    "TE.CL": CHUNKED + LENGTH % 4 + b"\r\n" + _chunk(SMUGGLED),
    "TE.TE": CHUNKED + b"Transfer-Encoding: x\r\n" + LENGTH % 4 + b"\r\n" + _chunk(SMUGGLED),
    "TE twice": CHUNKED * 2 + b"\r\n" + _chunk(SMUGGLED),
    "TE in a list": b"Transfer-Encoding: identity, chunked\r\n\r\n" + _chunk(SMUGGLED),
    "TE unknown": b"Transfer-Encoding: xchunked\r\n" + LENGTH % 4 + b"\r\n" + _chunk(SMUGGLED),
    "TE and a tab": b"Transfer-Encoding:\tchunked\r\n" + LENGTH % 4 + b"\r\n" + _chunk(SMUGGLED),
    "TE and a vertical tab": b"Transfer-Encoding: \x0bchunked\r\n" + LENGTH % 4 + b"\r\n" + _chunk(SMUGGLED),
    "TE before its colon": b"Transfer-Encoding : chunked\r\n" + LENGTH % 4 + b"\r\n" + _chunk(SMUGGLED),
    "TE folded": b"Transfer-Encoding:\r\n chunked\r\n" + LENGTH % 4 + b"\r\n" + _chunk(SMUGGLED),
    "TE behind a fold": b"X: a\r\n Transfer-Encoding: chunked\r\n" + LENGTH % 4 + b"\r\n" + _chunk(SMUGGLED),
    "TE behind a bare LF": b"X: a\nTransfer-Encoding: chunked\r\n" + LENGTH % 4 + b"\r\n" + _chunk(SMUGGLED),
    "TE behind a bare CR": b"X: a\rTransfer-Encoding: chunked\r\n" + LENGTH % 4 + b"\r\n" + _chunk(SMUGGLED),
    "two lengths": LENGTH % 0 + LENGTH % len(SMUGGLED) + b"\r\n" + SMUGGLED,
    "two equal lengths": LENGTH % 0 * 2 + b"\r\n" + SMUGGLED,
    "lengths in a list": b"Content-Length: 0, %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "a folded length": b"Content-Length:\r\n %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "a signed length": b"Content-Length: +%d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "a length of zeros": b"Content-Length: 000%d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "a length of 5,000 digits": b"Content-Length: " + b"0" * 4998 + b"10\r\n\r\n" + SMUGGLED,
    "NUL in a length": b"Content-Length: 0\x00%d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "chunk extensions": CHUNKED + b"\r\n" + _chunk(SMUGGLED, extension=b';a="\r\n0\r\n\r\n"'),
    "plain chunk extensions": CHUNKED + b"\r\n" + _chunk(SMUGGLED, extension=b";a=b"),
    "a bare LF in an extension": CHUNKED + b"\r\n2;\nxx\r\n%x\r\n%s0\r\n\r\n" % (len(SMUGGLED), SMUGGLED),
    "bare LF chunk ends": CHUNKED + b"\r\n" + _chunk(SMUGGLED, end=b"\n"),
    "bare CR chunk ends": CHUNKED + b"\r\n" + _chunk(SMUGGLED, end=b"\r"),
    "a chunk longer than it says": CHUNKED + b"\r\n1\r\nxx\r\n0\r\n\r\n" + SMUGGLED,
    "a chunk size beyond 64 bits": CHUNKED + b"\r\n1000000000000000a\r\n0123456789\r\n0\r\n\r\n" + SMUGGLED,
    "a chunk size of hexadecimal form": CHUNKED + b"\r\n0x5\r\nhello\r\n0\r\n\r\n" + SMUGGLED,
    "trailers": CHUNKED + b"\r\n0\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\n\r\n" + SMUGGLED,
    "expectations": LENGTH % len(SMUGGLED) + b"Expect: 100-continue\r\n\r\n" + SMUGGLED,
    "an upgrade": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
    + LENGTH % len(SMUGGLED) + b"\r\n" + SMUGGLED,
    "named as of one hop": b"Connection: close, Content-Length\r\n" + LENGTH % len(SMUGGLED) + b"\r\n" + SMUGGLED,
}  # fmt: skip


_LINES = (
    "POST /api/articles/1/comments", "GET /", "POST /api/views", "PUT /api/articles/1", "POST /api/articles:batch",
)  # fmt: skip


@pytest.mark.parametrize("kind", ATTACKS)
def test_no_request_comes_inside_another(edge: Edge, kind: str) -> None:
    for line in _LINES:
        for host in (SITE, DESK):
            for version in ("HTTP/1.1", "HTTP/1.0"):
                head = f"{line} {version}\r\nHost: {host}\r\nContent-Type: application/x-ndjson\r\n".encode()
                edge.send(head + ATTACKS[kind], silence_s=0.05)
        assert edge.faults() == [], line


def test_made_requests_arrive_as_nginx_sent_them(edge: Edge) -> None:
    made = Requests(2026, b'"x"')
    sent = [b"".join(made.connection()[1]) for _ in range(_MADE)]
    chosen = random.Random(2026)
    sent = [chosen.choice((one, one.replace(SITE.encode(), DESK.encode()))) for one in sent]
    with ThreadPoolExecutor(_THREADS) as pool:
        for start in range(0, _MADE, 50):
            list(pool.map(edge.send, sent[start : start + 50]))
            assert edge.faults() == [], start
    assert len(edge.web.seen) > 50 and len(edge.ingest.seen) > 50


def test_half_open_heads_before_nginx_keep_nobody_out(edge: Edge) -> None:
    lines = []
    try:
        for _ in range(600):
            line = socket.create_connection(("127.0.0.1", edge.nginx.ports["HTTP_LISTEN"]), timeout=20)
            lines.append(line)
            line.sendall(b"GET /desk/ HTTP/1.1\r\nHost: toasoan.test\r\nX-Slow: ")
        assert edge.faults() == []
    finally:
        for line in lines:
            line.close()
