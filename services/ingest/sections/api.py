"""Sections for programs."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from services.ingest.accounts.bearer import actor
from services.ingest.kit.actors import Scope
from services.ingest.kit.json_input import LINE, Input, read_fields
from services.ingest.kit.requests import article_id, json_object
from services.ingest.sections import store as sections
from shared.database import engine

router = APIRouter()


class SectionInput(Input):
    name: Annotated[str, Field(min_length=1, max_length=100), LINE]
    parent: Annotated[str, Field(max_length=120)] = ""
    position: Annotated[int, Field(ge=0, le=10_000)] = 0


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


async def _save(request: Request, id: str | None) -> Response:
    who = await actor(request, Scope.publish)
    fields = await json_object(request)

    def work() -> int:
        sent = read_fields(SectionInput, fields)
        section_id = None if id is None else article_id(id)
        return sections.save(
            engine("ingest"), who, section_id, name=sent.name, parent=sent.parent, position=sent.position
        )

    saved = await run_in_threadpool(work)
    return _json({"id": saved}, 201 if id is None else 200)
