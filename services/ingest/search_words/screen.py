"""Readers' words at the desk: one list that editors keep like a text, and a switch for the names of places."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid
from services.ingest.kit.rights import Action
from services.ingest.search_words import store
from shared.database import engine
from shared.vietnamese.text import one_line

router = APIRouter()
_HERE = "/desk/tu-tim-kiem"
NAV = (NavItem(_HERE, "Từ tìm kiếm", Action.search_words, group="Tòa soạn"),)
_MAX_CHARS, _MAX_WORDS = 60_000, 100


@router.get("/tu-tim-kiem")
def show(request: Request, who: Annotated[Account, needs(Action.search_words)]) -> Response:
    said, version = store.said(engine("ingest"))
    begun = [
        f"{words} {sign} "
        for name, sign in (("cach-goi", "="), ("ghim", "=>"))
        if (words := one_line(request.query_params.get(name, "").replace("=", " "))[:_MAX_WORDS])
    ]
    return page(
        request, who, "search_words.html", said="\n".join([*begun, *said.lines]), places=said.places, version=version,
        errors=[], begun=begun,
    )  # fmt: skip


@router.post("/tu-tim-kiem")
def save(request: Request, who: Annotated[Account, needs(Action.search_words)], form: Form) -> Response:
    typed, version = form.prose("lines", _MAX_CHARS), form.number("version") or 0
    said = store.Said(tuple(filter(None, map(str.strip, typed.split("\n")))), form.checked("places"))
    try:
        store.save(engine("ingest"), who.actor, said, version)
    except Invalid as fault:
        return page(
            request, who, "search_words.html", status=422, said=typed, places=said.places, version=version,
            errors=fault.errors, begun=[],
        )  # fmt: skip
    return back(_HERE, "Đã lưu; bạn đọc tìm thấy theo danh sách mới sau vài giây.")
