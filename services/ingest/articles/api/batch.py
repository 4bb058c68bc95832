"""POST /api/articles:batch: NDJSON in, one article a line; one result a line out, streamed.

Each result goes out while the next line is worked on, but none before the last line is here: nginx sends no more of a
request whose answer has begun (`ngx_http_upstream_send_request_handler`), and both sides would wait for ever. Until
then the lines lie in memory, or in a file without a name when there are many.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from itertools import count
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from services.ingest.accounts.bearer import Writer
from services.ingest.articles.api.answers import RefusedLine, SavedLine
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store.articles import save_article
from services.ingest.kit import handed_in
from services.ingest.kit.actors import Actor
from services.ingest.kit.errors import Busy, Refused, TooLarge
from services.ingest.kit.json_input import read_fields, read_json
from services.ingest.kit.problems import content, members_of
from services.ingest.kit.requests import bounded, expect_type
from shared.api.described import BodyTaken, Part
from shared.database import engine
from shared.telemetry import log

MAX_BYTES = 500_000_000
MAX_LINE_BYTES = 4_000_000
_AT_ONCE = 2
"""Of one sender in a process: so much disk a key may take."""
_IN_MEMORY_BYTES = 1_000_000

router = APIRouter(tags=["articles"])
Body = SpooledTemporaryFile[bytes]
_sending: Counter[str] = Counter()


class Lines(Part):
    """The body, when all of it has come. Raises WrongType, TooLarge, Busy."""

    problems = (413, 415)
    lines = (SavedLine, RefusedLine)

    def __init__(self) -> None:
        kinds = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json")
        self.sent = BodyTaken({kind: {"x-lines": [ArticleInput]} for kind in kinds}, MAX_LINE_BYTES)

    async def __call__(self, request: Request, who: Writer) -> AsyncIterator[Body]:
        assert self.sent
        expect_type(request, *self.sent.content)
        if _sending[who.name] >= _AT_ONCE:
            raise Busy("Khóa này đang gửi những lô khác; hãy đợi chúng xong rồi gửi tiếp.")
        _sending[who.name] += 1
        try:
            with SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=str(handed_in.folder())) as body:
                async for part in bounded(request, MAX_BYTES).stream():
                    await run_in_threadpool(body.write, part)
                body.seek(0)
                yield body
        finally:
            _sending[who.name] -= 1


class _Results(StreamingResponse):
    media_type = "application/x-ndjson"


@router.post("/api/articles:batch", response_class=_Results)
async def batch(who: Writer, sent: Annotated[Body, Depends(Lines())]) -> StreamingResponse:
    """Many articles, one a line (NDJSON) and each as in `POST /api/articles`; when all have come, one result a line
    goes back as it is made. What is wrong with one line ends no other."""
    results = (orjson.dumps(_save(number, line, who)) + b"\n" for number, line in _lines(sent))
    return _Results(results)


def _lines(body: Body) -> Iterator[tuple[int, bytes | None]]:
    """Lines and their numbers from 1, without the blank ones; None for one that is too long."""
    for number in count(1):
        line = body.readline(MAX_LINE_BYTES + 1)
        if not line:
            return
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            while (rest := body.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        elif line.strip():
            yield number, line


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
