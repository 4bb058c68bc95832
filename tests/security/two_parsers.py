"""web's protocol beside the one it is built on: the same bytes for both, and what each sends and counts.

No socket and no store: transports that remember, one event loop, pages that stand in the cache.
"""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from uvicorn import Config
from uvicorn.server import ServerState

from services.web import asked
from services.web.app import make_app
from services.web.cache import PageCache
from services.web.cached_response import security_headers
from services.web.hotpath import Clock, make_protocol
from services.web.page import Missing, Page
from services.web.responding import Responder
from services.web.routes import Address, resolve
from shared.http_guard import GuardedHttp
from shared.views.definition import BEACON_BYTES
from shared.views.token import ViewTokens

PAGES = ("/", "/thoi-su", "/rss.xml", "/thoi-su/bai-so-1-1", "/thoi-su?trang=2", "/api/articles/1")
_PASSES = 200
"""Turns of the loop after which whatever can be answered is."""
_ON_ALL = {b"date"} | {name.encode() for name, _ in security_headers()}

Answer = tuple[bytes, tuple[tuple[bytes, bytes], ...], bytes]


class _Line:
    """The other end of a connection that only remembers."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.sent = b""
        self.closed = False
        self.protocol: Any = None

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("203.0.113.9", 4000) if name == "peername" else default

    def write(self, data: bytes) -> None:
        if not self.closed:
            self.sent += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._loop.call_soon(self.protocol.connection_lost, None)

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class _AtOnce(ThreadPoolExecutor):
    """No thread: what is given is done when it comes back, so that turns of the loop are all that is waited for."""

    def submit(self, work: Any, /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*given, **named))
        except BaseException as error:
            done.set_exception(error)
        return done


class _Sink:
    """Takes beacons; `taken` are what it was given, by what counts of it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.taken: list[tuple[Any, ...]] = []

    def submit(self, headers: Mapping[bytes, bytes], address: str, body: bytes, done: Callable[[int], None]) -> int:
        named = (b"user-agent", b"origin", b"host", b"sec-fetch-site", b"sec-purpose", b"purpose")
        self.taken.append((*(headers.get(name) for name in named), address, body))
        if len(body) > BEACON_BYTES:
            return 413
        if len(body) % 3 == 0:
            self._loop.call_soon(done, 204)
            return 0
        return (400, 204, 503)[len(body) % 5 % 3]

    async def accept(self, headers: Mapping[bytes, bytes], address: str, body: bytes) -> int:
        held = self._loop.create_future()
        return self.submit(headers, address, body, held.set_result) or await held


class _Side:
    """One protocol with an app of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, pages: PageCache, quick: bool) -> None:
        self._loop, self.sink = loop, _Sink(loop)
        self._state = ServerState()
        maker: Any = SimpleNamespace(with_site=lambda *_: None)
        app = make_app(SimpleNamespace(pages=pages, ready=True))  # type: ignore[arg-type]
        sink: Any = self.sink
        nobody: Any = None
        app.state.web = asked.State(Responder(pages, maker), nobody, sink, nobody)
        self._config = Config(app, log_config=None, access_log=False, lifespan="off", proxy_headers=False, ws="none")
        self._config.load()
        self._protocol = make_protocol(pages, sink, Clock()) if quick else GuardedHttp

    def connect(self) -> _Line:
        line = _Line(self._loop)
        line.protocol = self._protocol(self._config, self._state, {}, self._loop)
        line.protocol.connection_made(line)
        return line

    def end(self) -> None:
        for task in list(self._state.tasks):
            task.cancel()


class TwoParsers:
    """`compare` the two; `served` counts what the quick way answered by itself."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(_AtOnce())
        # Both serve the same copies.
        self.pages = PageCache(_make, ViewTokens("x" * 40), 10_000_000)
        self.pages._threads = _AtOnce()
        self.loop.run_until_complete(self._fill())
        self._quick, self._plain = (_Side(self.loop, self.pages, quick) for quick in (True, False))

    async def _fill(self) -> None:
        for target in PAGES:
            address = resolve(*target.partition("?")[::2])
            assert address is not None
            await self.pages.entry(address)

    @property
    def served(self) -> int:
        return sum(self.pages.hits.values())

    def compare(self, connections: list[list[bytes]]) -> list[str]:
        """Where the two differ, of connections each given as what comes at a time."""
        return self.loop.run_until_complete(self._compare(connections))

    async def _compare(self, connections: list[list[bytes]]) -> list[str]:
        sides = (self._quick, self._plain)
        lines = [tuple(side.connect() for side in sides) for _ in connections]
        for turn in range(max(map(len, connections))):
            for pieces, pair in zip(connections, lines, strict=True):
                for line in pair:
                    if turn < len(pieces) and not line.closed:
                        line.protocol.data_received(pieces[turn])
            for _ in range(_PASSES):
                await asyncio.sleep(0)
        told = []
        for pieces, (quick, plain) in zip(connections, lines, strict=True):
            found, wanted = ((answers(line.sent), line.closed) for line in (quick, plain))
            if found != wanted:
                told.append(f"{pieces!r}\n  web's:     {found}\n  uvicorn's: {wanted}")
            for line in (quick, plain):
                line.close()
        await asyncio.sleep(0)
        taken = [sorted(map(repr, side.sink.taken)) for side in sides]
        if taken[0] != taken[1]:
            told.append(f"beacons: {set(taken[0]) ^ set(taken[1])}")
        for side in sides:
            side.sink.taken.clear()
            side.end()
        await asyncio.sleep(0)
        return told

    def close(self) -> None:
        self.pages.close()
        self.loop.close()


def _make(address: Address) -> tuple[Page, int]:
    if address.key.startswith("\x00error:"):
        return Page("error", "<p>Không có</p>", status=404), 0
    if address.key not in PAGES:
        raise Missing
    return Page("page", f"<p>{address.key}</p>" * 20, article_id=1), 7


def answers(sent: bytes) -> list[Answer]:
    """Status, headers but for those that all answers have, body; of a HEAD's nobody knows here how long none is, and no
    body holds a status line."""
    found = []
    for answer in sent.split(b"HTTP/1.1 ")[1:]:
        head, _, body = answer.partition(b"\r\n\r\n")
        status, *lines = head.split(b"\r\n")
        headers = ((name.lower(), value) for name, _, value in (line.partition(b": ") for line in lines))
        found.append((status, tuple(sorted(one for one in headers if one[0] not in _ON_ALL)), body))
    return found


# ---------------------------------------------------------------- requests, most of them a little wrong

_TARGETS = (
    *(page.encode() for page in PAGES), b"/?x=1", b"/?", b"//", b"/#a", b"/%2f", b"/rss.xml ", b"*", b"http://x/",
    b"/\x00", b"/thoi-su?trang=1", b"/thoi-su\t", "/api/articles/١".encode(), b"/healthz", b"/rss.xml;a", b"/RSS", b"",
)  # fmt: skip
_VERSIONS = (b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.10", b"http/1.1", b"HTTP/1.1 ", b" HTTP/1.1", b"", b"HTTP/0.9")
_METHODS = (b"HEAD", b"get", b"GE", b"PUT", b"POST", b"GET\t", b"G\x00ET", b"\nGET", b"\r\nGET", b"\rGET", b"OPTIONS")
_ENDS = (b"\n", b"\r", b"\r\r\n", b"\n\r", b"\x00\r\n", b" \r\n", b"\r\n ", b"\r\n\t", b"\x0b\r\n", b"\r\n\r\n")
_LENGTHS = (b"0", b"5", b"+5", b"5,5", b"9" * 5000, b"-1", b"0x5", b"", b" 5 ", b"05", b"5\t", b"1e1", b"\xb2", b"5 5")
_CODINGS = (b"chunked", b"Chunked", b"xchunked", b"chunked, identity", b"gzip, chunked", b"chunked\x0b", b"")
_CONNECTIONS = (
    b"close", b"Close", b"keep-alive", b"close, keep-alive", b"upgrade", b"keep-alive, Upgrade", b"", b"close\t", b"x",
    b"closed", b"te, close", b"close;x",
)  # fmt: skip
_ACCEPTED = (
    b"gzip", b"GZIP", b"gzip;q=0", b"gzip; q=0.000", b"*", b"*;q=0", b"br, gzip;q=0.5", b"identity", b"gzip;q=2",
    b"x-gzip", b"identity;q=0, *", b"gzip;q=0.5, identity", b"", b",", b"gzip\t", b"notgzip", b"gzip;Q=0", b"gzip ;q=1",
)  # fmt: skip
_NAMES = (b"X-A", b"Host", b"x a", b"X-A ", b" X-A", b"", b"X\x00A", b"X\x7f", b"\xc3\x81", b"X:A", b"X-A\t")
_VALUES = (b"a", b"a\x00b", b"a\x7fb", b"a\tb", b"\xc4\x91", b"a\rb", b"a\nb", b"a" * 40_000, b"", b"\x1b", b"a" * 9000)


class Requests:
    """The same ones for the same seed."""

    def __init__(self, seed: int, etag: bytes) -> None:
        self._made = random.Random(seed)
        self._etag = etag

    def connection(self) -> tuple[int, list[bytes]]:
        """(number of requests, what comes at a time)"""
        number = self._made.choice((1, 1, 1, 2, 3))
        pieces = [self._request() for _ in range(number)]
        if self._made.random() < 0.2:
            whole = b"".join(pieces)
            cuts = sorted(self._made.randrange(len(whole) + 1) for _ in range(self._made.randrange(4)))
            pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
        return number, [piece for piece in pieces if piece]

    def _odd(self, usual: bytes, odd: tuple[bytes, ...], chance: float = 0.06) -> bytes:
        return self._made.choice(odd) if self._made.random() < chance else usual

    def _request(self) -> bytes:
        beacon = self._made.random() < 0.25
        method = self._odd(b"POST" if beacon else b"GET", _METHODS)
        target = self._odd(b"/api/views" if beacon else self._made.choice(_TARGETS[: len(PAGES)]), _TARGETS)
        end = self._odd(b"\r\n", _ENDS, 0.03)
        request = self._odd(b" ", (b"  ", b"\t", b""), 0.01).join((method, target, self._odd(b"HTTP/1.1", _VERSIONS)))
        body = self._body(beacon)
        headers = [*self._headers(), *([(b"Content-Length", b"%d" % len(body))] if beacon else ())]
        self._made.shuffle(headers)
        for name, value in [(b"Host", b"bao.test"), *headers]:
            colon = self._odd(b": ", (b":", b" :", b"", b":\t"), 0.05)
            request += self._odd(b"\r\n", _ENDS, 0.02) + name + colon + value
        whole = request + end + self._odd(b"\r\n", _ENDS, 0.02) + body
        return self._harmed(whole) if self._made.random() < 0.1 else whole

    def _headers(self) -> Iterator[tuple[bytes, bytes]]:
        choice = self._made.choice
        chances: tuple[tuple[float, Callable[[], tuple[bytes, bytes]]], ...] = (
            (0.4, lambda: (choice((b"Accept-Encoding", b"accept-encoding")), choice(_ACCEPTED))),
            (0.05, lambda: (b"Accept-Encoding", choice(_ACCEPTED))),
            (0.15, lambda: (b"If-None-Match", choice((self._etag, self._etag.upper(), b'"x", ' + self._etag, b"*")))),
            (0.15, lambda: (b"Connection", choice(_CONNECTIONS))),
            (0.05, lambda: (b"Content-Length", choice(_LENGTHS))),
            (0.04, lambda: (b"Transfer-Encoding", choice(_CODINGS))),
            (0.03, lambda: (b"Upgrade", choice((b"websocket", b"h2c", b"")))),
            (0.02, lambda: (b"Expect", choice((b"100-continue", b"x")))),
            (0.02, lambda: (b"Proxy-Connection", b"close")),
            (0.15, lambda: (choice(_NAMES), b"a")),
            (0.1, lambda: (b"X-B", choice(_VALUES))),
            (0.1, lambda: (b"User-Agent", choice((b"Firefox", b"a ", b"\xc4\x91")))),
        )
        return (make() for chance, make in chances if self._made.random() < chance)

    def _body(self, beacon: bool) -> bytes:
        if beacon:
            return self._made.choice((b'{"token":"x"}', b"", b"x" * self._made.randrange(3 * BEACON_BYTES)))
        chunked = b"5\r\nhello\r\n0\r\n\r\n"
        return self._odd(b"", (b"x", b"0\r\n\r\n", chunked, b"GET / HTTP/1.1\r\n\r\n", b"\r\n", b"\n"))

    def _harmed(self, request: bytes) -> bytes:
        harmed = bytearray(request[:2000] if len(request) < 9000 else request)
        for _ in range(self._made.randrange(1, 4)):
            at = self._made.randrange(len(harmed))
            kind = self._made.randrange(4)
            if kind == 0:
                harmed[at] = self._made.randrange(256)
            elif kind == 1:
                harmed.insert(at, self._made.choice(b"\r\n\x00\t :,\x7f\x80"))
            elif kind == 2 and len(harmed) > 1:
                del harmed[at]
            else:
                harmed[at:at] = harmed[at : at + self._made.randrange(20)]
        return bytes(harmed)
