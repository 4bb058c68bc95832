"""A server outside, which the house's own fetchers may speak to in tests alone."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from services.ingest.kit.fetching import Fetcher

LOOPBACK = (ip_network("127.0.0.1/32"),)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Outside)
        self.server.answer(self)

    do_POST = do_GET

    def log_message(self, *_arguments: object) -> None:
        pass


class Outside(ThreadingHTTPServer):
    """Answers `pages[path]`, a (status, headers, body); notes what it is asked as (path, headers, body)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append((request.path, headers, body))
        status, fields, content = self.pages.get(request.path, (404, {}, b""))
        if fields.get("ETag") and headers.get("if-none-match") == fields["ETag"]:
            status, content = 304, b""
        request.send_response(status)
        for name, value in {**fields, "Content-Length": str(len(content))}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)


@pytest.fixture
def outside() -> Iterator[Outside]:
    made = Outside()
    thread = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join(10)


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(allowed=LOOPBACK, seconds=10)
