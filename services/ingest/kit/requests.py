"""Reading requests: who asks, how much they may send, which version they mean."""

import re
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive

from services.ingest.kit.errors import Invalid, NotFound, TooLarge
from services.ingest.kit.json_input import read_json
from services.ingest.kit.problems import NoVersion, WrongType

# Room for a whole article with every field at its limit; what is longer is no article.
MAX_REQUEST_BYTES = 16_000_000
_ETAG = re.compile(r'\s*(?:W/)?"?([0-9]{1,18})"?\s*')
# Article ids are SQL integers.
_MAX_ID = 2**31 - 1


async def json_object(request: Request, *, optional: bool = False) -> dict[str, Any]:
    """The JSON object in the body; {} when it is optional and there is none.

    Raises WrongType, TooLarge, Invalid.
    """
    raw = await body(request, MAX_REQUEST_BYTES)
    if optional and not raw.strip():
        return {}
    expect_type(request, "application/json")
    if len(raw) > 100_000:
        return await run_in_threadpool(read_json, raw)
    return read_json(raw)


async def body(request: Request, limit: int) -> bytes:
    """The whole body. Raises TooLarge over `limit` bytes, without keeping them."""
    _refuse_length(request, limit)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


def bounded(request: Request, limit: int) -> Request:
    """The same request, whose reading raises TooLarge over `limit` bytes."""
    _refuse_length(request, limit)
    size, receive = 0, request.receive

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise _too_large(limit)
        return message

    bounded_receive: Receive = counted
    return Request(request.scope, bounded_receive)


def expect_type(request: Request, *wanted: str) -> None:
    """Raises WrongType for another content type than those."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent not in wanted:
        raise WrongType(f"Hãy gửi Content-Type: {wanted[0]}.")


def version_in(request: Request, *, required: bool = False) -> int | None:
    """The version in If-Match, None for none or "*". Raises Invalid, NoVersion."""
    header = request.headers.get("if-match")
    if header is None:
        if required:
            raise NoVersion('Thiếu If-Match: "số phiên bản" để không đè lên bản của người khác.')
        return None
    if header.strip() == "*":
        return None
    found = _ETAG.fullmatch(header)
    if found is None:
        raise Invalid.of("If-Match", 'If-Match phải là số phiên bản, ví dụ "3".')
    return int(found[1])


def article_id(text: str) -> int:
    """An id from the path. Raises NotFound for what no article can have."""
    if not text.isascii() or not text.isdigit() or not 0 < len(text) < 11 or not 0 < int(text) <= _MAX_ID:
        raise NotFound("Không có bài này.")
    return int(text)


def _refuse_length(request: Request, limit: int) -> None:
    length = request.headers.get("content-length", "")
    if length.isdigit() and len(length) < 20 and int(length) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"Gửi nhiều nhất {limit // 1_000_000} MB mỗi lần.")
