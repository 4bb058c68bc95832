"""What both HTTP services have around their apps: counting and timing of requests, and answers in problem details."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import telemetry, tracing

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"))


class Measured:
    """ASGI around an app: counts and times requests by route, and sets the headers that every answer has."""

    def __init__(self, app: ASGIApp, service: str, headers: Iterable[tuple[str, str]] = ()) -> None:
        self._app = app
        self._service = service
        self._headers = {name.encode(): value.encode() for name, value in headers}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, is_stream = time.perf_counter(), 500, False

        async def noted(message: Message) -> None:
            nonlocal status, is_stream
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {name for name, _ in message["headers"]}
                is_stream = (b"content-type", b"text/event-stream; charset=utf-8") in message["headers"]
                more = [(name, value) for name, value in self._headers.items() if name not in own]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        with tracing.span("request", tracing.header(scope), "server") as span:
            try:
                await self._app(scope, receive, noted)
            except ClientDisconnect:
                # Who left in the middle of what they sent hears no answer: no fault of ours.
                status = 499
            finally:
                # The route's name or pattern: paths with ids would make a label of every article.
                route = scope.get("page_kind") or getattr(scope.get("route"), "path", "other")
                method = scope["method"] if scope["method"] in _METHODS else "other"
                telemetry.http_requests_total.labels(self._service, route, method, status).inc()
                if not is_stream:
                    # It lasts as long as somebody looks, which says nothing of how fast we are.
                    telemetry.http_request_seconds.labels(self._service, route).observe(time.perf_counter() - started)
                if span is not None:
                    span.update_name(f"{method} {route}")
                    span.set_attributes({"http.request.method": method, "http.response.status_code": status})


def problem(
    status: int,
    title: str,
    detail: str,
    errors: Sequence[dict[str, str]] = (),
    headers: dict[str, str] | None = None,
    **members: Any,
) -> Response:
    """An error as RFC 9457 problem details; `errors` are {"field", "message"}."""
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": list(errors)}
    return Response(orjson.dumps(told | members), status, headers, "application/problem+json")
