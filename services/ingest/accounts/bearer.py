"""Which program calls: the key in `Authorization: Bearer`."""

import time
from functools import partial
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer, SecurityScopes
from starlette.concurrency import run_in_threadpool

from services.ingest.accounts.store.keys import actor_of
from services.ingest.kit import still
from services.ingest.kit.actors import Actor, Scope
from services.ingest.kit.errors import Forbidden, Unauthorized
from shared.api.described import Part
from shared.database import engine

# A key that was revoked works this much longer at most.
KEY_SECONDS = 0.5
_recent: dict[str, tuple[float, Actor]] = {}
_SCHEME = HTTPBearer(
    scheme_name="key",
    bearerFormat="toasoan key",
    description="Made by `toasoan keys create NAME --scope SCOPE`, or at the desk. `publish` includes `draft`, which "
    "includes `read`.",
    auto_error=False,
)


class Key(Part):
    """Who calls: the first that every endpoint asks."""

    problems = (401, 403, 503)

    async def __call__(
        self, request: Request, scopes: SecurityScopes, _given: Annotated[object, Depends(_SCHEME)]
    ) -> Actor:
        return await actor(request, Scope(scopes.scopes[-1]))


_KEY = Key()
Reader = Annotated[Actor, Security(_KEY, scopes=[Scope.read])]
Writer = Annotated[Actor, Security(_KEY, scopes=[Scope.draft])]
Publisher = Annotated[Actor, Security(_KEY, scopes=[Scope.publish])]


async def actor(request: Request, scope: Scope) -> Actor:
    """Who calls. Raises Unauthorized, or Forbidden without the scope; before any of the body is read."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    key = key.strip() if kind.lower() == "bearer" else ""
    found = await _entitled(key, scope)
    still.again(request, partial(_entitled, key, scope))
    return found


async def _entitled(key: str, scope: Scope) -> Actor:
    """Raises Unauthorized, Forbidden."""
    found = await _known(key) if key else None
    if found is None:
        raise Unauthorized("Thiếu khóa API, hoặc khóa sai, hết hạn hay đã bị thu hồi.")
    if not found.may(scope):
        raise Forbidden(f"Khóa này không có quyền “{scope}”.")
    return found


async def _known(key: str) -> Actor | None:
    """Whose key it is. Looked up anew every KEY_SECONDS: a burst of calls costs one look."""
    now = time.monotonic()
    seen = _recent.get(key)
    if seen is not None and now - seen[0] < KEY_SECONDS:
        return seen[1]
    found = await run_in_threadpool(actor_of, engine("ingest"), key)
    if len(_recent) > 1000:
        _recent.clear()
    if found is not None:
        _recent[key] = (now, found)
    else:
        _recent.pop(key, None)
    return found
