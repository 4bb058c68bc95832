"""Story blocks for programs: the kinds that there are, and an article's body as a list of them."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Engine

from services.ingest.accounts.bearer import Reader
from services.ingest.articles.api.answers import BlocksAnswer, KindsAnswer
from services.ingest.articles.blocks import blocks_of
from services.ingest.articles.store import reading
from services.ingest.kit.requests import OfArticle, json_answer, work
from shared.api.problems import ETAG
from shared.blocks import registry

router = APIRouter(tags=["articles"])


@router.get("/api/blocks", response_model=KindsAnswer)
async def kinds(_who: Reader) -> Response:
    """The kinds of story blocks, each with the schema of its fields."""
    found = [
        {"kind": name, "v": kind.VERSION, "label": kind.LABEL, "fields": registry.schema(kind)}
        for name, kind in registry.kinds().items()
    ]
    return json_answer({"kinds": found})


@router.get("/api/articles/{id}/blocks", response_model=BlocksAnswer, responses={200: {"headers": ETAG}})
async def of_article(_who: Reader, id: OfArticle) -> Response:
    """The body of an article as a list of blocks, as `body_format: "blocks"` takes it."""
    found = await work(_as_blocks, id)
    return json_answer(found, headers={"ETag": f'"{found["version"]}"'})


def _as_blocks(engine: Engine, article_id: int) -> dict[str, Any]:
    found = reading.article(engine, article_id)
    return {"version": found["version"], "body_format": "blocks", "body": blocks_of(found["body"])}
