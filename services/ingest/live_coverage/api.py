"""/api/articles/{id}/live-entries: the entries of a live coverage, and its end."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field

from services.ingest.accounts.bearer import Publisher, Reader, Writer
from services.ingest.articles.api.answers import SavedAnswer
from services.ingest.articles.input import ReasonInput
from services.ingest.articles.store import reading as articles
from services.ingest.kit.requests import ID, IfMatch, NeededIfMatch, OfArticle, SentAs, json_answer, number_in, work
from services.ingest.live_coverage.input import LiveEntryInput, NewLiveEntryInput
from services.ingest.live_coverage.store import ending, entries, reading
from services.ingest.live_coverage.store.entries import SavedEntry
from shared.api.problems import ETAG, answer
from shared.contracts.articles import Image

router = APIRouter(prefix="/api/articles/{id}", tags=["live coverage"])
_ENTRY = {
    "external_id": "tran-chung-ket-45",
    "title": "Hết hiệp một",
    "body": "<p>Hai đội vào nghỉ với tỷ số 1 - 0.</p>",
    "byline": "Quang Long",
    "key_event": True,
    "status": "published",
}
_CHANGED = {"body": "<p>Hai đội vào nghỉ với tỷ số 1 - 1.</p>", "correction": "Bản trước ghi sai tỷ số."}
_SAVED: dict[int | str, dict[str, Any]] = {200: {"headers": ETAG}, 409: answer(409)}
EntryId = Annotated[str, ID, Path()]


class LiveEntryAnswer(BaseModel):
    """An entry; it can be changed and sent back with PUT."""

    id: int
    article_id: int
    version: int
    status: Literal["draft", "published", "withdrawn"]
    external_id: str | None
    title: str
    body: str = Field(description="Sanitised HTML.")
    body_format: Literal["html"]
    byline: str
    images: list[Image]
    pinned: bool
    key_event: bool
    correction: str
    published_at: AwareDatetime | None
    created_by: str
    created_at: AwareDatetime
    updated_at: AwareDatetime


class LiveEntriesAnswer(BaseModel):
    """The newest first."""

    entries: list[LiveEntryAnswer]


class SavedLiveEntryAnswer(BaseModel):
    """What became of an entry."""

    id: int
    version: int
    status: Literal["draft", "published", "withdrawn"]


def _answer(saved: SavedEntry) -> Response:
    members = {"id": saved.id, "version": saved.version, "status": saved.status}
    return json_answer(members, 201 if saved.result == "created" else 200, {"ETag": f'"{saved.version}"'})


def _number(text: str) -> int:
    return number_in(text, "Không có cập nhật này.")


@router.get("/live-entries", response_model=LiveEntriesAnswer)
async def listed(_who: Reader, id: OfArticle) -> Response:
    """All entries of a live coverage, those too that readers do not see."""
    await work(articles.row_of, id)
    return json_answer({"entries": await work(reading.listed, id)})


@router.post(
    "/live-entries",
    status_code=201,
    response_model=SavedLiveEntryAnswer,
    responses={201: {"headers": ETAG}, 200: {"headers": ETAG, "model": SavedLiveEntryAnswer}, 409: answer(409)},
)
async def write(
    who: Writer, id: OfArticle, sent: Annotated[NewLiveEntryInput, Depends(SentAs(NewLiveEntryInput, half=_ENTRY))]
) -> Response:
    """Write an entry of an article that is `live`. The same `external_id` again brings that entry up to date, 200; the
    same words again change nothing."""
    return _answer(await work(entries.write, id, sent, who))


@router.put("/live-entries/{entry}", response_model=SavedLiveEntryAnswer, responses=_SAVED)
async def change(
    who: Writer,
    id: OfArticle,
    entry: EntryId,
    version: NeededIfMatch,
    sent: Annotated[LiveEntryInput, Depends(SentAs(LiveEntryInput, score=_CHANGED))],
) -> Response:
    """Give an entry new words. Readers of a public one see them at once, with `correction` if it says anything."""
    return _answer(await work(entries.change, id, _number(entry), sent, who, version))


@router.post("/live-entries/{entry}/publish", response_model=SavedLiveEntryAnswer, responses=_SAVED)
async def publish(who: Publisher, id: OfArticle, entry: EntryId, version: IfMatch) -> Response:
    """Show an entry to readers."""
    return _answer(await work(entries.publish, id, _number(entry), who, version))


@router.post("/live-entries/{entry}/withdraw", response_model=SavedLiveEntryAnswer, responses=_SAVED)
async def withdraw(
    who: Publisher,
    id: OfArticle,
    entry: EntryId,
    sent: Annotated[ReasonInput, Depends(SentAs(ReasonInput, reason={"reason": "Nguồn tin rút lại"}))],
) -> Response:
    """Take an entry from readers for good, with a reason."""
    return _answer(await work(entries.withdraw, id, _number(entry), sent.reason, who))


@router.post("/live-close", response_model=SavedAnswer, responses=_SAVED)
async def close(who: Publisher, id: OfArticle, version: IfMatch) -> Response:
    """End the coverage: it becomes an ordinary article, whose body has its public entries in their order."""
    saved = await work(ending.close, id, who, version)
    members = {"id": saved.id, "version": saved.version, "status": saved.status, "url": saved.url}
    return json_answer(members, headers={"ETag": f'"{saved.version}"'})
