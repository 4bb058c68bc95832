"""The board: a column a step, told of changes as they happen; without scripts it is as it was when it was loaded."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from services.ingest.articles.asked import Asked, needs_article
from services.ingest.articles.screen.board_watch import WATCH, draw
from services.ingest.articles.screen.chosen import BOARD, PERIODS, Chosen
from services.ingest.articles.screen.listed import steps_of
from services.ingest.articles.store import board, listing, saved_filters, urgency
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import NavItem, done, page
from services.ingest.desk_kit.session import needs
from services.ingest.desk_kit.streams import Full, StreamAnswer
from services.ingest.kit import audit
from services.ingest.kit.actors import Account
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from services.ingest.sections import store as sections
from shared.asgi import problem
from shared.database import engine

router = APIRouter()
NAV = (NavItem(BOARD, "Bảng bài", Action.read, key="w"),)
_MOST_ENTRY = 2**53
_FULL_SECONDS = 20


@router.get("/bang")
def shown(request: Request, who: Annotated[Account, needs(Action.read)]) -> Response:
    """What is on its way to readers, and what reached them in the last 24 hours."""
    source, seen, now = engine("ingest"), seen_by(who), datetime.now(UTC)
    chosen = Chosen.of(lambda name: request.query_params.get(name, "")).without_status()
    wanted = chosen.filter(who, now)
    # Before anything else is read: what changes meanwhile is told later.
    entry = audit.newest(source)
    columns = board.columns(source, seen, wanted, now)
    drawn: dict[int, dict[str, str]] = {}
    draw([row for rows in columns.values() for row in rows], drawn)
    return page(
        request,
        who,
        "board.html",
        entry=entry,
        columns={status: [drawn[row.id]["html"] for row in rows] for status, rows in columns.items()},
        counts=board.counted(board.groups(source, wanted, now), seen),
        most=board.MOST,
        sections=sections.listed(source),
        pen_names=listing.public_pen_names(source),
        datelines=listing.datelines(source, seen),
        periods=PERIODS,
        chosen=chosen,
        saved=saved_filters.listed(source, who.id),
        steps=steps_of(who),
    )


@router.get("/bang/dong")
async def stream(
    request: Request,
    who: Annotated[Account, needs(Action.read)],
    sau: Annotated[int, Query(ge=0, lt=_MOST_ENTRY)] = 0,
    last_event_id: Annotated[str, Header(max_length=20)] = "",
) -> Response:
    """Server-sent events: "change" {cards, gone, counts, urgent}, "again" (load the board), "end" (why), "beat"."""
    is_entry = last_event_id.isascii() and last_event_id.isdigit()
    since = min(int(last_event_id), _MOST_ENTRY - 1) if is_entry else sau
    chosen = Chosen.of(lambda name: request.query_params.get(name, "")).without_status()
    try:
        window = await WATCH.open(who, request.state.token, chosen, since)
    except Full:
        detail = "Nhiều bảng đang mở quá; bảng này sẽ thử lại."
        return problem(503, "Service Unavailable", detail, headers={"Retry-After": str(_FULL_SECONDS)})
    return StreamAnswer(window.stream, partial(WATCH.close, window))


@router.post("/bai/{id}/khan")
def mark(request: Request, asked: Annotated[Asked, needs_article(Action.write)], form: Form) -> Response:
    """Say that a story is urgent, or is not any more."""
    urgent = form.checked("urgent")
    urgency.mark(engine("ingest"), asked.id, asked.who.actor, urgent=urgent)
    return done(request, f"/desk/bai/{asked.id}", "Bài là TIN KHẨN." if urgent else "Bài không còn là tin khẩn.")
