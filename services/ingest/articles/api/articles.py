"""/api/articles: write, read, publish, take away, correct."""

from typing import Any

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from services.ingest.accounts.bearer import actor
from services.ingest.articles.input import ArticleInput, CorrectionInput, PublishInput, ReasonInput
from services.ingest.articles.store import articles, reading
from services.ingest.articles.versions import Saved
from services.ingest.kit.actors import Scope
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.requests import article_id, json_object, version_in
from shared.database import engine

router = APIRouter(prefix="/api/articles")
_WORD = "^[a-z0-9-]*$"


def answer(saved: Saved) -> Response:
    """What became of an article: 201 for a new one, 200 for any other."""
    members = {"id": saved.id, "version": saved.version, "status": saved.status, "url": saved.url}
    headers = {"ETag": f'"{saved.version}"', "Location": f"/api/articles/{saved.id}"}
    status = 201 if saved.result == "created" else 200
    return Response(orjson.dumps(members), status, headers, "application/json")


def _json(value: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), 200, headers, "application/json")


@router.post("")
async def create(request: Request) -> Response:
    """Make an article, or bring the one with this `external_id` up to date."""
    who = await actor(request, Scope.draft)
    fields = await json_object(request)
    return answer(
        await run_in_threadpool(lambda: articles.save_article(engine("ingest"), read_fields(ArticleInput, fields), who))
    )


@router.get("")
async def listed(
    request: Request,
    status: str = Query("", pattern=_WORD, max_length=16),
    section: str = Query("", pattern=_WORD, max_length=120),
    before: int | None = Query(None, ge=1, lt=2**31),
    limit: int = Query(50, ge=1, le=200),
) -> Response:
    """Articles, newest first: {"articles": […], "next": the `before` of the next page or null}."""
    await actor(request, Scope.read)
    found = await run_in_threadpool(
        lambda: reading.listed(engine("ingest"), status=status, section=section, before=before, limit=limit)
    )
    return _json({"articles": found, "next": found[-1]["id"] if len(found) == limit else None})


@router.get("/{id}")
async def read(request: Request, id: str) -> Response:
    """An article with its text, in any status. ETag is the version."""
    await actor(request, Scope.read)
    found = await run_in_threadpool(reading.article, engine("ingest"), article_id(id))
    etag = f'"{found["version"]}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return _json(found, {"ETag": etag})


@router.get("/{id}/revisions")
async def revisions(request: Request, id: str) -> Response:
    """Who made which version when."""
    await actor(request, Scope.read)
    return _json({"revisions": await run_in_threadpool(reading.history, engine("ingest"), article_id(id))})


@router.get("/{id}/revisions/{version}")
async def revision(request: Request, id: str, version: str) -> Response:
    """One version, whole."""
    await actor(request, Scope.read)
    return _json(await run_in_threadpool(reading.revision, engine("ingest"), article_id(id), article_id(version)))


@router.get("/{id}/public-copies")
async def public_copies(request: Request, id: str) -> Response:
    """All that readers could ever see of the article, with from–to times."""
    await actor(request, Scope.read)
    return _json({"copies": await run_in_threadpool(reading.public_copies, engine("ingest"), article_id(id))})


@router.put("/{id}")
async def change(request: Request, id: str) -> Response:
    """Give an article new content; `If-Match` says which version was read."""
    who = await actor(request, Scope.draft)
    version = version_in(request, required=True)
    fields = await json_object(request)

    def work() -> Saved:
        sent = read_fields(ArticleInput, fields)
        return articles.replace_article(engine("ingest"), article_id(id), sent, who, version)

    return answer(await run_in_threadpool(work))


@router.post("/{id}/publish")
async def publish(request: Request, id: str) -> Response:
    """Publish now, or at `published_at`."""
    who = await actor(request, Scope.publish)
    version = version_in(request)
    fields = await json_object(request, optional=True)

    def work() -> Saved:
        at = read_fields(PublishInput, fields).published_at
        return articles.publish(engine("ingest"), article_id(id), who, at=at, if_version=version)

    return answer(await run_in_threadpool(work))


@router.post("/{id}/unpublish")
async def unpublish(request: Request, id: str) -> Response:
    """Take an article from readers; it can be published again."""
    who = await actor(request, Scope.publish)
    version = version_in(request)
    return answer(
        await run_in_threadpool(lambda: articles.unpublish(engine("ingest"), article_id(id), who, if_version=version))
    )


@router.post("/{id}/withdraw")
async def withdraw(request: Request, id: str) -> Response:
    """Take an article from readers for good, with a reason."""
    who = await actor(request, Scope.publish)
    version = version_in(request)
    fields = await json_object(request)

    def work() -> Saved:
        reason = read_fields(ReasonInput, fields).reason
        return articles.withdraw(engine("ingest"), article_id(id), reason, who, if_version=version)

    return answer(await run_in_threadpool(work))


@router.post("/{id}/correct")
async def correct(request: Request, id: str) -> Response:
    """Add a public correction, and change what was wrong."""
    who = await actor(request, Scope.publish)
    version = version_in(request)
    fields = await json_object(request)

    def work() -> Saved:
        sent = read_fields(CorrectionInput, fields)
        return articles.correct(engine("ingest"), article_id(id), sent, who, if_version=version)

    return answer(await run_in_threadpool(work))
