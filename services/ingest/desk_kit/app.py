"""The desk as one ASGI app, mounted at /desk: its modules, its errors, the headers of its answers."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.ingest.desk_kit.pages import NAV, back, page, wants_html
from services.ingest.desk_kit.session import (
    ACCOUNT_PAGE,
    PASSWORD_PAGE,
    PROOF_PAGE,
    NotSignedIn,
    PasswordWanted,
    ProofWanted,
    SecondFactorMissing,
)
from services.ingest.desk_kit.static_files import StaticPages
from services.ingest.kit import problems, security_log
from services.ingest.kit.errors import Forbidden, Refused, TooMany
from shared.asgi import problem
from shared.telemetry import log

_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def make_desk(screens: Iterable[str]) -> FastAPI:
    """The app to mount at /desk, of the modules named."""
    desk = FastAPI(title="Tòa Soạn desk", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    NAV.clear()
    for name in screens:
        module: Any = import_module(name)
        desk.include_router(module.router)
        NAV.extend(getattr(module, "NAV", ()))
    desk.mount("/static", StaticPages(), name="static")
    for kind, handler in _HANDLERS.items():
        desk.add_exception_handler(kind, handler)
    desk.add_middleware(_Packed)
    desk.add_middleware(_Headers)
    return desk


class _Packed:
    """Gzip, where nobody else can make a browser ask: the length of a packed page that has a secret beside somebody's
    guess would tell how much of it they have in common (BREACH). Browsers say who asked."""

    _OWN = ("same-origin", "none")

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._packed = GZipMiddleware(app, minimum_size=1024, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_own = scope["type"] == "http" and Headers(scope=scope).get("sec-fetch-site") in self._OWN
        await (self._packed if is_own else self._plain)(scope, receive, send)


class _Headers:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                usual = [header for header in self._headers if header[0] not in own]
                message["headers"] = [*message["headers"], *usual]
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        finally:
            # What requests are counted by: the routes' patterns alone would not say that they are the desk's.
            scope["page_kind"] = "/desk" + getattr(scope.get("route"), "path", "/other")


# ---------------------------------------------------------------- errors


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    if isinstance(error, PasswordWanted) and wants_html(request):
        return RedirectResponse(PASSWORD_PAGE, 303)
    if isinstance(error, SecondFactorMissing) and wants_html(request):
        return back(ACCOUNT_PAGE, error.detail, "warn")
    if isinstance(error, ProofWanted) and wants_html(request):
        # Where the form stood: what was typed is typed again.
        return RedirectResponse(f"{PROOF_PAGE}?tiep={quote(urlsplit(request.headers.get('referer', '')).path)}", 303)
    if isinstance(error, NotSignedIn) and wants_html(request) and request.method == "GET":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/desk/dang-nhap?tiep={quote(here)}", 303)
    if isinstance(error, NotSignedIn):
        return _answer(request, 401, error.detail)
    if isinstance(error, TooMany):
        security_log.note("tried too often", request)
        return _answer(request, 429, error.detail, headers={"Retry-After": str(error.seconds)})
    wanted = isinstance(error, PasswordWanted | ProofWanted | SecondFactorMissing)
    status = 403 if wanted else problems.status_of(error)
    if isinstance(error, Forbidden):
        who = getattr(request.state, "who", None)
        security_log.note("forbidden", request, who.email if who else "")
    return _answer(request, status, error.detail, error.errors)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = {404: "Không có trang này.", 405: "Không mở được trang này theo cách ấy."}.get(error.status_code)
    return _answer(request, error.status_code, detail or "Không đọc được yêu cầu.", headers=dict(error.headers or {}))


async def _parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _answer(request, 422, "Địa chỉ hoặc biểu mẫu này chưa đúng.")


async def _database(request: Request, error: Exception) -> Response:
    log.error("database failed", error=repr(error)[:500])
    detail = "Kho dữ liệu đang bận hoặc tạm ngừng; hãy thử lại sau ít giây."
    return _answer(request, 503, detail, headers={"Retry-After": "5"})


async def _crash(request: Request, error: Exception) -> Response:
    log.error("crash", path=request.url.path[:200], exc_info=error)
    return _answer(request, 500, "Hệ thống gặp lỗi; chúng tôi đã ghi lại. Chữ bạn đang viết vẫn được giữ.")


def _answer(
    request: Request,
    status: int,
    detail: str,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    if wants_html(request):
        who = getattr(request.state, "who", None)
        title = problems.title_of(status)
        answer = page(request, who, "error.html", status, title=title, detail=detail, errors=errors or [])
        answer.headers.update(headers or {})
        return answer
    return problem(status, problems.title_of(status), detail, errors or [], headers)


_HANDLERS: dict[type[Exception], Any] = {
    Refused: _refused,
    HTTPException: _http,
    RequestValidationError: _parameters,
    DBAPIError: _database,
    PoolTimeoutError: _database,
    Exception: _crash,
}
