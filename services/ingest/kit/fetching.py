"""Fetching from addresses that people type: feeds, old pictures, webhook endpoints. Proof against SSRF.

A name is resolved once; every address it has must be public; the connection goes to an address that was checked,
so that a name which changes its mind in between (DNS rebinding) gains nothing. Every redirect is checked the same
way. All refusals read alike: what stands inside the house's network cannot be learnt from them.
"""

import ipaddress
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, urlsplit

from services.ingest.kit.errors import Invalid, Refused
from shared.http_client import MAX_BYTES, PORTS, Answer, CallFailed, Fault, call, resolve
from shared.telemetry import log

SECONDS = 20.0
MAX_REDIRECTS = 5
MAX_URL_CHARS = 2000
USER_AGENT = "toasoan/1.0 (+newsroom)"
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
    """A permitted address that gave nothing usable: the sentence says why, `fault` for programs."""

    def __init__(self, detail: str, fault: Fault = Fault.answer) -> None:
        super().__init__(detail)
        self.fault = fault


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

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer at the end of the redirects. Raises FetchRefused, FetchFailed."""
        return self._call("GET", url, {"Accept-Encoding": "gzip", **(headers or {})}, redirects=MAX_REDIRECTS)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer to a POST; a redirect is an answer like any other. Raises FetchRefused, FetchFailed."""
        return self._call("POST", url, headers, body=body)

    def check(self, url: str) -> None:
        """Raises FetchRefused for an address that would not be fetched."""
        self._find(url)

    def _call(
        self, method: str, url: str, headers: Mapping[str, str], *, body: bytes | None = None, redirects: int = 0
    ) -> Answer:
        try:
            return call(
                method,
                url,
                seconds=self._seconds,
                body=body,
                headers={"User-Agent": USER_AGENT, **headers},
                max_bytes=self._max_bytes,
                redirects=redirects,
                find=self._find,
                tls=self._tls,
            )
        except CallFailed as error:
            raise FetchFailed(self._said(error), error.fault) from None

    def _said(self, error: CallFailed) -> str:
        match error.fault:
            case Fault.connection:
                return "Không kết nối được máy chủ ở địa chỉ này."
            case Fault.certificate:
                return "Chứng thư bảo mật (TLS) của máy chủ không hợp lệ."
            case Fault.time:
                return "Máy chủ ở địa chỉ này trả lời quá chậm."
            case Fault.size:
                return f"Nội dung ở địa chỉ này lớn quá {self._max_bytes // 1_000_000 or 1} MB."
            case Fault.redirects:
                return "Địa chỉ chuyển hướng quá nhiều lần."
            case Fault.answer:
                return f"Máy chủ ở địa chỉ này trả lời không đúng cách ({error.detail})."

    def _find(self, url: str) -> list[str]:
        """Every address of the host. Raises FetchRefused when it has none, or any that is not public."""
        parts = _parsed(url)
        host, port = _host(parts), _port(parts)
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError):
            raise _refused(url, "name not found") from None
        if not found:
            raise _refused(url, "name without an address")
        for text in found:
            address = _address(text)
            if address is None or not self._permitted(address):
                raise _refused(url, f"address {text} is not public")
        return found

    def _permitted(self, address: Address) -> bool:
        if any(address in network for network in self._allowed):
            return True
        return is_public(address)


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
    if parts.scheme not in PORTS or not parts.hostname:
        raise _refused(url, "scheme")
    if parts.username is not None or parts.password is not None:
        raise _refused(url, "name or password inside")
    return parts


def _host(parts: SplitResult) -> str:
    """The host as the resolver gets it; international names in their ASCII form."""
    try:
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not host or "%" in host:
        raise _refused(parts.geturl(), "host")
    return host


def _port(parts: SplitResult) -> int:
    port = parts.port if parts.port is not None else PORTS[parts.scheme]
    if port not in PORTS.values() and port < _FIRST_FREE_PORT:
        raise _refused(parts.geturl(), "port")
    return port


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _refused(url: str, reason: str) -> FetchRefused:
    log.warning("address refused", url=url[:300], reason=reason)
    return FetchRefused()
