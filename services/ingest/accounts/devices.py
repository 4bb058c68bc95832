"""The devices that somebody has logged in with before: a signed cookie tells the owner's tries from strangers'.

So strangers' guesses can be bounded for an account as a whole, and the owner still comes in: OWASP, "Slow Down Online
Guessing Attacks with Device Cookies" (owasp.org/www-community). The cookie opens nothing by itself. A new password
makes strangers of all devices but the one it was typed at.
"""

import hmac
import secrets
import time

from fastapi import Request
from fastapi.responses import Response

from services.ingest.accounts.store.holders import Holder
from services.ingest.desk_kit.session import cookie_name, set_cookie
from shared.settings import get_settings

SECONDS = 180 * 86_400


def remember(answer: Response, holder: Holder) -> None:
    """Let the browser that gets this answer be known from now on."""
    head = f"{secrets.token_urlsafe(12)}.{int(time.time()) + SECONDS}"
    set_cookie(answer, f"{head}.{_mac(holder, head)}", _purpose(holder), SECONDS)


def device_of(request: Request, holder: Holder) -> str:
    """The name of a device that this account has logged in with; "" for a stranger's."""
    head, _, mac = request.cookies.get(cookie_name(_purpose(holder)), "").rpartition(".")
    if not hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(holder, head).encode()):
        return ""
    name, _, until = head.partition(".")
    return name if int(until) > time.time() else ""


def _purpose(holder: Holder) -> str:
    """A cookie for each account: shifts share a machine."""
    return f"may-{holder.id}"


def _mac(holder: Holder, head: str) -> str:
    key = b"device:" + get_settings().secret_key.encode()
    said = f"{holder.id}:{holder.stamp}:{head}".encode("utf-8", "replace")
    return hmac.digest(key, said, "sha256").hex()[:40]
