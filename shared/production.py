"""What production mode refuses: what is only safe, or only right, on one's own machine."""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

KEY_CHARS = 32
PASSWORD_CHARS = 16
# 16 random hexadecimal digits have 10 different ones on average; of 24, fewer than 7 come up once in 20,000 times.
_DIFFERENT = 7
# What stands in examples, in images and at the top of every list of guesses.
_KNOWN = re.compile(
    r"change.?me|secret|passw|default|example|toasoan|admin|postgres|elastic|redis|guest|letmein|test|"
    r"0123456|1234567|abcdef0|abcdefg|qwerty|asdfgh"
)
# Accounts that servers bring: they may do everything, or anybody knows their password.
_BUILT_IN = {
    "postgresql": {"postgres"},
    "postgres": {"postgres"},
    "redis": {"default"},
    "rediss": {"default"},
    "amqp": {"guest"},
    "amqps": {"guest"},
    "http": {"elastic"},
    "https": {"elastic"},
}

_PLAIN = {"redis": "rediss", "http": "https", "amqp": "amqps"}


def weakness(text: str, chars: int) -> str:
    """Why a key or password can be guessed; "" for one that was drawn at random, as `openssl rand -hex 24` does."""
    if len(text) < chars:
        return f"must have {chars} characters or more"
    if len(set(text)) < _DIFFERENT or text in (text + text)[1:-1]:
        return "must not repeat itself"
    if _KNOWN.search(text.lower()):
        return "must be drawn at random, and not hold a word or row that everybody knows"
    return ""


def faults_of_address(url: str) -> Iterator[str]:
    """What is wrong with a public address of the paper's own."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        yield "must begin with https://: log-ins and keys go that way"
    host = (parts.hostname or "").rstrip(".")
    if not host or host == "localhost" or host.endswith(".localhost") or _is_inside(host):
        yield "must be the public address"


def faults_of_store(url: str, with_tls: bool = False) -> Iterator[str]:
    """What is wrong with the account in a store's address, or the way there. Never holds its password."""
    parts = urlsplit(url.replace("{service}", "service"))
    scheme = parts.scheme.partition("+")[0]
    query = parse_qs(parts.query)
    user = unquote(parts.username or "") or query.get("user", query.get("username", [""]))[0]
    password = unquote(parts.password or "") or query.get("password", [""])[0]
    if with_tls and scheme in _PLAIN:
        yield f"must begin with {_PLAIN[scheme]}:// where TOASOAN_STORES_CA is set"
    if query.get("ssl_cert_reqs", ["required"])[0].lower().removeprefix("cert_") != "required":
        yield "must not switch off the check of the server's certificate"
    if not user or not password:
        yield "must name a user and its password: a store that lets in whoever comes (`trust`) is nobody's"
        return
    if user in _BUILT_IN.get(scheme, set()):
        yield f"must not use the account {user!r} that the server brings: each service has its own"
    if password == user:
        yield "must not have the user's name for a password"
    elif wrong := weakness(password, PASSWORD_CHARS):
        yield f"has a password that can be guessed: it {wrong}"


def fault_of_endpoint(url: str, with_key: bool) -> str:
    """What is wrong with the address of a server that is asked over HTTP; "" for nothing. Quotes nothing of it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is no address"
    if parts.scheme not in ("http", "https") or not host or port == 0:
        return "must begin with https:// or http:// and name a host"
    if parts.username or parts.password:
        return "must not hold a password: the key has a setting of its own"
    if with_key and parts.scheme == "http" and host != "localhost" and not _is_inside(host):
        return "must begin with https:// where a key is sent to it"
    return ""


def _is_inside(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False
