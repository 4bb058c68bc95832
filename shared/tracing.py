"""Traces across the queue: one trace from the editor's request to the page, told to an OpenTelemetry collector.

Off unless TOASOAN_OTLP_ENDPOINT is set. Spans are sent as OTLP in JSON over HTTP by a thread of the process's own, in
batches; a collector that is away costs spans, never memory or time. Ids travel in W3C's `traceparent` form.
OpenTelemetry's SDK would do the same for 15 MB in each of the house's processes.
"""

import atexit
import os
import queue
import random
import re
import threading
import time
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.http_client import CallFailed, call
from shared.settings import get_settings

INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = 1, 2, 3, 4, 5
"""OTLP's kinds of spans."""

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_WAITING_SPANS = 2_000
_BATCH_SPANS = 500
_SEND_EVERY_SECONDS = 0.5
_TIMEOUT_SECONDS = 2.0


@dataclass(slots=True)
class Span:
    """A piece of work; `name`, `attributes` and `failed` may be set until it ends."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: int
    start_ns: int
    attributes: dict[str, str | int] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    failed: bool = False

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-01"


_current: ContextVar[Span | None] = ContextVar("span", default=None)


def on() -> bool:
    """Whether anybody wants traces."""
    return get_settings().otlp_endpoint is not None


@contextmanager
def span(
    name: str, traceparent: str = "", kind: int = INTERNAL, links: Sequence[str] = (), **attributes: str | int
) -> Iterator[Span | None]:
    """A span that continues the trace of `traceparent`, else the running one, else begins a trace of its own.

    `links` are traceparents that the work belongs to as well (a batch of several). None when tracing is off.
    """
    if not on():
        yield None
        return
    made = _begin(name, traceparent, kind, time.time_ns())
    made.attributes |= attributes
    made.links += [(match[1], match[2]) for link in links if (match := _TRACEPARENT.fullmatch(link))]
    before = _current.set(made)
    try:
        yield made
    except BaseException:
        made.failed = True
        raise
    finally:
        _current.reset(before)
        _exporter().end(made)


def waited(name: str, traceparent: str, since: float) -> str:
    """Note a wait that is over (since unix seconds, until now) as a span of the trace of `traceparent`.

    Returns the traceparent with which the trace goes on; `traceparent` itself when tracing is off or it is empty.
    """
    if not traceparent or not on():
        return traceparent
    made = _begin(name, traceparent, PRODUCER, int(since * 1e9))
    _exporter().end(made)
    return made.traceparent


def current_traceparent() -> str:
    """The W3C traceparent of the running span, "" where there is none: outbox rows and messages keep it."""
    running = _current.get()
    return running.traceparent if running else ""


def header(scope: MutableMapping[str, Any]) -> str:
    """The traceparent that an ASGI request brings, if any."""
    if not on():
        return ""
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), "")


def begin(role: str) -> None:
    """Name this process in its spans; `shared.process.prepare` calls it."""
    global _role
    _role = role


def flush(timeout_s: float = 3.0) -> None:
    """Wait until what has ended so far is sent, or was tried to be."""
    if _made is not None:
        _made.flush(timeout_s)


def _begin(name: str, traceparent: str, kind: int, start_ns: int) -> Span:
    running = _current.get()
    if match := _TRACEPARENT.fullmatch(traceparent):
        trace_id, parent_id = match[1], match[2]
    elif running is not None:
        trace_id, parent_id = running.trace_id, running.span_id
    else:
        trace_id, parent_id = f"{random.getrandbits(128) or 1:032x}", ""
    return Span(name, trace_id, f"{random.getrandbits(64) or 1:016x}", parent_id, kind, start_ns)


# ---------------------------------------------------------------- sending

_role = "toasoan"
_made: "_Exporter | None" = None
_lock = threading.Lock()


def _exporter() -> "_Exporter":
    """This process's own: a child of a fork has none of its parent's threads."""
    global _made
    with _lock:
        if _made is None or _made.pid != os.getpid():
            _made = _Exporter(get_settings().otlp_endpoint or "")
            atexit.register(_made.flush, 3.0)
        return _made


class _Exporter:
    def __init__(self, endpoint: str) -> None:
        self.pid = os.getpid()
        self._url = endpoint.rstrip("/") + "/v1/traces"
        self._ended: queue.Queue[tuple[Span, int]] = queue.Queue(_WAITING_SPANS)
        self._thread = threading.Thread(target=self._run, name="traces", daemon=True)
        self._thread.start()

    def end(self, span: Span) -> None:
        try:
            self._ended.put_nowait((span, time.time_ns()))
        except queue.Full:
            pass  # the collector is away or too slow

    def flush(self, timeout_s: float) -> None:
        give_up = time.monotonic() + timeout_s
        while self._ended.unfinished_tasks and time.monotonic() < give_up:
            time.sleep(0.02)

    def _run(self) -> None:
        while True:
            batch = [self._ended.get()]
            time.sleep(_SEND_EVERY_SECONDS)
            while len(batch) < _BATCH_SPANS and not self._ended.empty():
                batch.append(self._ended.get())
            self._send(batch)
            for _ in batch:
                self._ended.task_done()

    def _send(self, batch: list[tuple[Span, int]]) -> None:
        headers = {"Content-Type": "application/json"}
        try:
            call("POST", self._url, seconds=_TIMEOUT_SECONDS, body=_body(batch), headers=headers, proxied=True)
        except CallFailed:
            pass


def _body(batch: list[tuple[Span, int]]) -> bytes:
    resource = {"attributes": _attributes({"service.name": f"toasoan.{_role}", "process.pid": os.getpid()})}
    spans = [_told(span, end_ns) for span, end_ns in batch]
    scope = {"scope": {"name": "toasoan"}, "spans": spans}
    return orjson.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]})


def _told(span: Span, end_ns: int) -> dict[str, Any]:
    return {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "parentSpanId": span.parent_id,
        "name": span.name,
        "kind": span.kind,
        "startTimeUnixNano": str(span.start_ns),
        "endTimeUnixNano": str(end_ns),
        "attributes": _attributes(span.attributes),
        "links": [{"traceId": trace_id, "spanId": span_id} for trace_id, span_id in span.links],
        "status": {"code": 2 if span.failed else 0},
    }


def _attributes(values: dict[str, str | int]) -> list[dict[str, Any]]:
    return [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in values.items()
    ]
