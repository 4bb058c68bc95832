"""What the editor's scripts ask of story blocks: their kinds, one made of its form's fields, one read again."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from services.ingest.articles import sheets
from services.ingest.articles.blocks import block_of
from services.ingest.articles.sanitise import clean_html
from services.ingest.articles.store import listing
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.session import needs
from services.ingest.kit.actors import Account
from services.ingest.kit.costly import costly
from services.ingest.kit.errors import Invalid
from services.ingest.kit.json_input import read_json
from services.ingest.kit.requests import body, json_answer
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from services.ingest.media import uploads
from shared.blocks import markup, registry
from shared.blocks.fields import own
from shared.contracts.addresses import article_at
from shared.database import engine

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


@router.get("/khoi/tit")
def headline(who: Writer, address: Annotated[str, Query(alias="dia_chi", max_length=2000)]) -> Response:
    """{"title"} of the article at an address; "" for none, and for one that this account may not see."""
    ids = listing.visible(engine("ingest"), seen_by(who), [article_at(own(address))])
    titles = [row.title for row in listing.titles(engine("ingest"), ids).values()]
    return json_answer({"title": titles[0] if titles else ""})


@router.post("/khoi/bang-tinh")
async def workbook(request: Request, who: Writer) -> Response:
    """{"sheets": [{"name", "rows", "is_cut"}]} of the workbook that the body is; nothing of it is kept."""
    await run_in_threadpool(uploads.take_try, who.actor_name)
    content = await body(request, sheets.MAX_BYTES)
    return json_answer({"sheets": await costly(who.actor_name, sheets.read, content)})


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
