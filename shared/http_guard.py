"""uvicorn's HTTP protocol with bounds that it does not have itself: on the head of a request, and on slow clients.

nginx has the same bounds in production; a house on one machine stands without it.
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from uvicorn.protocols.http.flow_control import service_unavailable
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.addresses import blocks

# First line and headers together; cookies and long addresses need a tenth of it.
MAX_HEAD_BYTES = 32_768
# A head that was begun must be whole after this long.
HEAD_SECONDS = 10.0
# So long may a connection stand on which nothing more is asked.
SLOW_SECONDS = 30.0
HEADS = (100, 400)
"""So many heads of one client, and of one /48, may be half open for longer than a moment; the oldest make room.
Browsers open six connections, and nginx none before it has a whole head to send."""
_MOMENT_SECONDS = 1.0
# Requests of one connection that may wait behind the one that is answered; each keeps 2 KB. Browsers send none ahead.
MOST_AHEAD = 100
# What the bytes of a body are worth: slower than this and it counts as slow.
_BODY_BYTES_A_SECOND = 1000
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class GuardedHttp(HttpToolsProtocol):
    """Answers 431 to a head over MAX_HEAD_BYTES; `close_slow` closes what `is_slow`, and crowds of half-open heads.

    uvicorn's `limit_concurrency` counts requests here: who opens connections and asks nothing takes nobody's place.
    """

    quiet_since = 0.0
    """Since when (monotonic) the other side owes us something: a request, or the rest of one."""

    owes_head = False
    """A head was begun and is not whole."""

    _asked = False
    _reading = False
    _too_large = False
    # Bytes of which the parser has made nothing whole yet: it keeps them all.
    _unread = 0

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._most_requests, self.limit_concurrency = self.limit_concurrency, None

    def connection_made(self, transport: Any) -> None:
        self.quiet_since = time.monotonic()
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        # They point back here: without this they would stay until the collector comes by.
        self.pipeline.clear()

    def data_received(self, data: bytes) -> None:
        if not self._asked:
            # Only the first bytes of a request count as a sign of life: a drip of them is none.
            self._asked, self.owes_head = True, not self._reading
            self.quiet_since = time.monotonic()
        self._unread += len(data)
        super().data_received(data)
        if self._unread > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._too_large = True
            self.send_400_response("")

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= MOST_AHEAD:
            raise ValueError("too many requests at once")
        self._reading = self.owes_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        hosts = [name for name, _ in self.headers].count(b"host")
        if hosts > 1 or (not hosts and self.parser.get_http_version() != "1.0"):
            # RFC 9112, 3.2: two that read it could take it for two sites.
            raise ValueError("one Host is wanted")
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > MAX_HEAD_BYTES:
            self._too_large = True
            # The parser stops, and uvicorn asks for the answer to a request that cannot be read.
            raise ValueError("head too large")
        self._unread, self.owes_head = 0, False
        is_full = self._most_requests is not None and len(self.tasks) >= self._most_requests
        self.app = service_unavailable if is_full else self.config.loaded_app
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        self.quiet_since = min(time.monotonic(), self.quiet_since + len(body) / _BODY_BYTES_A_SECOND)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread, self._reading = 0, False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._asked, self.quiet_since = False, time.monotonic()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        if not self._too_large:
            super().send_400_response(msg)
        elif not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def is_slow(self, now: float) -> bool:
        """Nothing is owed by us on this connection, and what is owed to us has been coming for too long."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if not self._reading or cycle.response_started:
                return False
            if self.flow.read_paused:
                # It is we who do not read.
                self.quiet_since = now
        return now - self.quiet_since > (HEAD_SECONDS if self.owes_head else SLOW_SECONDS)


def close_slow(connections: Iterable[Any]) -> None:
    """Close the connections that keep us waiting. Wants to be called every second or two."""
    now = time.monotonic()
    half_open: dict[tuple[str, int], list[GuardedHttp]] = defaultdict(list)
    for connection in list(connections):
        if not isinstance(connection, GuardedHttp):
            continue
        if connection.is_slow(now):
            connection.transport.close()
        elif connection.owes_head and connection.client:
            for block in zip(blocks(connection.client[0]), HEADS, strict=False):
                half_open[block].append(connection)
    for (_, most), several in half_open.items():
        for one in sorted(several, key=attrgetter("quiet_since"), reverse=True)[most:]:
            if now - one.quiet_since > _MOMENT_SECONDS:
                one.transport.close()
