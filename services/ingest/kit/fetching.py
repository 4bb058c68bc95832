"""Fetching from addresses that people type: feeds, old pictures, webhook endpoints. Proof against SSRF.

A name is resolved once; every address it has must be public; the connection goes to an address that was checked,
so that a name which changes its mind in between (DNS rebinding) gains nothing. Every redirect is checked the same
way. All refusals read alike: what stands inside the house's network cannot be learnt from them.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from services.ingest.kit.errors import Invalid, Refused
from shared.telemetry import log

MAX_BYTES = 10_000_000
SECONDS = 20.0
CONNECT_SECONDS = 5.0
MAX_REDIRECTS = 5
MAX_URL_CHARS = 2000
USER_AGENT = "toasoan/1.0 (+newsroom)"
_CHUNK_BYTES = 65_536
# What an address may hold besides letters and digits; anything else is percent-encoded.
_KEPT = "/%:?@!$&'()*+,;=~-._[]"
_REDIRECTS = (301, 302, 303, 307, 308)
_SCHEME_PORT = {"http": 80, "https": 443}
# Below 1024 only the web's own ports: nobody is to talk to a mail server through us.
_FIRST_FREE_PORT = 1024

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], list[str]]
"""resolve(host, port) -> addresses as text; raises OSError for an unknown name."""

# What `is_global` of some Python versions lets through, and IPv6 forms that carry an IPv4 address inside.
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in """0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
    203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    ::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16
    fc00::/7 fe80::/10 fec0::/10 ff00::/8""".split()
)


class FetchRefused(Invalid):
    """An address that we do not fetch; the reason stands in the log alone."""

    def __init__(self) -> None:
        super().__init__([{"field": "url", "message": "Không lấy được từ địa chỉ này."}])


class FetchFailed(Refused):
    """A permitted address that gave nothing usable: the sentence says why."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whatever its status; header names are in lower case, `url` is where redirects ended."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


def resolve(host: str, port: int) -> list[str]:
    """The system's answer for a name. It has deadlines of its own (resolv.conf)."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """Fetches with limits: `max_bytes` of the body before and after unpacking, `seconds` for one call as a whole.

    `allowed` opens networks that are refused otherwise; `resolver` and `tls` stand in for the system's own.
    """

    def __init__(
        self,
        *,
        max_bytes: int = MAX_BYTES,
        seconds: float = SECONDS,
        resolver: Resolve = resolve,
        allowed: tuple[Network, ...] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._resolve = resolver
        self._allowed = allowed
        self._tls = tls

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """The answer at the end of the redirects. Raises FetchRefused, FetchFailed."""
        deadline = time.monotonic() + self._seconds
        sent = {"Accept-Encoding": "gzip", **(headers or {})}
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._once("GET", url, sent, None, deadline)
            target = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not target:
                return answer
            url = urljoin(url, target)
        raise FetchFailed("Địa chỉ chuyển hướng quá nhiều lần.")

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Fetched:
        """The answer to a POST; a redirect is an answer like any other. Raises FetchRefused, FetchFailed."""
        return self._once("POST", url, headers, body, time.monotonic() + self._seconds)

    def check(self, url: str) -> None:
        """Raises FetchRefused for an address that would not be fetched."""
        parts = _parsed(url)
        self._checked(url, _host(parts), _port(parts))

    def _once(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, deadline: float) -> Fetched:
        parts = _parsed(url)
        host, port = _host(parts), _port(parts)
        addresses = self._checked(url, host, port)
        line = self._connect(addresses, port, deadline)
        connection = http.client.HTTPConnection(host, port)
        # One clock for everything that follows, however slowly a server drips: its end closes the line.
        clock = threading.Timer(max(0.0, deadline - time.monotonic()), _cut, (connection,))
        clock.daemon = True
        connection.sock = line
        if parts.scheme == "https":
            tls = self._tls or _system_tls()
            connection.sock = tls.wrap_socket(line, server_hostname=host, do_handshake_on_connect=False)
        clock.start()
        try:
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            answer = self._exchange(connection, method, parts, headers, body)
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            raise _failure(error, deadline) from None
        finally:
            clock.cancel()
            connection.close()
        if time.monotonic() >= deadline:
            # A line that the clock closed can look like the end of a body without a length.
            raise _too_slow()
        return answer

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        parts: SplitResult,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Fetched:
        target = quote(parts.path or "/", _KEPT) + (f"?{quote(parts.query, _KEPT)}" if parts.query else "")
        named = {"Host": _host_header(parts), "User-Agent": USER_AGENT, "Connection": "close"}
        connection.request(method, target, body=body, headers={**named, **headers})
        with connection.getresponse() as response:
            found = {name.lower(): value for name, value in response.getheaders()}
            content = _read(response, found.get("content-encoding", ""), self._max_bytes)
            return Fetched(response.status, parts.geturl(), found, content)

    def _checked(self, url: str, host: str, port: int) -> list[Address]:
        """Every address of the host. Raises FetchRefused when it has none, or any that is not public."""
        try:
            texts = self._resolve(host, port)
        except (OSError, UnicodeError):
            raise _refused(url, "name not found") from None
        addresses = [_address(text) for text in texts]
        if not addresses:
            raise _refused(url, "name without an address")
        for address in addresses:
            if address is None or not self._permitted(address):
                raise _refused(url, f"address {address} is not public")
        return [address for address in addresses if address is not None]

    def _permitted(self, address: Address) -> bool:
        if any(address in network for network in self._allowed):
            return True
        return is_public(address)

    def _connect(self, addresses: list[Address], port: int, deadline: float) -> socket.socket:
        for address in addresses:
            left = min(CONNECT_SECONDS, deadline - time.monotonic())
            if left <= 0:
                break
            try:
                made = socket.create_connection((str(address), port), timeout=left)
            except OSError:
                continue
            made.settimeout(self._seconds)
            return made
        raise FetchFailed("Không kết nối được máy chủ ở địa chỉ này.")


def is_public(address: Address) -> bool:
    """Whether an address belongs to the open internet, for every way of writing one inside another.

    >>> is_public(ipaddress.ip_address("::ffff:127.0.0.1"))
    False
    """
    if any(address in network for network in _NEVER if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _parsed(url: str) -> SplitResult:
    """Raises FetchRefused for what is not a plain http or https address."""
    if len(url) > MAX_URL_CHARS or any(char <= " " or char.isspace() or char in "\\\x7f" for char in url):
        raise _refused(url, "too long, white space, control characters or a backslash")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise _refused(url, "no address") from None
    if parts.scheme not in _SCHEME_PORT or not parts.hostname:
        raise _refused(url, "scheme")
    if parts.username is not None or parts.password is not None:
        raise _refused(url, "name or password inside")
    return parts


def _host(parts: SplitResult) -> str:
    """The host as the resolver gets it; international names in their ASCII form."""
    host = (parts.hostname or "").rstrip(".")
    if not host or "%" in host:
        raise _refused(parts.geturl(), "host")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        raise _refused(parts.geturl(), "host") from None


def _port(parts: SplitResult) -> int:
    port = parts.port if parts.port is not None else _SCHEME_PORT[parts.scheme]
    if port not in _SCHEME_PORT.values() and port < _FIRST_FREE_PORT:
        raise _refused(parts.geturl(), "port")
    return port


def _host_header(parts: SplitResult) -> str:
    host, port = _host(parts), _port(parts)
    name = f"[{host}]" if ":" in host else host
    return name if port == _SCHEME_PORT[parts.scheme] else f"{name}:{port}"


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _refused(url: str, reason: str) -> FetchRefused:
    log.warning("address refused", url=url[:300], reason=reason)
    return FetchRefused()


def _read(response: http.client.HTTPResponse, encoding: str, limit: int) -> bytes:
    """The body, unpacked, bounded on both sides."""
    if encoding.strip().lower() not in ("", "identity", "gzip", "x-gzip"):
        raise ValueError("content encoding")
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS) if "gzip" in encoding.lower() else None
    parts: list[bytes] = []
    packed = size = 0
    while chunk := response.read(_CHUNK_BYTES):
        packed += len(chunk)
        # One byte over the limit is enough to know.
        piece = unpacker.decompress(chunk, limit - size + 1) if unpacker else chunk
        size += len(piece)
        if size > limit or packed > limit:
            raise FetchFailed(f"Nội dung ở địa chỉ này lớn quá {limit // 1_000_000 or 1} MB.")
        parts.append(piece)
    if response.length or (unpacker is not None and packed and not unpacker.eof):
        raise ValueError("cut off")
    return b"".join(parts)


def _cut(connection: http.client.HTTPConnection) -> None:
    try:
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)
    except (OSError, ValueError):
        # It is closed already.
        pass


def _failure(error: Exception, deadline: float) -> FetchFailed:
    if time.monotonic() >= deadline or isinstance(error, TimeoutError):
        return _too_slow()
    if isinstance(error, ssl.SSLError):
        return FetchFailed("Chứng thư bảo mật (TLS) của máy chủ không hợp lệ.")
    return FetchFailed(f"Máy chủ ở địa chỉ này trả lời không đúng cách ({type(error).__name__}).")


def _too_slow() -> FetchFailed:
    return FetchFailed("Máy chủ ở địa chỉ này trả lời quá chậm.")


@lru_cache(maxsize=1)
def _system_tls() -> ssl.SSLContext:
    return ssl.create_default_context()
