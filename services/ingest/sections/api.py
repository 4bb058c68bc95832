"""Sections for programs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.ingest.accounts.bearer import Publisher, Reader
from services.ingest.kit.actors import Actor
from services.ingest.kit.json_input import LINE, WHOLE, Input
from services.ingest.kit.requests import ID, SentAs, json_answer, number_in, work
from services.ingest.sections import store as sections
from shared.api.problems import answer
from shared.records import as_dict

router = APIRouter(tags=["sections"])


class SectionInput(Input):
    name: Annotated[str, Field(min_length=1, max_length=100), LINE]
    parent: Annotated[str, Field(max_length=120)] = ""
    position: Annotated[int, Field(ge=0, le=10_000), WHOLE] = 0


class SectionAnswer(BaseModel):
    """`parent` is the slug of the section above, "" at the top."""

    id: int
    version: int
    slug: str
    name: str
    parent: str
    position: int


class SectionsAnswer(BaseModel):
    """In the order of their positions."""

    sections: list[SectionAnswer]


class SavedSection(BaseModel):
    """Which section was made or changed."""

    id: int


SentSection = Annotated[SectionInput, Depends(SentAs(SectionInput, business={"name": "Kinh tế", "position": 3}))]


@router.get("/api/sections", response_model=SectionsAnswer)
async def listed(_who: Reader) -> Response:
    """Every section, in the order of its position."""
    return json_answer({"sections": [as_dict(one) for one in await work(sections.listed)]})


@router.post(
    "/api/sections",
    status_code=201,
    response_model=SavedSection,
    responses={
        201: {"links": {"change": {"operationId": "sections_change", "parameters": {"id": "$response.body#/id"}}}}
    },
)
async def create(who: Publisher, sent: SentSection) -> Response:
    """Make a section from its name."""
    return json_answer({"id": await _save(who, None, sent)}, 201)


@router.put("/api/sections/{id}", response_model=SavedSection, responses={404: answer(404)})
async def change(who: Publisher, id: Annotated[str, ID, Path()], sent: SentSection) -> Response:
    """Rename, move or reorder a section; its slug stays."""
    return json_answer({"id": await _save(who, number_in(id, "Không có chuyên mục này."), sent)})


async def _save(who: Actor, section_id: int | None, sent: SectionInput) -> int:
    return await work(sections.save, who, section_id, name=sent.name, parent=sent.parent, position=sent.position)
