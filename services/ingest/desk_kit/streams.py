"""Pages that are told of changes as they happen: server-sent events, of few windows, each for some minutes.

A stream costs a connection and a queue, no thread. Who looks at it is looked up anew whenever it is opened again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shared import telemetry
from shared.telemetry import log

# A newsroom's desks and some, two of each; each holds a connection of the process.
MOST = 400
# Of a kind: the oldest window of more makes room. A browser opens six connections to a host, and pages need some of
# them: of the kinds that every page has, all its windows share one.
MOST_OF_PERSON = 3
# A window that has heard nothing for twice as long asks again, and nginx waits a minute.
BEAT_SECONDS = 15.0
LIFE_SECONDS = 300.0
# Whoever reads slower is told to load the page again.
_MOST_WAITING = 32
# Browsers come back after so long, when the connection broke.
_RETRY_MS = 2000


class Full(Exception):
    """This process has as many streams as it takes."""


class Stream:
    """One open window: what it has not been sent yet."""

    def __init__(self, person: int, kind: str) -> None:
        self.person = person
        self.kind = kind
        self.entry = 0
        """Up to where everything is told: a window that comes back says it."""
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue()

    def tell(self, event: str, data: bytes = b"{}") -> None:
        """Send an event as things stand at `entry`. A window that is too far behind is told "again" instead of all."""
        if self._waiting.qsize() >= _MOST_WAITING:
            self._forget_waiting()
            event, data = "again", b"{}"
        self._waiting.put_nowait(_frame(event, data, self.entry))

    def end(self, why: str) -> None:
        """Say why and send nothing more; "" only ends it, and the browser comes back."""
        self._forget_waiting()
        if why:
            self._waiting.put_nowait(_frame("end", why.encode(), self.entry))
        self._waiting.put_nowait(None)

    async def frames(self) -> AsyncIterator[bytes]:
        """All that is sent, with a beat where there is nothing else, until the stream has lived long enough."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + LIFE_SECONDS
        yield b"retry: %d\n\n" % _RETRY_MS
        while (rest := ends - loop.time()) > 0:
            try:
                frame = await asyncio.wait_for(self._waiting.get(), min(rest, BEAT_SECONDS))
            except TimeoutError:
                frame = _frame("beat", b"{}", self.entry)
            if frame is None:
                return
            yield frame

    def _forget_waiting(self) -> None:
        while not self._waiting.empty():
            self._waiting.get_nowait()


class Streams:
    """Those that are open in this process."""

    def __init__(self) -> None:
        self._open: list[Stream] = []

    def open(self, person: int, kind: str) -> Stream:
        """A new one. Raises Full."""
        own = [one for one in self._open if (one.person, one.kind) == (person, kind)]
        if len(self._open) >= MOST and len(own) < MOST_OF_PERSON:
            telemetry.desk_streams_total.labels("refused").inc()
            raise Full
        for one in own[: len(own) - MOST_OF_PERSON + 1]:
            one.end("full")
            self.close(one)
        made = Stream(person, kind)
        self._open.append(made)
        telemetry.desk_streams_total.labels("opened").inc()
        telemetry.desk_streams_open.set(len(self._open))
        return made

    def close(self, stream: Stream) -> None:
        """It is sent nothing more."""
        with suppress(ValueError):
            self._open.remove(stream)
        telemetry.desk_streams_open.set(len(self._open))

    def end_all(self) -> None:
        """The process ends: browsers come back to whoever is there then."""
        for one in [*self._open]:
            one.end("")
            self.close(one)


STREAMS = Streams()


class StreamAnswer(StreamingResponse):
    """The answer to a window. One that nobody reads does not outlive its time."""

    def __init__(self, stream: Stream, closed: Callable[[], None]) -> None:
        super().__init__(stream.frames(), media_type="text/event-stream")
        self._closed = closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(LIFE_SECONDS + BEAT_SECONDS):
                await super().__call__(scope, receive, send)
        except TimeoutError:
            log.warning("a window read nothing of its stream for long")
        finally:
            self._closed()


def _frame(event: str, data: bytes, entry: int) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (entry, event.encode(), data)
