"""What attacks leave behind in the log: one line each, in one form, without secrets and without whole addresses."""

from hashlib import sha256
from ipaddress import ip_network

from fastapi import Request

from shared.addresses import blocks
from shared.telemetry import log


def note(event: str, request: Request, account: str = "") -> None:
    """Log a refusal: `event` ("log-in refused"), where it was tried, from which network, and for whom.

    The account is a digest: the same for the same address, so that tries can be counted, and no list of people.
    """
    log.warning(
        event,
        kind="security",
        method=request.method,
        path=request.url.path[:200],
        network=network(request.client.host if request.client else ""),
        account=sha256(account.encode("utf-8", "replace")).hexdigest()[:12] if account else None,
    )


def network(address: str) -> str:
    """The /24 of an IPv4 address, the first 48 bits of an IPv6 one.

    >>> network("203.0.113.77"), network("2001:db8:1:2::3")
    ('203.0.113.0/24', '2001:db8:1::/48')
    """
    widest = blocks(address)[-1]
    try:
        return str(ip_network(widest if "/" in widest else f"{widest}/24", strict=False))
    except ValueError:
        return "?"
