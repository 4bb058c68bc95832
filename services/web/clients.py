"""Who asks: the address a request came from, through the proxies that the house trusts and no others."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_network
from socket import AF_INET, AF_INET6, inet_pton

from shared.settings import get_settings


def client_address(peer: tuple[str, int] | None, forwarded: bytes | None) -> str:
    """The reader's address: the peer's, or, when the peer is a trusted proxy (TOASOAN_TRUSTED_PROXIES), the last
    address in X-Forwarded-For that is not one itself."""
    address = peer[0] if peer else ""
    if forwarded and _is_trusted(address):
        for part in reversed(forwarded.decode("latin-1").split(",")):
            address = part.strip()
            if not _is_trusted(address):
                break
    return address


def loads_ahead(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a browser asks for what its reader may never look at."""
    purpose = headers.get(b"sec-purpose") or headers.get(b"purpose") or b""
    return b"prefetch" in purpose or b"prerender" in purpose


@lru_cache(maxsize=4096)
def _is_trusted(address: str) -> bool:
    # Every view comes from another address: what the system's own parser says is enough, and ten times faster.
    family = AF_INET6 if ":" in address else AF_INET
    try:
        number = int.from_bytes(inet_pton(family, address), "big")
    except (OSError, ValueError):
        return False
    return any(number & mask == start for of, start, mask in _networks() if of == family)


@lru_cache(maxsize=1)
def _networks() -> tuple[tuple[int, int, int], ...]:
    """(family, first address, mask) of each trusted network."""
    names = get_settings().trusted_proxies.split(",")
    found = [ip_network(name.strip(), strict=False) for name in names if name.strip()]
    return tuple(
        (AF_INET6 if one.version == 6 else AF_INET, int(one.network_address), int(one.netmask)) for one in found
    )
