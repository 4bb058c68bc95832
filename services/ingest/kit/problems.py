"""Errors as RFC 9457 problem details: `detail` is a Vietnamese sentence, `errors` name the fields."""

from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from services.ingest.kit import security_log
from services.ingest.kit.errors import (
    Busy,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NoVersion,
    Refused,
    Stale,
    TooHeavy,
    TooLarge,
    TooMany,
    Unauthorized,
    WrongType,
)
from services.ingest.kit.json_input import message_of
from shared.api.described import Described
from shared.telemetry import log

_STATUS: dict[type[Refused], int] = {
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Stale: 412,
    TooLarge: 413,
    WrongType: 415,
    Invalid: 422,
    NoVersion: 428,
    TooMany: 429,
    Busy: 503,
    TooHeavy: 422,
}
_TITLES = {
    400: "Yêu cầu sai",
    401: "Cần khóa hợp lệ",
    403: "Không có quyền",
    404: "Không tìm thấy",
    405: "Không dùng được cách gọi này",
    409: "Không hợp với trạng thái hiện tại",
    412: "Bản đã cũ",
    413: "Quá lớn",
    415: "Không nhận loại nội dung này",
    422: "Nội dung chưa đúng",
    428: "Thiếu If-Match",
    429: "Quá nhiều lần",
    500: "Lỗi của hệ thống",
    503: "Tạm thời chưa phục vụ được",
}


def status_of(refused: Refused) -> int:
    return next(_STATUS[kind] for kind in type(refused).__mro__ if kind in _STATUS)


def title_of(status: int) -> str:
    """What a status is called, in Vietnamese."""
    return _TITLES.get(status, "Yêu cầu sai")


def content(refused: Refused) -> dict[str, Any]:
    """The problem's members, as one line of a batch shows them too."""
    status = status_of(refused)
    members: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES[status],
        "status": status,
        "detail": refused.detail,
        "errors": refused.errors,
    }
    return members | ({"current": refused.current} if isinstance(refused, Stale) else {})


def install(app: FastAPI) -> None:
    """Every error of the app leaves it as problem details."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeoutError, _database)
    app.add_exception_handler(Exception, _crash)


def _answer(members: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(members),
        status_code=members["status"],
        headers=headers,
        media_type="application/problem+json",
    )


def members_of(status: int, detail: str, errors: Any = ()) -> dict[str, Any]:
    """A problem that no Refused stands for."""
    title = title_of(status)
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "errors": list(errors)}


def _plain(status: int, detail: str, headers: dict[str, str] | None = None, errors: Any = ()) -> Response:
    return _answer(members_of(status, detail, errors), headers)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    if isinstance(error, Unauthorized | Forbidden):
        security_log.note("key refused" if isinstance(error, Unauthorized) else "forbidden", request)
    headers: dict[str, str] = {}
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = 'Bearer realm="ingest"'
    if isinstance(error, Stale):
        headers["ETag"] = f'"{error.current["version"]}"'
    if isinstance(error, Busy):
        headers["Retry-After"] = "10"
    if isinstance(error, TooMany):
        security_log.note("tried too often", request)
        headers["Retry-After"] = str(error.seconds)
    return _answer(content(error), headers)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = {
        404: "Không có địa chỉ này.",
        405: "Địa chỉ này không nhận cách gọi (method) vừa dùng.",
    }.get(error.status_code, "Không đọc được yêu cầu.")
    headers = dict(error.headers or {})
    # The framework knows one route of the path, not all.
    if error.status_code == 405 and isinstance(request.app, Described):
        headers["Allow"] = request.app.allowed(request.url.path) or headers.get("Allow", "")
    return _plain(error.status_code, detail, headers)


async def _parameters(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = [{"field": str(one["loc"][-1])[:100], "message": _of_parameter(one)} for one in error.errors()]
    return _plain(422, "Tham số của yêu cầu chưa đúng.", errors=fields)


def _of_parameter(fault: dict[str, Any]) -> str:
    # Patterns of parameters are slugs and numbers, of fields addresses.
    return "Giá trị không hợp lệ." if fault["type"] == "string_pattern_mismatch" else message_of(fault)


async def _database(_request: Request, error: Exception) -> Response:
    log.error("database failed", error=repr(error)[:500])
    return _plain(503, "Kho dữ liệu đang bận hoặc tạm ngừng; hãy thử lại.", {"Retry-After": "5"})


async def _crash(request: Request, error: Exception) -> Response:
    log.error("crash", path=request.url.path[:200], exc_info=error)
    return _plain(500, "Hệ thống gặp lỗi; chúng tôi đã ghi lại.")
