"""/api/articles: write, read, publish, take away, correct."""

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.ingest.accounts.bearer import actor
from services.ingest.articles.input import ArticleInput, CorrectionInput, PublishInput, ReasonInput
from services.ingest.articles.store import articles, reading
from services.ingest.articles.versions import Saved
from services.ingest.kit.actors import Scope
from services.ingest.kit.requests import article_id, json_answer, number_in, sent_as, version_in, work

router = APIRouter(prefix="/api/articles")
_WORD = "^[a-z0-9-]*$"


def answer(saved: Saved) -> Response:
    """What became of an article: 201 for a new one, 200 for any other."""
    members = {"id": saved.id, "version": saved.version, "status": saved.status, "url": saved.url}
    headers = {"ETag": f'"{saved.version}"', "Location": f"/api/articles/{saved.id}"}
    status = 201 if saved.result == "created" else 200
    return json_answer(members, status, headers)


@router.post("")
async def create(request: Request) -> Response:
    """Make an article, or bring the one with this `external_id` up to date. A key that may publish approves what it
    sends as `approved`, `scheduled` or `published`; one that may only write gets 403 for these."""
    who = await actor(request, Scope.draft)
    return answer(await work(articles.save_article, await sent_as(request, ArticleInput), who))


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
    found = await work(reading.listed, status=status, section=section, before=before, limit=limit)
    return json_answer({"articles": found, "next": found[-1]["id"] if len(found) == limit else None})


@router.get("/{id}")
async def read(request: Request, id: str) -> Response:
    """An article with its text, in any status. ETag is the version; `approval` is `{version, at, by}` of who approved
    what it says, or null."""
    await actor(request, Scope.read)
    found = await work(reading.article, article_id(id))
    etag = f'"{found["version"]}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return json_answer(found, headers={"ETag": etag})


@router.get("/{id}/revisions")
async def revisions(request: Request, id: str) -> Response:
    """Who made which version when."""
    await actor(request, Scope.read)
    return json_answer({"revisions": await work(reading.history, article_id(id))})


@router.get("/{id}/revisions/{version}")
async def revision(request: Request, id: str, version: str) -> Response:
    """One version, whole."""
    await actor(request, Scope.read)
    return json_answer(await work(reading.revision, article_id(id), number_in(version, "Không có phiên bản này.")))


@router.get("/{id}/public-copies")
async def public_copies(request: Request, id: str) -> Response:
    """All that readers could ever see of the article, with from–to times."""
    await actor(request, Scope.read)
    return json_answer({"copies": await work(reading.public_copies, article_id(id))})


@router.put("/{id}")
async def change(request: Request, id: str) -> Response:
    """Give an article new content; `If-Match` says which version was read. A change of what readers would see ends an
    approval; an approved article then waits for the next one."""
    who = await actor(request, Scope.draft)
    version = version_in(request, required=True)
    sent = await sent_as(request, ArticleInput)
    return answer(await work(articles.replace_article, article_id(id), sent, who, version))


@router.post("/{id}/publish")
async def publish(request: Request, id: str) -> Response:
    """Publish now, or at `published_at`. Without an approval of this version the call is one, by a key that may."""
    who = await actor(request, Scope.publish)
    version = version_in(request)
    sent = await sent_as(request, PublishInput, optional=True)
    return answer(await work(articles.publish, article_id(id), who, at=sent.published_at, if_version=version))


@router.post("/{id}/unpublish")
async def unpublish(request: Request, id: str) -> Response:
    """Take an article from readers; it can be published again."""
    who = await actor(request, Scope.publish)
    version = version_in(request)
    return answer(await work(articles.unpublish, article_id(id), who, if_version=version))


@router.post("/{id}/withdraw")
async def withdraw(request: Request, id: str) -> Response:
    """Take an article from readers for good, with a reason."""
    who = await actor(request, Scope.publish)
    version = version_in(request)
    sent = await sent_as(request, ReasonInput)
    return answer(await work(articles.withdraw, article_id(id), sent.reason, who, if_version=version))


@router.post("/{id}/correct")
async def correct(request: Request, id: str) -> Response:
    """Add a public correction, and change what was wrong."""
    who = await actor(request, Scope.publish)
    version = version_in(request)
    sent = await sent_as(request, CorrectionInput)
    return answer(await work(articles.correct, article_id(id), sent, who, if_version=version))
