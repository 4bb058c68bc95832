"""What the API's endpoints share: how much may be sent, as what it is read, which version is meant, the answer.

What an endpoint takes it names by a `Part`, which reads it and says so in the API's document."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

import orjson
from fastapi import Depends, Header, Path, Request
from fastapi.responses import Response
from pydantic import WithJsonSchema
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive

from services.ingest.kit.errors import Invalid, NotFound, NoVersion, TooLarge, WrongType
from services.ingest.kit.json_input import Input, M, read_fields, read_json
from shared.api.described import BodyTaken, Part
from shared.database import engine

# Room for a whole article with every field at its limit; what is longer is no article.
MAX_REQUEST_BYTES = 16_000_000
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_ETAG = re.compile(r'\s*(?:W/)?("?)([0-9]{1,18})\1\s*')
_LONG_BYTES = 20_000
T = TypeVar("T")
P = ParamSpec("P")
# Ids are SQL integers.
_MAX_ID = 2**31 - 1
ID = WithJsonSchema({"type": "integer", "minimum": 1, "maximum": _MAX_ID})
"""How the document shows an id; it comes as a text, so that a wrong one is answered as what is not there."""
_IF_MATCH = WithJsonSchema(
    {
        "type": "string",
        "pattern": r'^("[0-9]{1,18}"|\*)$',
        "description": "The version that was read, as ETag gave it; * for any.",
        "examples": ['"3"'],
    }
)


async def work(function: Callable[Concatenate[Engine, P], T], *given: P.args, **named: P.kwargs) -> T:
    """A store's function on ingest's engine, in a thread."""
    return await run_in_threadpool(function, engine("ingest"), *given, **named)


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`value` as JSON."""
    return Response(orjson.dumps(value, option=orjson.OPT_UTC_Z), status, headers, "application/json")


async def sent_as(request: Request, model: type[M], *, optional: bool = False) -> M:
    """The JSON object in the body as `model`; an empty one when it is optional and there is none.

    Raises WrongType, Refused as `read_fields` does.
    """
    return await _read(await _json_in(request, optional), lambda raw: read_fields(model, read_json(raw)))


class SentAs(Part):
    """The JSON object in the body as a model; examples stand in the document."""

    problems = (413, 415, 422)

    def __init__(self, model: type[Input], *, optional: bool = False, **examples: Any) -> None:
        self.sent = BodyTaken({"application/json": model}, MAX_REQUEST_BYTES, not optional, examples)
        self._model, self._optional = model, optional

    async def __call__(self, request: Request) -> Input:
        return await sent_as(request, self._model, optional=self._optional)


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body. Raises WrongType, TooLarge, Invalid."""
    return await _read(await _json_in(request), read_json)


async def _json_in(request: Request, optional: bool = False) -> bytes:
    if not optional:
        expect_type(request, "application/json")
    raw = await body(request, MAX_REQUEST_BYTES)
    if optional and not raw.strip():
        return b"{}"
    expect_type(request, "application/json")
    return raw


async def _read(raw: bytes, read: Callable[[bytes], T]) -> T:
    """What is long is read in a thread, so that it does not hold other requests up."""
    return await run_in_threadpool(read, raw) if len(raw) > _LONG_BYTES else read(raw)


async def body(request: Request, limit: int) -> bytes:
    """The whole body. Raises TooLarge over `limit` bytes, without keeping them."""
    _refuse_length(request, limit)
    parts, size = [], 0
    async for part in stream(request):
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


async def stream(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes. Raises WrongType for a form: whoever looked for its token has read it."""
    if content_type(request) in FORMS:
        raise WrongType("Hãy gửi Content-Type: application/octet-stream.")
    async for part in request.stream():
        yield part


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
    if content_type(request) not in wanted:
        raise WrongType(f"Hãy gửi Content-Type: {wanted[0]}.")


def content_type(request: Request) -> str:
    """Without parameters, in small letters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


class VersionRead(Part):
    """The version in If-Match, None for none or "*". Raises Invalid, NoVersion."""

    problems: tuple[int, ...] = (412, 422)

    def __init__(self, *, required: bool = False) -> None:
        if required:
            self.needed, self.problems = ("If-Match",), (*self.problems, 428)

    async def __call__(self, if_match: Annotated[str | None, _IF_MATCH, Header(alias="If-Match")] = None) -> int | None:
        if if_match is None:
            if self.needed:
                raise NoVersion('Thiếu If-Match: "số phiên bản" để không đè lên bản của người khác.')
            return None
        if if_match.strip() == "*":
            return None
        found = _ETAG.fullmatch(if_match)
        if found is None:
            raise Invalid.of("If-Match", 'If-Match phải là số phiên bản, ví dụ "3".')
        return int(found[2])


class ArticleId(Part):
    """The article's id in the path. Raises NotFound for what no article can have."""

    problems = (404,)

    async def __call__(self, id: Annotated[str, ID, Path()]) -> int:
        return article_id(id)


IfMatch = Annotated[int | None, Depends(VersionRead())]
NeededIfMatch = Annotated[int | None, Depends(VersionRead(required=True))]
OfArticle = Annotated[int, Depends(ArticleId())]


def article_id(text: str) -> int:
    """An article's id from the path. Raises NotFound for what no article can have."""
    return number_in(text, "Không có bài này.")


def number_in(text: str, missing: str) -> int:
    """An id or a version from the path. Raises NotFound with the sentence `missing` for what can be neither."""
    if not text.isascii() or not text.isdigit() or not 0 < len(text) < 11 or not 0 < int(text) <= _MAX_ID:
        raise NotFound(missing)
    return int(text)


def _refuse_length(request: Request, limit: int) -> None:
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and len(length) < 20 and int(length) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"Gửi nhiều nhất {limit // 1_000_000} MB mỗi lần.")
