"""The front page for programs."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from services.ingest.accounts.bearer import actor
from services.ingest.front_page import store as frontpage
from services.ingest.kit.actors import Scope
from services.ingest.kit.json_input import Input
from services.ingest.kit.requests import json_answer, sent_as, work

router = APIRouter()


class PinnedInput(Input):
    pinned: Annotated[tuple[Annotated[int, Field(ge=1, lt=2**31)], ...], Field(max_length=frontpage.MAX_PINNED)]


@router.put("/api/front-page")
async def pin(request: Request) -> Response:
    """Set the articles that lead the front page, in order."""
    who = await actor(request, Scope.publish)
    sent = await sent_as(request, PinnedInput)
    return json_answer({"version": await work(frontpage.pin, sent.pinned, who)})
