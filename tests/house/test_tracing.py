"""One trace from the editor's request to the page, over every process on the way; none where nobody asked."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared import tracing
from tests.conftest import forget_settings
from tests.house import House
from tests.wait import until


class Collector:
    """An OTLP/HTTP receiver that keeps what it is told."""

    def __init__(self) -> None:
        self.spans: list[dict[str, Any]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                assert self.headers["Content-Type"] == "application/json"
                told = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for resource in told["resourceSpans"]:
                    names = {one["key"]: one["value"] for one in resource["resource"]["attributes"]}
                    for scope in resource["scopeSpans"]:
                        for span in scope["spans"]:
                            collector.spans.append({**span, "service": names["service.name"]["stringValue"]})
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"{}")

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

        def seen() -> dict[str, dict[str, Any]]:
            return {span["name"]: span for span in collector.spans if span["traceId"] == trace}

        wanted = {"POST /api/articles", "outbox page", "web.article_published", "search.article_published"}
        until(lambda: wanted <= set(seen()), 40, "the whole trace")
        spans = seen()
        assert spans["POST /api/articles"]["parentSpanId"] == "00f067aa0ba902b7"
        assert spans["outbox page"]["parentSpanId"] == spans["POST /api/articles"]["spanId"]
        assert spans["web.article_published"]["parentSpanId"] == spans["outbox page"]["spanId"]
        assert {spans[name]["service"] for name in wanted} == {
            "toasoan.ingest.http",
            "toasoan.ingest.worker",
            "toasoan.web.worker",
            "toasoan.search.index",
        }
        for span in spans.values():
            assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
    finally:
        house.close()


def test_spans_know_their_trace_their_links_and_their_end(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOASOAN_OTLP_ENDPOINT", collector.url)
    monkeypatch.setattr(tracing, "_made", None)
    forget_settings()
    with tracing.span("outer") as outer, tracing.span("inner"):
        assert outer is not None
        assert tracing.current_traceparent().split("-")[1] == outer.trace_id
    with pytest.raises(ValueError, match="x"), tracing.span("failing", links=[outer.traceparent, "nonsense"]):
        raise ValueError("x")
    tracing.flush()
    told = {span["name"]: span for span in collector.spans}
    assert told["inner"]["parentSpanId"] == told["outer"]["spanId"]
    assert told["failing"]["status"] == {"code": 2}
    assert [link["spanId"] for link in told["failing"]["links"]] == [outer.span_id]


def test_a_collector_that_is_away_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOASOAN_OTLP_ENDPOINT", "http://127.0.0.1:9")
    forget_settings()
    monkeypatch.setattr(tracing, "_made", None)
    for _ in range(3 * tracing._WAITING_SPANS):
        with tracing.span("lost"):
            pass
    assert tracing._exporter()._ended.qsize() <= tracing._WAITING_SPANS


def test_without_a_collector_there_is_no_trace() -> None:
    with tracing.span("nothing") as span:
        assert span is None
        assert tracing.current_traceparent() == ""
    assert tracing.waited("x", "00-" + "a" * 32 + "-" + "b" * 16 + "-01", 0.0).endswith("b-01")
