"""What web answers from the socket is what uvicorn's own parser would have had answered, byte for byte.

`TOASOAN_COMPARED_REQUESTS` says how many requests are made; `make security` makes a million.
"""

import logging
import os
from collections.abc import Iterator

import pytest

from tests.security.two_parsers import PAGES, Requests, TwoParsers

pytestmark = pytest.mark.timeout(7200)
HOW_MANY = int(os.environ.get("TOASOAN_COMPARED_REQUESTS") or 20_000)
_AT_ONCE = 100


@pytest.fixture
def parsers() -> Iterator[TwoParsers]:
    # uvicorn warns of each request that it cannot read.
    logging.getLogger("uvicorn.error").disabled = True
    made = TwoParsers()
    yield made
    made.close()
    logging.getLogger("uvicorn.error").disabled = False


def _get(path: str = "/", *lines: bytes, end: bytes = b"\r\n") -> bytes:
    return end.join([b"GET " + path.encode() + b" HTTP/1.1", b"Host: bao.test", *lines, b"", b""])


_ONE = {
    "bare line feeds": [_get(end=b"\n")],
    "one bare line feed": [_get("/", b"X: a\nContent-Length: 5")],
    "a line that goes on": [_get("/", b"X: a", b" Content-Length: 5")],
    "a line that goes on at the length": [_get("/", b"Content-Length:", b" 5")],
    "NUL": [_get("/", b"X: a\x00b")],
    "a head of 40 kB": [_get("/", b"X: " + b"a" * 40_000)],
    "a header without a colon": [_get("/", b"X")],
    "a header without a name": [_get("/", b": x")],
    "space before the colon": [_get("/", b"Content-Length : 5")],
    "close without a space": [_get("/", b"Connection:close"), _get()],
    "close among others": [_get("/", b"Connection: te, close"), _get()],
    "an upgrade, then a request": [_get("/", b"Connection: upgrade", b"Upgrade: h2c"), _get()],
    "two codings": [_get("/", b"Accept-Encoding: br", b"Accept-Encoding: gzip")],
    "no host": [b"GET / HTTP/1.1\r\n\r\n"],
    "no host, as HTTP/1.0 may": [b"GET / HTTP/1.0\r\n\r\n"],
    "two hosts": [_get("/", b"host: bao.test")],
    "a beacon without a host": [b"POST /api/views HTTP/1.1\r\nContent-Length: 1\r\n\r\nx"],
    "digits of another script": [_get("/api/articles/١")],
    "a length of 5,000 digits": [
        b"POST /api/views HTTP/1.1\r\nHost: bao.test\r\nContent-Length: " + b"1" * 5000 + b"\r\n\r\nx"
    ],
    "a beacon with bare line feeds": [
        b"POST /api/views HTTP/1.1\r\nHost: bao.test\r\nX: a\nContent-Length: 1\r\n\r\nx"
    ],
    "a beacon with a sign": [b"POST /api/views HTTP/1.1\r\nHost: bao.test\r\nContent-Length: +1\r\n\r\nx"],
    "a beacon with zeros": [b"POST /api/views HTTP/1.1\r\nHost: bao.test\r\nContent-Length: 0001\r\n\r\nx"],
}


@pytest.mark.parametrize("kind", _ONE)
def test_a_request_means_one_thing(parsers: TwoParsers, kind: str) -> None:
    assert parsers.compare([_ONE[kind]]) == []


def test_pages_and_beacons_that_are_plain_take_the_quick_way(parsers: TwoParsers) -> None:
    pages = [[_get(path, b"Accept-Encoding: br, gzip;q=0.5", b"Connection: keep-alive")] for path in PAGES]
    assert parsers.compare([*pages, [_get("/", b"Connection: close"), _get()]]) == []
    assert parsers.served == len(PAGES) + 1


def test_made_requests_are_answered_as_by_uvicorn(parsers: TwoParsers) -> None:
    page = parsers.pages.hot[b"/"]
    etag = page.response(parsers.pages.filling, True).etag
    made, asked = Requests(2026, etag), 0
    while asked < HOW_MANY:
        connections = []
        for _ in range(_AT_ONCE):
            number, pieces = made.connection()
            asked += number
            connections.append(pieces)
        assert "\n".join(parsers.compare(connections)) == ""
    assert parsers.served > HOW_MANY / 10
