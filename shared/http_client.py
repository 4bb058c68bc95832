"""Every HTTP call that a service makes: one deadline for all of it, names and slow servers included; a bound on the
answer.

    answer = call("GET", "https://vnexpress.net/", seconds=5)

`find` names the addresses that may be spoken to; no other is. Whoever fetches what people typed gives one that looks
at them first (services.ingest.kit.fetching); each redirect is asked about anew.

Addresses are httpx2's, the protocol is httpcore2's, which httpx2's own client stands on; that client bounds each step
of a call and not the call, so that a server that drips has as long as it likes.
"""

import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2

MAX_BYTES = 10_000_000
CONNECT_SECONDS = 5.0
PORTS = {"http": 80, "https": 443}
# So much is given to a socket at a time.
_PIECE_BYTES = 65_536
_REDIRECTS = (301, 302, 303)
# Here a POST would stay one: it is not sent again unasked.
_SAME_METHOD = (307, 308)

Find = Callable[[str], Sequence[str]]
"""find(url) -> addresses of its host. Raises OSError for an unknown name, or what it refuses with."""


class Fault(Enum):
    """Why a call gave nothing usable."""

    connection = "no connection"
    certificate = "certificate not accepted"
    time = "too slow"
    size = "too large"
    redirects = "too many redirects"
    answer = "no proper answer"


class CallFailed(OSError):
    """No usable answer; `fault` says why."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"{fault.value}: {detail}" if detail else fault.value)
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Answer:
    """Whatever its status; names of headers are in lower case, the body is unpacked, `url` is where redirects ended."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def resolve(host: str, port: int) -> list[str]:
    """The system's addresses of a name. Raises OSError for an unknown one."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def call(
    method: str,
    url: str,
    *,
    seconds: float,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
    cut: bool = False,
    redirects: int = 0,
    proxied: bool = False,
    find: Find | None = None,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """The answer, whole within `seconds` and `max_bytes`, packed and unpacked. Raises CallFailed, and what `find` does.

    `cut`: of a longer body the beginning is enough. `redirects`: so many are followed, otherwise they are answers like
    any other. `proxied`: through the proxy that the environment names, if it names one.
    """
    made = _Call(time.monotonic() + seconds, max_bytes, cut, proxied, find or _find, tls)
    for _ in range(redirects + 1):
        answer = made.once(method, url, body, headers or {})
        target = answer.headers.get("location", "")
        followed = _REDIRECTS + (_SAME_METHOD if method == "GET" else ())
        if not (redirects and target and answer.status in followed):
            return answer
        if method != "GET":
            method, body, headers = "GET", None, None
        url = urljoin(url, target)
    raise CallFailed(Fault.redirects)


@dataclass(frozen=True, slots=True)
class _Call:
    deadline: float
    max_bytes: int
    cut: bool
    proxied: bool
    find: Find
    tls: ssl.SSLContext | None

    def once(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        try:
            return self._answer(method, url, body, headers)
        except CallFailed:
            raise
        except httpcore2.ProxyError as error:
            raise CallFailed(Fault.connection, f"proxy answered {error}") from error
        except (TimeoutError, httpcore2.TimeoutException) as error:
            raise CallFailed(Fault.time, type(error).__name__) from error
        except (httpx2.InvalidURL, httpcore2.NetworkError, httpcore2.ProtocolError, zlib.error, ValueError) as error:
            raise CallFailed(Fault.answer, type(error).__name__) from error

    def _answer(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        try:
            proxy = _proxy(url) if self.proxied else ""
            # What it refuses is asked first, whatever else is wrong with an address.
            addresses = in_time(lambda: self.find(proxy or url), self.left())
        except OSError as error:
            raise CallFailed(Fault.connection, type(error).__name__) from error
        parsed = _parsed(url)
        with self._connections(proxy, _Backend(addresses, self.left)) as connections:
            sent = [("Connection", "close"), *headers.items()]
            with connections.stream(method, _core_url(parsed), headers=sent, content=body) as response:
                found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                return Answer(response.status, str(parsed), found, self._body(response, found))

    def left(self) -> float:
        """Seconds. Raises TimeoutError when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _connections(self, proxy: str, backend: httpcore2.NetworkBackend) -> httpcore2.ConnectionPool:
        tls = self.tls or _system_tls()
        if not proxy:
            return httpcore2.ConnectionPool(ssl_context=tls, network_backend=backend)
        parsed = _parsed(proxy)
        who = (parsed.username, parsed.password) if parsed.username else None
        return httpcore2.HTTPProxy(_core_url(parsed), proxy_auth=who, ssl_context=tls, network_backend=backend)

    def _body(self, response: httpcore2.Response, headers: Mapping[str, str]) -> bytes:
        """Unpacked, bounded on both sides: a small packed chunk can be a thousand times as much."""
        encoding = headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise ValueError("content encoding")
        unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS) if "gzip" in encoding else None
        parts: list[bytes] = []
        packed = size = 0
        for chunk in response.iter_stream():
            packed += len(chunk)
            # One byte over the limit is enough to know.
            piece = unpacker.decompress(chunk, self.max_bytes - size + 1) if unpacker else chunk
            size += len(piece)
            parts.append(piece)
            if size > self.max_bytes or packed > self.max_bytes:
                if self.cut:
                    return b"".join(parts)[: self.max_bytes]
                raise CallFailed(Fault.size)
        if unpacker is not None and packed and not unpacker.eof:
            raise ValueError("cut off")
        return b"".join(parts)


class _Backend(httpcore2.SyncBackend):
    """Connects to the first of the addresses that takes a connection; a dead one leaves time for the others."""

    def __init__(self, addresses: Sequence[str], left: Callable[[], float]) -> None:
        self._addresses = addresses
        self._left = left

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore2.NetworkStream:
        failure: Exception = OSError("no address")
        for number, address in enumerate(self._addresses):
            within = min(CONNECT_SECONDS, self._left() / (len(self._addresses) - number))
            try:
                return _Line(super().connect_tcp(address, port, within), self._left)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise CallFailed(Fault.connection, type(failure).__name__) from failure


class _Line(httpcore2.NetworkStream):
    """A connection on which every step gets what is left of the call's time."""

    def __init__(self, stream: httpcore2.NetworkStream, left: Callable[[], float]) -> None:
        self._stream = stream
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE_BYTES):
            self._stream.write(buffer[start : start + _PIECE_BYTES], self._left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        try:
            return _Line(self._stream.start_tls(ssl_context, server_hostname, self._left()), self._left)
        except httpcore2.ConnectError as error:
            raise CallFailed(Fault.certificate, str(error)) from error

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _parsed(url: str) -> httpx2.URL:
    """Raises ValueError or httpx2.InvalidURL for what is not an address of http or https."""
    parsed = httpx2.URL(url)
    if parsed.scheme not in PORTS or not parsed.host:
        raise ValueError("no address of http or https")
    return parsed


def _core_url(url: httpx2.URL) -> httpcore2.URL:
    return httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _find(url: str) -> list[str]:
    parsed = _parsed(url)
    return resolve(parsed.raw_host.decode("ascii"), parsed.port or PORTS[parsed.scheme])


def in_time(work: Callable[[], Sequence[str]], seconds: float) -> Sequence[str]:
    """`work()` in a thread of its own: the system's resolver knows no deadline. Raises TimeoutError."""
    done: Future[Sequence[str]] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except Exception as error:
            done.set_exception(error)

    threading.Thread(target=copy_context().run, args=(run,), name="resolve", daemon=True).start()
    return done.result(seconds)


def _proxy(url: str) -> str:
    """The address of the environment's proxy for this one; "" for none."""
    parsed = _parsed(url)
    found = getproxies().get(parsed.scheme, "")
    if not found or proxy_bypass(parsed.netloc.decode("ascii")):
        return ""
    return found if "://" in found else f"http://{found}"


@lru_cache(maxsize=1)
def _system_tls() -> ssl.SSLContext:
    return ssl.create_default_context()
