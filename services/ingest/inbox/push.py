"""The notice about some entries of an inbox, and its way to the push service of a browser."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from services.ingest.inbox import mail, webpush
from services.ingest.inbox.rules import KINDS
from services.ingest.inbox.tables import BrowserRow
from services.ingest.kit.errors import Refused
from services.ingest.kit.fetching import Fetcher, FetchFailed
from shared import clock
from shared.http_client import Fault
from shared.vietnamese.text import one_line

# A browser that was closed for longer has the entry at the desk.
_KEPT_SECONDS = 12 * 3600
_TITLE_CHARS = 150
_WORDS_CHARS = 300
_LINES = 3
_GONE = (404, 410)
# The message was written before these could happen: nobody knows whether the service has taken it.
_DOUBTFUL = (Fault.time, Fault.answer, Fault.size)


class SubscriptionEnded(Exception):
    """The browser takes no messages any more."""


def notice(rows: Sequence[Any], names: Mapping[str, str]) -> bytes:
    """One message about all of these entries, as the desk's service worker reads it."""
    first = rows[0]
    if len(rows) == 1:
        title, address = f"{KINDS[first.kind]}: {first.title}", f"/desk/viec/{first.id}"
        words = ": ".join(filter(None, (names.get(first.actor, ""), one_line(first.note or first.plan_note or ""))))
    else:
        title, address = f"{len(rows)} việc mới", "/desk/viec"
        words = "\n".join(f"{KINDS[row.kind]}: {one_line(row.title)}"[:_TITLE_CHARS] for row in rows[:_LINES])
    told = {
        "title": one_line(title)[:_TITLE_CHARS],
        "body": words[: _LINES * _TITLE_CHARS if len(rows) > 1 else _WORDS_CHARS],
        "url": address,
        "tag": f"viec-{rows[-1].id}",
    }
    return orjson.dumps(told)


def send(fetcher: Fetcher, browser: BrowserRow, message: bytes) -> None:
    """Have the push service of a browser take a message. Raises SubscriptionEnded, mail.Failed, mail.InDoubt."""
    now = clock.moment()
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(_KEPT_SECONDS),
        "Urgency": "high",
        "Authorization": webpush.signed(browser.endpoint, f"mailto:{mail.sender()}", now),
    }
    body = webpush.encrypt(message, webpush.decode(browser.browser_key), webpush.decode(browser.auth))
    try:
        status = fetcher.post(browser.endpoint, body, headers).status
    except FetchFailed as failure:
        raise (mail.InDoubt if failure.fault in _DOUBTFUL else mail.Failed)(failure.detail) from failure
    except Refused as refusal:
        raise mail.Failed("Không lấy được địa chỉ của dịch vụ thông báo.") from refusal
    if status in _GONE:
        raise SubscriptionEnded
    if not 200 <= status < 300:
        raise mail.Failed(f"Dịch vụ thông báo của trình duyệt trả lời HTTP {status}.")
