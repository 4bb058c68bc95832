"""Who has asked for an article's page: what stands behind a reader's beacon, and behind a made-up one does not.

The ways of pages only note what came in; it is read in the thread that sends views, and goes along with them. Where a
cache before us answers most requests for pages, most are not known here: services.counter.judging takes that into
account.
"""

import re
from collections import deque
from collections.abc import Iterable

from services.web.clients import client_address
from shared.views.visitor import PARTED_CHARS, VisitorKeys

MOST_NOTED = 500
"""Requests between two looks at them, which are a second apart at most while readers read: some megabytes."""
MANY = 250
"""So many do not wait for views to travel with."""

Noted = tuple[int, tuple[str, int] | None, bytes]
"""(article id, the connection's other end, the request's head)"""
Asked = list[tuple[int, str]]
"""(article id, visitor key)"""

_TOLD = re.compile(rb"\r\n(user-agent|x-forwarded-for):[ \t]*+([^\r]*+)", re.IGNORECASE)


def noting() -> "deque[Noted]":
    """Where requests are noted; of too many the newest stay."""
    return deque(maxlen=MOST_NOTED)


def head_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A request's head as `read` wants it, from a framework's headers."""
    return b"".join(b"\r\n%b: %b" % header for header in headers)


class AskedPages:
    """Takes what was noted, on the event loop; reads it, in a thread."""

    def __init__(self, noted: "deque[Noted]", visitors: VisitorKeys) -> None:
        self._noted, self._visitors = noted, visitors

    def __len__(self) -> int:
        return len(self._noted)

    def take(self) -> set[Noted]:
        # Who asks again from the same connection, in the same words, has asked.
        taken = set(self._noted)
        self._noted.clear()
        return taken

    def read(self, noted: set[Noted], now: float) -> Asked:
        """Each (article, reader) once; those of private addresses, by which nothing is judged, are left out."""
        found = set()
        for article_id, peer, head in noted:
            told = {name.lower(): value for name, value in _TOLD.findall(head)}
            address = client_address(peer, told.get(b"x-forwarded-for"))
            agent = told.get(b"user-agent", b"").decode("latin-1")
            key = self._visitors.key(address, agent, now).partition(".")[0]
            # The beacon may come after midnight.
            for known in (key, self._visitors.ahead(address, agent, now)):
                if len(known) == PARTED_CHARS:
                    found.add((article_id, known))
        return sorted(found)
