"""The list of articles: narrowed, the ways of narrowing that a person keeps, a step taken with several at once."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.ingest.articles import rules, steps
from services.ingest.articles.asked import asked_of
from services.ingest.articles.screen.article_form import named_in
from services.ingest.articles.screen.chosen import BOARD, LIST, PERIODS, Chosen
from services.ingest.articles.store import listing, saved_filters
from services.ingest.articles.store.links import titles_of
from services.ingest.desk_kit import people, presence
from services.ingest.desk_kit.forms import Form, RowId
from services.ingest.desk_kit.pages import STATUS_NAMES, NavItem, back, done, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid, Refused
from services.ingest.kit.requests import json_answer
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from services.ingest.sections import store as sections
from shared.database import engine
from shared.vietnamese.text import one_line

router = APIRouter()
NAV = (NavItem("/desk/bai", "Bài vở", Action.read, key="a"),)
_PAGE, _FOUND = 40, 8
_STEPS: dict[str, tuple[str, Action]] = {
    "submitted": (steps.LABELS["submitted"], Action.submit),
    "edited": (steps.LABELS["edited"], Action.edit),
    "approved": (steps.LABELS["approved"], Action.approve),
    "draft": ("Trả lại, rút về bản nháp", Action.submit),
}
"""What can be done with several at once, and who may at all."""


@router.get("/bai")
def listed(
    request: Request,
    who: Annotated[Account, needs(Action.read)],
    page_number: Annotated[int, Query(alias="trang", ge=1, le=250)] = 1,
) -> Response:
    """Articles of one's sections; a page more than one shows whether there is another."""
    chosen = Chosen.of(lambda name: request.query_params.get(name, ""))
    source, seen, wanted = engine("ingest"), seen_by(who), chosen.filter(who, datetime.now(UTC))
    rows = listing.page(source, seen, wanted, limit=_PAGE + 1, offset=(page_number - 1) * _PAGE)
    actors = {name for row in rows for name in (row.created_by, row.last_actor, row.held_by) if name}
    return page(
        request,
        who,
        "articles.html",
        rows=rows[:_PAGE],
        more=len(rows) > _PAGE,
        counts=listing.counts(source, seen, replace(wanted, statuses=(), title="")),
        names=people.names(source, actors),
        here=presence.who_is_at([f"article:{row.id}" for row in rows[:_PAGE]]),
        sections=sections.listed(source),
        pen_names=listing.public_pen_names(source),
        datelines=listing.datelines(source, seen),
        periods=PERIODS,
        chosen=chosen,
        saved=saved_filters.listed(source, who.id),
        page_number=page_number,
        steps=steps_of(who),
    )


@router.get("/bai/tim.json")
def find(who: Annotated[Account, needs(Action.read)], q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """{"articles": [{"id", "title", "status"}]}: the story that a number or an address names, then a few by their
    titles, the last changed first."""
    source, wanted = engine("ingest"), listing.ListFilter(title=one_line(q))
    rows = listing.page(source, seen_by(who), wanted, limit=_FOUND) if wanted.title else []
    found = [{"id": row.id, "title": row.title, "status": STATUS_NAMES[row.status]} for row in rows]
    named = titles_of(source, seen_by(who), [number]) if (number := named_in(wanted.title)) else []
    first = [{"id": one, "title": title, "status": f"số {one}"} for one, title in named]
    return json_answer({"articles": [*first, *(one for one in found if (one["id"], one["title"]) not in named)]})


def steps_of(who: Account) -> list[tuple[str, str]]:
    """(status, label) of the steps that somebody may take at all."""
    return [(to, label) for to, (label, action) in _STEPS.items() if rights.may(who, action)]


@router.post("/bai/buoc")
def move(request: Request, who: Annotated[Account, needs(Action.submit)], form: Form) -> Response:
    """Take one step with every article ticked, as it stood when it was listed; what cannot be done is said, the rest is
    done."""
    to, note = form.text("to"), form.prose("note", 2000)
    if to not in rules.UNFINISHED:
        raise Invalid.of("to", "Không có bước này.")
    wanted = form.numbers("id")[:_PAGE]
    if not wanted:
        raise Invalid.of("id", "Chưa chọn bài nào.")
    faults = []
    for article_id in wanted:
        try:
            asked = asked_of(who, article_id, Action.submit)
            version = form.number(f"version-{article_id}")
            if version is None:
                raise Invalid.of("version", "Thiếu số phiên bản của bài.")
            steps.take(asked, to, note, version)
        except Refused as refused:
            faults.append(refused)
    moved = len(wanted) - len(faults)
    if not moved:
        raise faults[0]
    said = f"{moved} bài chuyển sang bước “{STATUS_NAMES[to]}”."
    if faults:
        said = f"{said} {len(faults)} bài không chuyển được: {faults[0].detail}"
        return done(request, _listed_in(form), said, "warn")
    return done(request, _listed_in(form), said)


@router.post("/bai/bo-loc")
def keep(who: Annotated[Account, needs(Action.read)], form: Form) -> Response:
    """Keep a way of narrowing under a name; the same name again takes its place."""
    chosen = Chosen.of(form.raw)
    saved_filters.keep(engine("ingest"), who.id, form.text("name"), chosen.kept())
    return back(_listed_in(form), "Đã giữ bộ lọc.")


@router.post("/bai/bo-loc/{filter_id}/xoa")
def drop(filter_id: RowId, who: Annotated[Account, needs(Action.read)], form: Form) -> Response:
    """Forget one of one's own."""
    saved_filters.drop(engine("ingest"), who.id, filter_id)
    return back(_listed_in(form), "Đã bỏ bộ lọc.")


def _listed_in(form: Form) -> str:
    return Chosen.of(form.raw).address(BOARD if form.raw("tren") == "bang" else LIST)
