"""Sections and the front page."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from services.ingest.api.requests import actor, article_id, json_object
from services.ingest.article_input import read_fields
from services.ingest.store import frontpage, sections
from services.ingest.store.actors import Scope
from shared.database import engine
from shared.vietnamese.text import one_line

router = APIRouter()


class SectionInput(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Annotated[
        str,
        Field(min_length=1, max_length=100),
        BeforeValidator(lambda value: one_line(value) if isinstance(value, str) else value),
    ]
    parent: Annotated[str, Field(max_length=120)] = ""
    position: Annotated[int, Field(ge=0, le=10_000)] = 0


class PinnedInput(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    pinned: Annotated[tuple[Annotated[int, Field(ge=1, lt=2**31)], ...], Field(max_length=frontpage.MAX_PINNED)]


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


@router.get("/api/sections")
async def listed(request: Request) -> Response:
    """{"sections": [{"id", "version", "slug", "name", "parent", "position"}]}."""
    await actor(request, Scope.read)
    return _json({"sections": await run_in_threadpool(sections.listed, engine("ingest"))})


@router.post("/api/sections")
async def create(request: Request) -> Response:
    """Make a section from its name."""
    return await _save(request, None)


@router.put("/api/sections/{id}")
async def change(request: Request, id: str) -> Response:
    """Rename, move or reorder a section; its slug stays."""
    return await _save(request, id)


@router.put("/api/front-page")
async def pin(request: Request) -> Response:
    """Set the articles that lead the front page, in order."""
    who = await actor(request, Scope.publish)
    fields = await json_object(request)
    version = await run_in_threadpool(
        lambda: frontpage.pin(engine("ingest"), read_fields(PinnedInput, fields).pinned, who)
    )
    return _json({"version": version})


async def _save(request: Request, id: str | None) -> Response:
    who = await actor(request, Scope.publish)
    fields = await json_object(request)

    def work() -> int:
        sent = read_fields(SectionInput, fields)
        section_id = None if id is None else article_id(id)
        values = {"name": sent.name, "parent": sent.parent, "position": sent.position}
        return sections.save(engine("ingest"), who, section_id, **values)

    saved = await run_in_threadpool(work)
    return _json({"id": saved}, 201 if id is None else 200)
