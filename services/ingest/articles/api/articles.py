"""/api/articles: write, read, publish, take away, correct."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Header, Path, Query
from fastapi.responses import Response

from services.ingest.accounts.bearer import Publisher, Reader, Writer
from services.ingest.articles.api.answers import (
    ArticleAnswer,
    ArticlesAnswer,
    PublicCopiesAnswer,
    RevisionAnswer,
    RevisionsAnswer,
    SavedAnswer,
)
from services.ingest.articles.input import ArticleInput, CorrectionInput, PublishInput, ReasonInput
from services.ingest.articles.store import articles, reading
from services.ingest.articles.versions import Saved
from services.ingest.kit.errors import Invalid
from services.ingest.kit.requests import ID, IfMatch, NeededIfMatch, OfArticle, SentAs, json_answer, number_in, work
from shared.api.problems import ETAG, answer, header
from shared.contracts.articles import ArticleState
from shared.records import as_dict

router = APIRouter(prefix="/api/articles", tags=["articles"])
_WORD = "^[a-z0-9-]*$"
_STATUSES = get_args(ArticleState.model_fields["status"].annotation)
_STORY = {
    "external_id": "ttx-2026-03-02-017",
    "title": "Chợ nổi Cái Răng nhóm họp từ tờ mờ sáng",
    "summary": "Thương hồ các tỉnh về đông hơn ngày thường.",
    "body": "<p>Từ 4 giờ sáng, ghe thuyền đã đậu kín một khúc sông.</p>",
    "section": "Kinh tế",
    "tags": ["chợ nổi", "Cần Thơ"],
    "byline": "Tin, ảnh: Quang Long",
    "status": "published",
}
_CORRECTION = {
    "notice": "Bản trước ghi sai tên sông; tên đúng là sông Cần Thơ.",
    "wrong": "sông Hậu",
    "right": "sông Cần Thơ",
}
_LINKS = {
    name: {"operationId": f"articles_{name}", "parameters": {"id": "$response.body#/id"}}
    for name in ("read", "publish", "unpublish", "withdraw", "correct", "revisions", "public_copies")
}
_SAVED: dict[str, Any] = {
    "headers": {**ETAG, "Location": header("The article's address in this API.", examples=["/api/articles/17"])},
    "links": _LINKS,
}
_CHANGED: dict[int | str, dict[str, Any]] = {200: _SAVED, 409: answer(409)}
SentArticle = Annotated[ArticleInput, Depends(SentAs(ArticleInput, story=_STORY))]


def saved_answer(saved: Saved) -> Response:
    """What became of an article: 201 for a new one, 200 for any other."""
    members = {"id": saved.id, "version": saved.version, "status": saved.status, "url": saved.url}
    headers = {"ETag": f'"{saved.version}"', "Location": f"/api/articles/{saved.id}"}
    status = 201 if saved.result == "created" else 200
    return json_answer(members, status, headers)


@router.post(
    "",
    status_code=201,
    response_model=SavedAnswer,
    responses={
        201: {**_SAVED, "description": "A new article."},
        200: {**_SAVED, "model": SavedAnswer, "description": "One with this `external_id` was here already."},
        409: answer(409),
    },
)
async def create(who: Writer, sent: SentArticle) -> Response:
    """Make an article, or bring the one with this `external_id` up to date. A key that may publish approves what it
    sends as `approved`, `scheduled` or `published`; one that may only write gets 403 for these."""
    return saved_answer(await work(articles.save_article, sent, who))


@router.get("", response_model=ArticlesAnswer)
async def listed(
    _who: Reader,
    status: Annotated[
        str, Query(pattern=_WORD, max_length=16, description=f"One of {', '.join(_STATUSES)}; all without it.")
    ] = "",
    section: Annotated[str, Query(pattern=_WORD, max_length=120, description="Its slug.")] = "",
    before: Annotated[int | None, Query(ge=1, lt=2**31, description="Only articles with lower ids.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Articles, newest first."""
    if status and status not in _STATUSES:
        # Nothing found would look like nothing there.
        raise Invalid.of("status", f"Không có trạng thái này; chỉ nhận {', '.join(_STATUSES)}.")
    found = await work(reading.listed, status=status, section=section, before=before, limit=limit)
    return json_answer(
        {"articles": [as_dict(one) for one in found], "next": found[-1].id if len(found) == limit else None}
    )


@router.get(
    "/{id}",
    response_model=ArticleAnswer,
    responses={200: {"headers": ETAG}, 304: {"description": "It is the version of If-None-Match.", "headers": ETAG}},
)
async def read(
    _who: Reader,
    id: OfArticle,
    if_none_match: Annotated[str | None, Header(description="The ETag of what one has already.")] = None,
) -> Response:
    """An article with its text, in any status; of a published one what readers see. ETag is the version; `approval` is
    who approved what it says, or null."""
    found = await work(reading.article, id)
    etag = f'"{found["version"]}"'
    if if_none_match == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return json_answer(found, headers={"ETag": etag})


@router.get("/{id}/revisions", response_model=RevisionsAnswer)
async def revisions(_who: Reader, id: OfArticle) -> Response:
    """Who made which version when."""
    return json_answer({"revisions": [as_dict(one) for one in await work(reading.history, id)]})


@router.get("/{id}/revisions/{version}", response_model=RevisionAnswer)
async def revision(_who: Reader, id: OfArticle, version: Annotated[str, ID, Path()]) -> Response:
    """One version, whole."""
    return json_answer(await work(reading.revision, id, number_in(version, "Không có phiên bản này.")))


@router.get("/{id}/public-copies", response_model=PublicCopiesAnswer)
async def public_copies(_who: Reader, id: OfArticle) -> Response:
    """All that readers could ever see of the article, with from–to times."""
    return json_answer({"copies": await work(reading.public_copies, id)})


@router.put("/{id}", response_model=SavedAnswer, responses=_CHANGED)
async def change(who: Writer, id: OfArticle, version: NeededIfMatch, sent: SentArticle) -> Response:
    """Give an article new content; `If-Match` says which version was read. A change of what readers would see ends an
    approval; an approved article then waits for the next one."""
    return saved_answer(await work(articles.replace_article, id, sent, who, version))


@router.post("/{id}/publish", response_model=SavedAnswer, responses=_CHANGED)
async def publish(
    who: Publisher,
    id: OfArticle,
    version: IfMatch,
    sent: Annotated[PublishInput, Depends(SentAs(PublishInput, optional=True, now={}))],
) -> Response:
    """Publish now, or at `published_at`. Without an approval of this version the call is one, by a key that may."""
    return saved_answer(await work(articles.publish, id, who, at=sent.published_at, if_version=version))


@router.post("/{id}/unpublish", response_model=SavedAnswer, responses=_CHANGED)
async def unpublish(who: Publisher, id: OfArticle, version: IfMatch) -> Response:
    """Take an article from readers; it can be published again."""
    return saved_answer(await work(articles.unpublish, id, who, if_version=version))


@router.post("/{id}/withdraw", response_model=SavedAnswer, responses=_CHANGED)
async def withdraw(
    who: Publisher,
    id: OfArticle,
    version: IfMatch,
    sent: Annotated[ReasonInput, Depends(SentAs(ReasonInput, reason={"reason": "Nguồn tin rút lại"}))],
) -> Response:
    """Take an article from readers for good, with a reason."""
    return saved_answer(await work(articles.withdraw, id, sent.reason, who, if_version=version))


@router.post("/{id}/correct", response_model=SavedAnswer, responses=_CHANGED)
async def correct(
    who: Publisher,
    id: OfArticle,
    version: IfMatch,
    sent: Annotated[CorrectionInput, Depends(SentAs(CorrectionInput, river=_CORRECTION))],
) -> Response:
    """Add a public correction, and change what was wrong."""
    return saved_answer(await work(articles.correct, id, sent, who, if_version=version))
