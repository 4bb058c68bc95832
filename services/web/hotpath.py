"""The way of most requests: a finished page, or a beacon, answered from the socket without any framework.

A uvicorn protocol that first looks whether what came in is exactly one plain GET of a page in the cache, or one
beacon; everything else (other methods, half requests, several at once, pages that must be made, whatever two parsers
might read in two ways) goes to uvicorn as if this were not here.
"""

import re
import time
from email.utils import formatdate
from typing import Any

from services.web.beacons import ViewSink
from services.web.cache import PageCache
from services.web.clients import client_address
from services.web.negotiation import has_already, takes_gzip
from shared.http_guard import GuardedHttp
from shared.views.definition import BEACON_BYTES

_END = b"\r\n\r\n"
_LINE = b" HTTP/1.1\r\n"
# What follows a first line, if nobody can read it in another way: names, colons, text, line ends of two bytes; no line
# that goes on, no control character.
_HEADERS = re.compile(rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[\t\x20-\x7e\x80-\xff]*+\r\n)*+\r\n")
# The header that must be there, and those that change the answer to a GET, or how long it is, or what comes after it.
_TOLD = re.compile(
    rb"\r\n(host|accept-encoding|if-none-match|connection|content-length|transfer-encoding|expect|upgrade|proxy-connection):"
    rb"[ \t]*+([^\r]*+)",
    re.IGNORECASE,
)
_CONNECTIONS = {b"close", b"keep-alive"}
_STRANGE_ONES = {b"transfer-encoding", b"expect", b"upgrade", b"proxy-connection"}
# Longer heads are for who counts them.
_MAX_HEAD_BYTES = 8192
_BEACON = b"POST /api/views HTTP/1.1\r\n"
_NO_BODY = b"content-length: 0\r\ncache-control: no-store\r\ndate: "
_STATUS = {
    204: b"HTTP/1.1 204 No Content\r\ncache-control: no-store\r\ndate: ",
    400: b"HTTP/1.1 400 Bad Request\r\n" + _NO_BODY,
    413: b"HTTP/1.1 413 Content Too Large\r\n" + _NO_BODY,
    503: b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\n" + _NO_BODY,
}
_HELD_BYTES = 65_536


class Clock:
    """The value of the Date header, brought up to date once a second."""

    def __init__(self) -> None:
        self.tick()

    def tick(self) -> None:
        self.date = formatdate(time.time(), usegmt=True).encode()
        self.now = time.monotonic()


def _told(data: bytes, at: int) -> tuple[bytes, bytes, bool] | None:
    """(Accept-Encoding, If-None-Match, whether to close) of the one head in `data`, whose first line ends at `at`.
    None: uvicorn's to take apart."""
    if len(data) > _MAX_HEAD_BYTES or _HEADERS.fullmatch(data, at) is None:
        return None
    accepted = none_match = connection = b""
    has_host = False
    for name, value in _TOLD.findall(data, at - 2):
        name = name.lower()
        if name == b"host" and not has_host:
            has_host = True
        elif name == b"accept-encoding" and not accepted:
            accepted = value
        elif name == b"if-none-match" and not none_match:
            none_match = value
        elif name == b"connection" and not connection and value.lower() in _CONNECTIONS:
            connection = value.lower()
        else:
            return None
    return (accepted, none_match, connection == b"close") if has_host else None


def make_protocol(pages: PageCache, sink: ViewSink, clock: Clock) -> type[GuardedHttp]:
    """The protocol class for one process's server."""
    hot, hits, note = pages.hot, pages.hits, pages.asked.append

    class HotProtocol(GuardedHttp):
        """Counts on `pages.hot` having only what may be sent as it is."""

        # Inside uvicorn: a request is being read or answered there.
        _slow = False
        # A beacon waits for the broker: what comes after it is held back, so that answers keep their order.
        _waiting = False
        _closing = False
        _held = b""

        def data_received(self, data: bytes) -> None:
            if self._waiting:
                self._hold(data)
                return
            if self._slow and self._is_quiet():
                self._slow = False
            if not self._slow:
                if data[:5] == b"GET /" and data[-4:] == _END:
                    end = data.find(_LINE, 5)
                    entry = hot.get(data[4:end]) if end > 0 else None
                    if entry is not None and (told := _told(data, end + len(_LINE))) is not None:
                        self._unset_keepalive_if_required()
                        page = entry.page
                        hits[page.kind] += 1
                        if page.article_id:
                            note((page.article_id, self.client, data))
                        entry.used_at = self.quiet_since = clock.now
                        self._send(entry, *told)
                        return
                elif data.startswith(_BEACON) and self._take_beacon(data):
                    return
                self._slow = True
            super().data_received(data)

        def _is_quiet(self) -> bool:
            """uvicorn has read and answered what it was given, and reads on."""
            return (
                not self._reading
                and (self.cycle is None or self.cycle.response_complete)
                and not self.parser.should_upgrade()
            )

        def _send(self, entry: Any, accepted: bytes, none_match: bytes, closing: bool) -> None:
            response = entry.response(pages.filling, takes_gzip(accepted))
            date = (b"connection: close\r\ndate: " if closing else b"date: ") + clock.date
            if none_match and has_already(none_match, response.etag):
                self.transport.write(b"HTTP/1.1 304 Not Modified\r\n" + date + response.not_modified)
            else:
                self.transport.write(b"HTTP/1.1 200 OK\r\n" + date + response.tail)
            if closing:
                self.transport.close()

        # ------------------------------------------------------------ beacons

        def _take_beacon(self, data: bytes) -> bool:
            head = _HEADERS.match(data, len(_BEACON))
            if head is None or head.end() > _MAX_HEAD_BYTES:
                return False
            lines = data[len(_BEACON) : head.end() - 4].split(b"\r\n")
            headers: dict[bytes, bytes] = {}
            for line in lines:
                name, _, value = line.partition(b":")
                headers[name.lower()] = value.lstrip(b" \t")
            body = data[head.end() :]
            # What is not whole, or more than one request, or says something twice: uvicorn's to take apart.
            if (
                headers.get(b"content-length") != b"%d" % len(body)
                or len(body) > BEACON_BYTES
                or len(headers) < len(lines)
                or b"host" not in headers
                or not headers.keys().isdisjoint(_STRANGE_ONES)
                or headers.get(b"connection", b"close").lower() not in _CONNECTIONS
            ):
                return False
            self._unset_keepalive_if_required()
            self._closing = headers.get(b"connection", b"").lower() == b"close"
            address = client_address(self.client, headers.get(b"x-forwarded-for"))
            status = sink.submit(headers, address, body, self._answer_beacon)
            if status:
                self._answer_beacon(status)
            else:
                self._waiting = True
            return True

        def _answer_beacon(self, status: int) -> None:
            self._waiting = False
            self.quiet_since = clock.now
            if self.transport.is_closing():
                return
            closing = b"\r\nconnection: close" if self._closing else b""
            self.transport.write(_STATUS[status] + clock.date + closing + _END)
            if self._closing:
                self.transport.close()
            elif self._held:
                data, self._held = self._held, b""
                self.data_received(data)

        def _hold(self, data: bytes) -> None:
            self._held += data
            if len(self._held) > _HELD_BYTES:
                self.transport.close()

        # ------------------------------------------------------------ around uvicorn

        def pause_writing(self) -> None:
            # Somebody asks faster than they read: no more requests until they have read.
            self.transport.pause_reading()
            super().pause_writing()

        def resume_writing(self) -> None:
            if not self.transport.is_closing():
                self.transport.resume_reading()
            super().resume_writing()

        def shutdown(self) -> None:
            if self._waiting:
                self._closing = True
            else:
                super().shutdown()

        def is_slow(self, now: float) -> bool:
            return not self._waiting and super().is_slow(now)

    return HotProtocol
