"""Whose an address is: the blocks that limits and visitor keys go by.

Of IPv4 one address is a client: a house, or a carrier's NAT with thousands of readers behind it. Of IPv6 a house or a
phone has a /64 and a site up to a /48 (RFC 6177): who has one of those has 65,536 of the former. `deploy/nginx` makes
the same two keys.
"""

from functools import lru_cache
from ipaddress import ip_address, ip_network
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

_MAPPED = bytes(10) + b"\xff\xff"
# First numbers of IPv4 addresses that are public throughout: most readers' need no closer look.
_PUBLIC = frozenset(map(str, range(1, 224))) - {"10", "100", "127", "169", "172", "192"}
# A machine's own, a site's own (RFC 1918, RFC 4193), a link's, a carrier's own (RFC 6598). Not what ipaddress calls
# private beside them: nobody stands behind addresses of documentation and of measurements.
_INSIDE = [
    *map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")),
    *map(ip_network, ("100.64.0.0/10", "::1/128", "fc00::/7", "fe80::/10")),
]


@lru_cache(maxsize=20_000)
def blocks(address: str) -> tuple[str, ...]:
    """The blocks that an address lies in, the smaller first: IPv4 alone; IPv6's /64 and /48; other texts as they are.

    >>> blocks("203.0.113.9"), blocks("2001:db8:1:2::3")
    (('203.0.113.9',), ('2001:db8:1:2::/64', '2001:db8:1::/48'))
    """
    try:
        inet_pton(AF_INET, address)
        return (address,)
    except (OSError, ValueError):
        pass  # no IPv4, or not as it is written
    try:
        packed = inet_pton(AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return (address[:64],)
    if packed.startswith(_MAPPED):
        return (inet_ntop(AF_INET, packed[12:]),)
    return tuple(f"{inet_ntop(AF_INET6, packed[: bits // 8] + bytes(16 - bits // 8))}/{bits}" for bits in (64, 48))


@lru_cache(maxsize=20_000)
def is_private(address: str) -> bool:
    """An address of the inside: of this machine, a site or a carrier; or no address at all."""
    if address.partition(".")[0] in _PUBLIC:
        return False
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return True
    known = getattr(found, "ipv4_mapped", None) or found
    return any(known in network for network in _INSIDE)
