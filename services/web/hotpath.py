"""The way of most requests: a finished page, or a beacon, answered from the socket without any framework.

A uvicorn protocol that first looks whether what came in is exactly one plain GET of a page in the cache, or one
beacon; everything else (other methods, half requests, several at once, pages that must be made) goes to uvicorn as if
this were not here.
"""

import time
from email.utils import formatdate
from typing import Any

from services.web.beacons import ViewSink
from services.web.cache import PageCache
from services.web.clients import client_address
from shared.http_guard import GuardedHttp
from shared.views.definition import BEACON_BYTES

_END = b"\r\n\r\n"
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


def _accepted(request: bytes) -> bytes:
    """The line that says which encodings are taken; b"" without one."""
    at = request.find(b"\r\naccept-encoding:")
    return request[at : request.find(b"\r\n", at + 2)] if at > 0 else b""


def make_protocol(pages: PageCache, sink: ViewSink, clock: Clock) -> type[GuardedHttp]:
    """The protocol class for one process's server."""
    hot, hits = pages.hot, pages.hits

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
            if self._slow and not self._reading and (self.cycle is None or self.cycle.response_complete):
                self._slow = False
            if not self._slow:
                if data[:5] == b"GET /" and data[-4:] == _END:
                    end = data.find(b" HTTP/1.1\r\n", 5)
                    entry = hot.get(data[4:end]) if end > 0 else None
                    if entry is not None and data.find(_END) == len(data) - 4:
                        request = data.lower()
                        # What follows a length is a body, and never the next request. How much somebody wants gzip is
                        # weighed elsewhere.
                        if (
                            b"\r\ncontent-length" not in request
                            and b"\r\ntransfer-encoding" not in request
                            and b"q=" not in (accepted := _accepted(request))
                        ):
                            self._unset_keepalive_if_required()
                            hits[entry.page.kind] += 1
                            entry.used_at = self.quiet_since = clock.now
                            self._send(entry, request, b"gzip" in accepted)
                            return
                elif data.startswith(_BEACON) and self._take_beacon(data):
                    return
                self._slow = True
            super().data_received(data)

        def _send(self, entry: Any, request: bytes, packed: bool) -> None:
            response = entry.response(pages.filling, packed)
            at = request.find(b"\r\nif-none-match:")
            if at > 0 and response.etag in request[at : request.find(b"\r\n", at + 2)]:
                self.transport.write(b"HTTP/1.1 304 Not Modified\r\ndate: " + clock.date + response.not_modified)
            else:
                self.transport.write(b"HTTP/1.1 200 OK\r\ndate: " + clock.date + response.tail)
            if b"\r\nconnection: close" in request:
                self.transport.close()

        # ------------------------------------------------------------ beacons

        def _take_beacon(self, data: bytes) -> bool:
            head_end = data.find(_END)
            if head_end < 0:
                return False
            headers: dict[bytes, bytes] = {}
            lines = data[len(_BEACON) : head_end].split(b"\r\n")
            for line in lines:
                name, _, value = line.partition(b":")
                headers[name.lower()] = value.strip()
            body = data[head_end + 4 :]
            length = headers.get(b"content-length", b"")
            # What is not whole, or more than one request, or says twice how long it is: uvicorn's to take apart.
            if (
                not length.isdigit()
                or int(length) != len(body)
                or len(body) > BEACON_BYTES
                or len(headers) < len(lines)
            ):
                return False
            if b"expect" in headers or b"transfer-encoding" in headers:
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
            self.transport.write(_STATUS[status] + clock.date + _END)
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
