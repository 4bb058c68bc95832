"""Sections as desks: their names and order, the steps that their articles must pass, who approves."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.desk_kit.forms import Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid
from services.ingest.kit.rights import Action
from services.ingest.sections import store as sections
from shared.database import engine

router = APIRouter()
NAV = (NavItem("/desk/chuyen-muc", "Chuyên mục, quy trình", Action.sections, group="Quản trị"),)


@router.get("/chuyen-muc")
def listed(request: Request, who: Annotated[Account, needs(Action.sections)]) -> Response:
    return page(
        request,
        who,
        "sections.html",
        sections=sections.listed(engine("ingest")),
        rules=sections.rules(engine("ingest")),
        steps=sections.STEPS,
    )


@router.post("/chuyen-muc")
def create(who: Annotated[Account, needs(Action.sections)], form: Form) -> Response:
    sections.save(engine("ingest"), who.actor, None, name=_name(form.text("name")), parent=form.text("parent"))
    return back("/desk/chuyen-muc", "Đã mở chuyên mục.")


@router.post("/chuyen-muc/{section_id}")
def change(section_id: RowId, who: Annotated[Account, needs(Action.sections)], form: Form) -> Response:
    """Name, parent, order, and the way of the section's articles."""
    sections.save(
        engine("ingest"),
        who.actor,
        section_id,
        name=_name(form.text("name")),
        parent=form.text("parent"),
        position=max(0, form.number("position") or 0),
    )
    sections.set_rules(engine("ingest"), section_id, form.many("step"), form.text("approver"), who.actor)
    return back("/desk/chuyen-muc", "Đã lưu chuyên mục.")


def _name(name: str) -> str:
    if not name or len(name) > 100:
        raise Invalid.of("name", "Chuyên mục cần một tên, nhiều nhất 100 ký tự.")
    return name
