"""Traces across the queue: one trace from the editor's request to the page, told to an OpenTelemetry collector.

Off unless TOASOAN_OTLP_ENDPOINT is set; OpenTelemetry's SDK is loaded only then (7 MB a process). Spans are sent
as OTLP over HTTP by a thread of the process's own, in batches; a collector that is away costs spans, never memory or
time. Between processes ids travel as W3C's `traceparent`, in outbox rows and in messages.
"""

from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from shared.settings import get_settings

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

Kind = Literal["internal", "server", "producer", "consumer"]

_SEND_EVERY_MS = 500
# All that wait go at once: at its end a process waits for one send, whoever does not answer.
_WAITING_SPANS = _BATCH_SPANS = 2_000
_TIMEOUT_SECONDS = 2.0
_role = "toasoan"


def on() -> bool:
    """Whether anybody wants traces."""
    return get_settings().otlp_endpoint is not None


@contextmanager
def span(
    name: str, traceparent: str = "", kind: Kind = "internal", links: Sequence[str] = (), **attributes: str | int
) -> Iterator["Span | None"]:
    """A span that continues the trace of `traceparent`, else the running one, else begins a trace of its own.

    `links` are traceparents that the work belongs to as well (a batch of several). None when tracing is off.
    """
    if not on():
        yield None
        return
    from opentelemetry.trace import Link, SpanKind, get_current_span

    others = [get_current_span(context).get_span_context() for link in links if (context := _context(link))]
    with (
        _provider()
        .get_tracer(__name__)
        .start_as_current_span(
            name,
            _context(traceparent),
            SpanKind[kind.upper()],
            attributes,
            [Link(other) for other in others if other.is_valid],
        ) as made
    ):
        yield made


def waited(name: str, traceparent: str, since: float) -> str:
    """Note a wait that is over (since unix seconds, until now) as a span of the trace of `traceparent`.

    Returns the traceparent with which the trace goes on; `traceparent` itself when tracing is off or it is empty.
    """
    if not traceparent or not on():
        return traceparent
    from opentelemetry.trace import SpanKind, set_span_in_context

    tracer = _provider().get_tracer(__name__)
    made = tracer.start_span(name, _context(traceparent), SpanKind.PRODUCER, start_time=int(since * 1e9))
    made.end()
    return _traceparent(set_span_in_context(made))


def current_traceparent() -> str:
    """The W3C traceparent of the running span, "" where there is none: outbox rows and messages keep it."""
    return _traceparent(None) if on() else ""


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
    _provider().force_flush(int(timeout_s * 1000))


def _context(traceparent: str) -> "Context | None":
    """None where it says nothing: then the running span goes on."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": traceparent}) if traceparent else None


def _traceparent(context: "Context | None") -> str:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier, context)
    return carrier.get("traceparent", "")


@lru_cache(maxsize=1)
def _provider() -> "TracerProvider":
    """This process's own; what it holds is sent when the process ends."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    made = TracerProvider(resource=Resource.create({"service.name": f"toasoan.{_role}"}))
    address = f"{(get_settings().otlp_endpoint or '').rstrip('/')}/v1/traces"
    exporter = OTLPSpanExporter(address, timeout=_TIMEOUT_SECONDS)
    made.add_span_processor(BatchSpanProcessor(exporter, _WAITING_SPANS, _SEND_EVERY_MS, _BATCH_SPANS))
    return made
