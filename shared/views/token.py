"""Signed view tokens: a beacon counts only for a page that this house served within a day.

A token is `<article id>.<issue hour>.<mac>`: hours since 1970 and 96 bits of HMAC-SHA-256. It names no reader.
"""

import hmac
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import NamedTuple

from shared.views.definition import TOKEN_SECONDS

# Tokens issued within one hour are the same text, so that a page's bytes change once an hour at most.
_STEP = 3600
# Clocks of two web machines may be ten minutes apart.
_SKEW = 900


class ViewToken(NamedTuple):
    article_id: int
    issued_at: int
    """Unix seconds, on the hour."""


class BadToken(ValueError):
    """Not a token of this house."""


class ViewTokens:
    """Issues and reads tokens under a key made from the house's secret (`settings.secret_key`)."""

    def __init__(self, secret: str) -> None:
        self._key = sha256(b"view-token:" + secret.encode()).digest()

    def issue(self, article_id: int, now: float | None = None) -> str:
        hour = int(time.time() if now is None else now) // _STEP
        head = f"{article_id}.{hour}"
        return f"{head}.{self._mac(head)}"

    def read(self, token: str) -> ViewToken:
        """What a token says; its age is the caller's to judge (`is_current`). Raises BadToken."""
        head, _, mac = token.rpartition(".")
        if not head or not mac.isascii() or not hmac.compare_digest(mac, self._mac(head)):
            raise BadToken("signature does not fit")
        article_id, _, hour = head.partition(".")
        return ViewToken(int(article_id), int(hour) * _STEP)

    def _mac(self, head: str) -> str:
        digest = hmac.digest(self._key, head.encode("utf-8", "surrogatepass"), "sha256")
        return urlsafe_b64encode(digest[:12]).decode()


def is_current(issued_at: int, now: float) -> bool:
    """Whether a token issued at `issued_at` is still good at `now` (unix seconds)."""
    return -_SKEW <= now - issued_at <= TOKEN_SECONDS
