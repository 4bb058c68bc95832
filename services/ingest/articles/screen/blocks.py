"""What the editor's scripts ask of story blocks: their kinds, one made of its form's fields, one read again."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response

from services.ingest.articles.blocks import block_of
from services.ingest.articles.sanitise import clean_html
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.session import needs
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid
from services.ingest.kit.json_input import read_json
from services.ingest.kit.requests import json_answer
from services.ingest.kit.rights import Action
from shared.blocks import markup, registry

router = APIRouter()
Writer = Annotated[Account, needs(Action.write)]


@router.get("/khoi")
def kinds(_who: Writer) -> Response:
    """{"kinds": [{"kind", "label", "hint", "fields": JSON schema}]}"""
    found = [
        {"kind": name, "label": kind.LABEL, "hint": kind.HINT, "fields": registry.schema(kind)}
        for name, kind in registry.kinds().items()
    ]
    return json_answer({"kinds": found})


@router.get("/khoi.css")
def style(_who: Writer) -> Response:
    """How readers see blocks."""
    return Response(registry.style(), media_type="text/css")


@router.post("/khoi")
def block(_who: Writer, form: Form) -> Response:
    """One block, of `kind` and its `fields` (JSON) or of its `html`: {"kind", "label", "html", "view", "fields"};
    "fields" is null for a kind that is not known here."""
    if name := form.text("kind", 40):
        made = markup.written(block_of(name, read_json(form.raw("fields").encode())))
        html = clean_html(made)
    else:
        html = clean_html(form.raw("html"))
    found = next(markup.find(html), None)
    if found is None:
        raise Invalid.of("html", "Khối này không còn đủ nội dung.")
    return json_answer({"html": html} | _shown(found))


def _shown(found: markup.FoundBlock) -> dict[str, Any]:
    known = found.block()
    return {
        "kind": found.kind,
        "label": known.LABEL if known else f"Khối “{found.kind}”, bản này chưa biết",
        "fields": known.model_dump(mode="json") if known else None,
        "view": markup.on_page(found),
    }
