"""Sections for programs."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from services.ingest.accounts.bearer import actor
from services.ingest.kit.actors import Scope
from services.ingest.kit.json_input import LINE, Input
from services.ingest.kit.requests import json_answer, number_in, sent_as, work
from services.ingest.sections import store as sections

router = APIRouter()


class SectionInput(Input):
    name: Annotated[str, Field(min_length=1, max_length=100), LINE]
    parent: Annotated[str, Field(max_length=120)] = ""
    position: Annotated[int, Field(ge=0, le=10_000)] = 0


@router.get("/api/sections")
async def listed(request: Request) -> Response:
    """{"sections": [{"id", "version", "slug", "name", "parent", "position"}]}."""
    await actor(request, Scope.read)
    return json_answer({"sections": await work(sections.listed)})


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
    sent = await sent_as(request, SectionInput)
    section_id = None if id is None else number_in(id, "Không có chuyên mục này.")
    saved = await work(sections.save, who, section_id, name=sent.name, parent=sent.parent, position=sent.position)
    return json_answer({"id": saved}, 201 if id is None else 200)
