"""The front page for programs."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from services.ingest.accounts.bearer import actor
from services.ingest.front_page import store as frontpage
from services.ingest.kit.actors import Scope
from services.ingest.kit.json_input import Input, read_fields
from services.ingest.kit.requests import json_object
from shared.database import engine

router = APIRouter()


class PinnedInput(Input):
    pinned: Annotated[tuple[Annotated[int, Field(ge=1, lt=2**31)], ...], Field(max_length=frontpage.MAX_PINNED)]


@router.put("/api/front-page")
async def pin(request: Request) -> Response:
    """Set the articles that lead the front page, in order."""
    who = await actor(request, Scope.publish)
    fields = await json_object(request)
    version = await run_in_threadpool(
        lambda: frontpage.pin(engine("ingest"), read_fields(PinnedInput, fields).pinned, who)
    )
    return Response(orjson.dumps({"version": version}), media_type="application/json")
