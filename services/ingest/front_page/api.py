"""The front page for programs."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.ingest.accounts.bearer import Publisher
from services.ingest.front_page import store as frontpage
from services.ingest.kit.json_input import WHOLE, Input
from services.ingest.kit.requests import SentAs, json_answer, work

router = APIRouter(tags=["front-page"])


class PinnedInput(Input):
    pinned: Annotated[tuple[Annotated[int, Field(ge=1, lt=2**31), WHOLE], ...], Field(max_length=frontpage.MAX_PINNED)]


class PinnedAnswer(BaseModel):
    """The front page's new version."""

    version: int


@router.put("/api/front-page", response_model=PinnedAnswer)
async def pin(
    who: Publisher, sent: Annotated[PinnedInput, Depends(SentAs(PinnedInput, two={"pinned": [17, 4]}))]
) -> Response:
    """Set the articles that lead the front page, in order."""
    return json_answer({"version": await work(frontpage.pin, sent.pinned, who)})
