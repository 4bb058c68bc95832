"""POST /api/articles:batch: NDJSON in, one article a line; one result a line out, streamed.

Lines are worked on while the rest is still on its way, and results go out while lines come in; results wait in
memory for a client that sends everything before it reads, so that neither side waits for the other.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from services.ingest.accounts.bearer import Writer
from services.ingest.articles.api.answers import RefusedLine, SavedLine
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store.articles import save_article
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Refused, TooLarge
from services.ingest.kit.json_input import read_fields, read_json
from services.ingest.kit.problems import content, members_of
from services.ingest.kit.requests import expect_type
from shared.api.described import BodyTaken, Part
from shared.database import engine
from shared.telemetry import log

MAX_LINE_BYTES = 4_000_000
_LINES_AT_ONCE = 20

router = APIRouter(tags=["articles"])
Numbered = tuple[int, bytes | None]
"""A line and its number from 1; None for one that is too long."""


class Lines(Part):
    """The lines of the body as they come, but the blank ones."""

    problems = (415,)
    lines = (SavedLine, RefusedLine)

    def __init__(self) -> None:
        kinds = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json")
        self.sent = BodyTaken({kind: {"x-lines": [ArticleInput]} for kind in kinds}, MAX_LINE_BYTES)

    async def __call__(self, request: Request) -> AsyncIterator[Numbered]:
        assert self.sent
        expect_type(request, *self.sent.content)
        return _lines(request)


class _Duplex(StreamingResponse):
    """An answer that is sent while the request is still read: Starlette's own waits for a disconnect by reading
    the request, and would take lines away."""

    media_type = "application/x-ndjson"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.stream_response(send)


@router.post("/api/articles:batch", response_class=_Duplex)
async def batch(who: Writer, sent: Annotated[AsyncIterator[Numbered], Depends(Lines())]) -> StreamingResponse:
    """Many articles, one a line (NDJSON) and each as in `POST /api/articles`; one result a line comes back while the
    rest is on its way. What is wrong with one line ends no other."""
    results: asyncio.Queue[bytes | None] = asyncio.Queue()
    reader = asyncio.create_task(_work(sent, who, results))

    async def lines() -> AsyncIterator[bytes]:
        try:
            while (part := await results.get()) is not None:
                yield part
        finally:
            reader.cancel()
            with suppress(asyncio.CancelledError):
                await reader

    return _Duplex(lines())


async def _work(sent: AsyncIterator[Numbered], who: Actor, results: "asyncio.Queue[bytes | None]") -> None:
    try:
        waiting: list[Numbered] = []
        async for numbered in sent:
            waiting.append(numbered)
            if len(waiting) >= _LINES_AT_ONCE:
                await results.put(await run_in_threadpool(_save_all, waiting, who))
                waiting = []
        if waiting:
            await results.put(await run_in_threadpool(_save_all, waiting, who))
    except ClientDisconnect:
        log.info("batch cut off by its sender")
    except Exception:
        log.exception("batch failed")
    finally:
        await results.put(None)


async def _lines(request: Request) -> AsyncIterator[Numbered]:
    number, held, too_long = 1, bytearray(), False
    async for part in request.stream():
        *ended, rest = part.split(b"\n")
        for piece in ended:
            line = bytes(held) + piece
            if too_long or len(line) > MAX_LINE_BYTES:
                yield number, None
            elif line.strip():
                yield number, line
            number, held, too_long = number + 1, bytearray(), False
        held += rest
        if len(held) > MAX_LINE_BYTES:
            held, too_long = bytearray(), True
    if too_long:
        yield number, None
    elif held.strip():
        yield number, bytes(held)


def _save_all(lines: list[Numbered], who: Actor) -> bytes:
    return b"".join(orjson.dumps(_save(number, line, who)) + b"\n" for number, line in lines)


def _save(number: int, line: bytes | None, who: Actor) -> dict[str, Any]:
    try:
        if line is None:
            raise TooLarge(f"Dòng dài quá {MAX_LINE_BYTES // 1_000_000} MB.")
        sent = read_fields(ArticleInput, read_json(line))
        saved = save_article(engine("ingest"), sent, who, bulk=True)
    except Refused as refused:
        return {"line": number, "problem": content(refused)}
    except DBAPIError as error:
        log.error("batch line not stored", line=number, error=repr(error)[:300])
        detail = "Kho dữ liệu đang bận hoặc tạm ngừng; hãy gửi lại dòng này."
        return {"line": number, "problem": members_of(503, detail)}
    return {
        "line": number,
        "id": saved.id,
        "version": saved.version,
        "status": saved.status,
        "url": saved.url,
        "result": saved.result,
    }
