"""How the stores are spoken to with TLS: always with a look at the certificate and at the name in it.

Whom to believe says TOASOAN_STORES_CA, else the machine's own list. Needed since each client has a default of its own:
kombu takes any certificate for a `rediss://` address that says nothing more, libpq for `sslmode=require`.
"""

import ssl
from typing import Any
from urllib.parse import urlsplit

from shared.settings import get_settings


def _authority() -> str | None:
    file = get_settings().stores_ca
    return str(file) if file else None


def for_redis(url: str) -> dict[str, Any]:
    """Arguments for redis-py."""
    if not url.startswith("rediss:"):
        return {}
    return {"ssl_cert_reqs": "required", "ssl_check_hostname": True, "ssl_ca_certs": _authority()}


def for_celery(url: str) -> dict[str, Any] | None:
    """Celery's `broker_use_ssl`; None for a broker without TLS."""
    if url.startswith("rediss:"):
        return {**for_redis(url), "ssl_cert_reqs": ssl.CERT_REQUIRED}
    if url.startswith("amqps:"):
        # py-amqp looks at the name only where it is told one and an authority's file.
        known = _authority() or ssl.get_default_verify_paths().cafile
        return {"cert_reqs": ssl.CERT_REQUIRED, "ca_certs": known, "server_hostname": urlsplit(url).hostname}
    return None


def for_postgresql(url: str) -> dict[str, Any]:
    """Arguments for libpq: an authority of the stores means that nothing is said in plain."""
    given = {"sslmode": "verify-full", "sslrootcert": _authority()} if _authority() else {}
    return {name: value for name, value in given.items() if f"{name}=" not in url}


def for_elasticsearch(url: str) -> dict[str, Any]:
    """Arguments for its client."""
    return {"ca_certs": _authority(), "verify_certs": True} if url.startswith("https:") and _authority() else {}
