"""Every HTTP call that a service makes: one deadline for all of it, a bound on the answer, no proxy of the environment.

    answer = call("GET", "https://vnexpress.net/", seconds=5)

`connect` makes the connection: whoever fetches what people typed gives one that looks at the address first
(services.ingest.kit.fetching). Redirects are answers like any other. (httpx2 spells addresses and headers, its own
httpcore2 speaks HTTP: a transport of httpx2 knows deadlines for each step, not for all.)
"""

import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar

import httpcore2
import httpx2

T = TypeVar("T")

MAX_BYTES = 10_000_000
CONNECT_SECONDS = 5.0

Connect = Callable[[str, int, float], socket.socket]
"""connect(host, port, seconds) -> a TCP connection. Raises OSError, or what it refuses with."""


class Fault(Enum):
    """Why a call gave nothing usable."""

    connection = "no connection"
    certificate = "certificate not accepted"
    time = "too slow"
    size = "too large"
    answer = "no proper answer"


class CallFailed(OSError):
    """No usable answer; `fault` says why."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"{fault.value}: {detail}" if detail else fault.value)
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Answer:
    """Whatever its status; names of headers are in lower case, the body is unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def call(
    method: str,
    url: str,
    *,
    seconds: float,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
    connect: Connect | None = None,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """The answer, whole within `seconds` and `max_bytes`, packed and unpacked. Raises CallFailed."""
    network = _Network(time.monotonic() + seconds, connect or _connect)
    try:
        asked = httpx2.Request(method, url, content=body, headers={"connection": "close", **(headers or {})})
        place = httpcore2.URL(
            scheme=asked.url.raw_scheme, host=asked.url.raw_host, port=asked.url.port, target=asked.url.raw_path
        )
        context = (tls or _system_tls()) if asked.url.scheme == "https" else None
        with (
            httpcore2.ConnectionPool(ssl_context=context, network_backend=network) as pool,
            pool.stream(method, place, headers=asked.headers.raw, content=asked.read()) as got,
        ):
            found = httpx2.Headers(got.headers)
            content = _unpacked(got.iter_stream(), found.get("content-encoding", ""), max_bytes)
            return Answer(got.status, dict(found), content)
    except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError) as error:
        raise CallFailed(network.fault or Fault.answer, type(error).__name__) from error
    except (httpcore2.UnsupportedProtocol, httpx2.InvalidURL, zlib.error, ValueError) as error:
        raise CallFailed(Fault.answer, type(error).__name__) from error


class _Network(httpcore2.NetworkBackend):
    """Makes the call's one line. Every step on it gets what is left of the call's time, however a server drips."""

    def __init__(self, deadline: float, connect: Connect) -> None:
        self._deadline = deadline
        self._connect = connect
        self.fault: Fault | None = None

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> "_Line":
        made = self.step(lambda left: self._connect(host, port, min(CONNECT_SECONDS, left)), Fault.connection)
        return _Line(made, self)

    def step(self, work: Callable[[float], T], fault: Fault = Fault.answer) -> T:
        """`work(seconds left)`; its failure is noted as `fault`, unless the time was up or a certificate is wrong."""
        left = self._deadline - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            return work(left)
        except OSError as error:
            late = time.monotonic() >= self._deadline or (isinstance(error, TimeoutError) and fault is Fault.answer)
            self.fault = Fault.time if late else Fault.certificate if isinstance(error, ssl.SSLError) else fault
            raise httpcore2.NetworkError(str(error)) from error


class _Line(httpcore2.NetworkStream):
    def __init__(self, connected: socket.socket, network: _Network) -> None:
        self._socket = connected
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._in_time(lambda: self._socket.recv(max_bytes))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        while view:
            view = view[self._in_time(lambda part=view: self._socket.send(part)) :]  # type: ignore[misc]

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "_Line":
        wrapped = self._in_time(lambda: ssl_context.wrap_socket(self._socket, server_hostname=server_hostname))
        return _Line(wrapped, self._network)

    def close(self) -> None:
        self._socket.close()

    def _in_time(self, work: Callable[[], T]) -> T:
        def step(left: float) -> T:
            self._socket.settimeout(left)
            return work()

        return self._network.step(step)


def _connect(host: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((host, port), timeout=seconds)


def _unpacked(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The body, bounded on both sides: a small packed chunk can be a thousand times as much. Raises CallFailed,
    ValueError."""
    if encoding.strip().lower() not in ("", "identity", "gzip", "x-gzip"):
        raise ValueError("content encoding")
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS) if "gzip" in encoding.lower() else None
    parts: list[bytes] = []
    packed = size = 0
    for chunk in chunks:
        packed += len(chunk)
        # One byte over the limit is enough to know.
        piece = unpacker.decompress(chunk, limit - size + 1) if unpacker else chunk
        size += len(piece)
        if size > limit or packed > limit:
            raise CallFailed(Fault.size)
        parts.append(piece)
    if unpacker is not None and packed and not unpacker.eof:
        raise ValueError("cut off")
    return b"".join(parts)


@lru_cache(maxsize=1)
def _system_tls() -> ssl.SSLContext:
    return ssl.create_default_context()
