"""One trace from the editor's request to the page, over every process on the way; none where nobody asked."""

import gc
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from shared import tracing
from tests.conftest import forget_settings
from tests.house import ROOT, House
from tests.wait import until


@dataclass
class Told:
    span: Span
    service: str


class Collector:
    """An OTLP/HTTP receiver that keeps what it is told."""

    def __init__(self) -> None:
        self.spans: list[Told] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                told = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
                for resource in told.resource_spans:
                    names = {one.key: one.value.string_value for one in resource.resource.attributes}
                    for scope in resource.scope_spans:
                        collector.spans += [Told(span, names["service.name"]) for span in scope.spans]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.close()


@pytest.mark.house
@pytest.mark.timeout(300)
def test_one_trace_from_the_request_to_the_page(collector: Collector, tmp_path: Path) -> None:
    house = House(tmp_path / "house", TOASOAN_OTLP_ENDPOINT=collector.url)
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    try:
        house.start()
        headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
        story = {"title": "Khai mạc", "body": "Sáng nay.", "body_format": "text", "section": "Kinh tế"}
        house.api("POST", "/api/articles", json={**story, "status": "published"}, headers=headers)

        def seen() -> dict[str, Told]:
            return {one.span.name: one for one in collector.spans if one.span.trace_id.hex() == trace}

        wanted = {"POST /api/articles", "outbox page", "web.article_published", "search.article_published"}
        until(lambda: wanted <= set(seen()), 40, "the whole trace")
        told = seen()
        spans = {name: one.span for name, one in told.items()}
        assert spans["POST /api/articles"].parent_span_id.hex() == "00f067aa0ba902b7"
        assert spans["outbox page"].parent_span_id == spans["POST /api/articles"].span_id
        assert spans["web.article_published"].parent_span_id == spans["outbox page"].span_id
        assert {told[name].service for name in wanted} == {
            "toasoan.ingest.http",
            "toasoan.ingest.worker",
            "toasoan.web.worker",
            "toasoan.search.index",
        }
        for span in spans.values():
            assert span.start_time_unix_nano <= span.end_time_unix_nano
    finally:
        house.close()


@pytest.fixture
def told(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], dict[str, Span]]]:
    """This process tells the collector; the spans that have ended, by their names."""

    def spans() -> dict[str, Span]:
        tracing.flush()
        return {one.span.name: one.span for one in collector.spans}

    _tell(collector.url, monkeypatch)
    yield spans
    tracing._provider().shutdown()
    tracing._provider.cache_clear()


def _tell(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOASOAN_OTLP_ENDPOINT", url)
    tracing._provider.cache_clear()
    forget_settings()


def test_spans_know_their_trace_their_links_and_their_end(told: Callable[[], dict[str, Span]]) -> None:
    with tracing.span("outer"), tracing.span("inner"):
        inner = tracing.current_traceparent()
    with (
        pytest.raises(ValueError, match="x"),
        tracing.span("failing", links=[inner, "nonsense", ""], kind="consumer", messages=2),
    ):
        raise ValueError("x")
    after = tracing.waited("waiting", inner, time.time() - 60)
    spans = told()
    assert spans["inner"].parent_span_id == spans["outer"].span_id
    assert inner.startswith(f"00-{spans['outer'].trace_id.hex()}-{spans['inner'].span_id.hex()}-")
    assert spans["failing"].status.code == Status.STATUS_CODE_ERROR
    assert spans["failing"].kind == Span.SPAN_KIND_CONSUMER
    assert [(one.key, one.value.int_value) for one in spans["failing"].attributes] == [("messages", 2)]
    assert [link.span_id for link in spans["failing"].links] == [spans["inner"].span_id]
    assert spans["waiting"].parent_span_id == spans["inner"].span_id
    assert after.split("-")[2] == spans["waiting"].span_id.hex()
    assert spans["waiting"].end_time_unix_nano - spans["waiting"].start_time_unix_nano > 59e9


def test_a_collector_that_is_away_costs_neither_memory_nor_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _tell(f"http://127.0.0.1:{silent.getsockname()[1]}", monkeypatch)
        tracemalloc.start()
        try:
            for _ in range(10_000):
                with tracing.span("lost"):
                    pass
            gc.collect()  # an export that failed leaves a circle of its error and its batch
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        ending = threading.Thread(target=tracing._provider().shutdown, daemon=True)
        ending.start()
        ending.join(30)
        tracing._provider.cache_clear()
    assert held < 20_000_000, "no more than a queue of spans"
    assert not ending.is_alive(), "the process ends"


def test_without_a_collector_there_is_no_trace_and_no_sdk() -> None:
    code = """
import sys
from shared import tracing
with tracing.span("nothing") as span:
    assert span is None and tracing.current_traceparent() == ""
    assert tracing.waited("x", "00-a-b-01", 0.0) == "00-a-b-01"
assert not [name for name in sys.modules if name.startswith("opentelemetry.sdk")]
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=ROOT)
