"""Every HTTP call that a service makes: one deadline for all of it, names and slow servers included; a bound on the
answer.

    answer = call("GET", "https://vnexpress.net/", seconds=5)

`find` names the addresses that may be spoken to; no other is. Whoever fetches what people typed gives one that looks
at them first (services.ingest.kit.fetching); each redirect is asked about anew.
"""

import http.client
import socket
import ssl
import threading
import time
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from io import BufferedReader, RawIOBase
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

MAX_BYTES = 10_000_000
CONNECT_SECONDS = 5.0
PORTS = {"http": 80, "https": 443}
_CHUNK_BYTES = 65_536
# What an address may hold besides letters and digits; anything else is percent-encoded.
_KEPT = "/%:?@!$&'()*+,;=~-._[]"
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


def ascii_host(parts: SplitResult) -> str:
    """The host as resolvers and servers get it. Raises UnicodeError for one that no name can be."""
    host = (parts.hostname or "").rstrip(".")
    return host if host.isascii() else host.encode("idna").decode("ascii")


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
            proxy = _proxy(url) if self.proxied else ""
            line = _Line(self._connected(proxy or url), self.left)
        except OSError as error:
            raise CallFailed(Fault.connection, type(error).__name__) from error
        except ValueError as error:
            raise CallFailed(Fault.answer, type(error).__name__) from error
        parts = _parsed(url)
        try:
            return self._answer(line, proxy, method, parts, body, headers)
        except CallFailed:
            raise
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            fault = Fault.certificate if isinstance(error, ssl.SSLError) else Fault.answer
            raise CallFailed(Fault.time if isinstance(error, TimeoutError) else fault, type(error).__name__) from error
        finally:
            line.end()

    def _answer(
        self,
        line: "_Line",
        proxy: str,
        method: str,
        parts: SplitResult,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> Answer:
        target = quote(parts.path or "/", _KEPT) + (f"?{quote(parts.query, _KEPT)}" if parts.query else "")
        if parts.scheme == "https":
            if proxy:
                _tunnel(line, f"{ascii_host(parts)}:{_port(parts)}", _credentials(proxy))
            line.secure(self.tls or _system_tls(), ascii_host(parts))
        elif proxy:
            target, headers = f"http://{_host_header(parts)}{target}", {**headers, **_credentials(proxy)}
        connection = http.client.HTTPConnection(ascii_host(parts))
        connection.sock = line
        sent = {"Host": _host_header(parts), "Connection": "close", **headers}
        connection.request(method, target, body=body, headers=sent)
        with connection.getresponse() as response:
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, parts.geturl(), found, _body(response, self.max_bytes, self.cut))

    def left(self) -> float:
        """Seconds. Raises TimeoutError when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _connected(self, url: str) -> socket.socket:
        """To the first address that takes a connection; a dead one leaves time for the others. Raises OSError."""
        # What it refuses is asked first, whatever else is wrong with an address.
        addresses = _in_time(lambda: self.find(url), self.left())
        port = _port(_parsed(url))
        failure = OSError("no address")
        for number, address in enumerate(addresses):
            within = min(CONNECT_SECONDS, self.left() / (len(addresses) - number))
            try:
                return socket.create_connection((address, port), timeout=within)
            except OSError as error:
                failure = error
        raise failure


class _Line(RawIOBase):
    """What http.client takes for a socket. Every step on it gets what is left of the call's time, however a server
    drips."""

    def __init__(self, connected: socket.socket, left: Callable[[], float]) -> None:
        self._socket = connected
        self._left = left

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        self._socket.settimeout(self._left())
        self._socket = context.wrap_socket(self._socket, server_hostname=host)

    def sendall(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            self._socket.settimeout(self._left())
            view = view[self._socket.send(view) :]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(self._left())
        return self._socket.recv_into(buffer)

    def makefile(self, _mode: str) -> BufferedReader:
        return BufferedReader(self)

    def close(self) -> None:
        """http.client closes after the head of an answer, and counts on whoever still reads the body."""

    def end(self) -> None:
        self._socket.close()


def _parsed(url: str) -> SplitResult:
    """Raises ValueError for what is not an address of http or https."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not ascii_host(parts):
        raise ValueError("no address of http or https")
    return parts


def _port(parts: SplitResult) -> int:
    return PORTS[parts.scheme] if parts.port is None else parts.port


def _host_header(parts: SplitResult) -> str:
    host = ascii_host(parts)
    name = f"[{host}]" if ":" in host else host
    return name if _port(parts) == PORTS[parts.scheme] else f"{name}:{_port(parts)}"


def _find(url: str) -> list[str]:
    parts = _parsed(url)
    return resolve(ascii_host(parts), _port(parts))


def _in_time(work: Callable[[], Sequence[str]], seconds: float) -> Sequence[str]:
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
    parts = _parsed(url)
    found = getproxies().get(parts.scheme, "")
    if not found or proxy_bypass(_host_header(parts)):
        return ""
    return found if "://" in found else f"http://{found}"


def _credentials(proxy: str) -> dict[str, str]:
    parts = urlsplit(proxy)
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return {"Proxy-Authorization": f"Basic {b64encode(pair).decode()}"}


def _tunnel(line: _Line, place: str, headers: Mapping[str, str]) -> None:
    said = "".join(f"{name}: {value}\r\n" for name, value in {"Host": place, **headers}.items())
    line.sendall(f"CONNECT {place} HTTP/1.1\r\n{said}\r\n".encode("ascii"))
    answer = http.client.HTTPResponse(line, method="CONNECT")  # type: ignore[arg-type]
    answer.begin()
    if answer.status != 200:
        raise CallFailed(Fault.connection, f"proxy answered {answer.status}")


def _body(response: http.client.HTTPResponse, limit: int, cut: bool) -> bytes:
    """Unpacked, bounded on both sides: a small packed chunk can be a thousand times as much."""
    encoding = (response.getheader("content-encoding") or "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise ValueError("content encoding")
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS) if "gzip" in encoding else None
    parts: list[bytes] = []
    packed = size = 0
    while chunk := response.read(_CHUNK_BYTES):
        packed += len(chunk)
        # One byte over the limit is enough to know.
        piece = unpacker.decompress(chunk, limit - size + 1) if unpacker else chunk
        size += len(piece)
        parts.append(piece)
        if size > limit or packed > limit:
            if cut:
                return b"".join(parts)[:limit]
            raise CallFailed(Fault.size)
    if response.length or (unpacker is not None and packed and not unpacker.eof):
        raise ValueError("cut off")
    return b"".join(parts)


@lru_cache(maxsize=1)
def _system_tls() -> ssl.SSLContext:
    return ssl.create_default_context()
