"""Pictures and films at ingest's own address, before readers have them: for those of the desk who may see what shows
them, and for programs that may read drafts."""

from fastapi import Request
from sqlalchemy import ColumnElement
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from services.ingest.accounts.bearer import actor
from services.ingest.articles.store import pictures
from services.ingest.desk_kit.session import Needs, NotSignedIn, PasswordWanted
from services.ingest.kit.actors import Scope
from services.ingest.kit.errors import Unauthorized
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from services.ingest.media import store as media
from shared.database import engine

# Who may see it can change: the browser asks each time, and gets a 304.
_KEEPING = {"cache-control": "private, no-cache"}
_NEEDS = Needs(Action.media_read)


async def may_have(request: Request, name: str) -> dict[str, str] | Response:
    """For shared.media_files.MediaFiles. Raises Unauthorized, Forbidden, NotFound."""
    await run_in_threadpool(media.of_name, engine("ingest"), name, await _seen(request))
    return _KEEPING


async def _seen(request: Request) -> ColumnElement[bool] | None:
    if "authorization" in request.headers:
        await actor(request, Scope.read)
        return None
    try:
        return pictures.visible(seen_by(await _NEEDS(request)))
    except (NotSignedIn, PasswordWanted) as refused:
        raise Unauthorized(refused.detail) from None
