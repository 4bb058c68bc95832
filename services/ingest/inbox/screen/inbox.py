"""A person's inbox: what is given to them, asked of them, due, or has become of their stories."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.ingest.desk_kit import people
from services.ingest.desk_kit.forms import Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, done, page
from services.ingest.desk_kit.session import needs
from services.ingest.desk_kit.streams import Full, StreamAnswer
from services.ingest.inbox import rules
from services.ingest.inbox.screen.watch import WATCH
from services.ingest.inbox.store import entries
from services.ingest.kit.actors import Account
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from shared.asgi import problem
from shared.contracts.addresses import article_path
from shared.database import engine
from shared.settings import get_settings
from shared.vietnamese.dates import vietnam_day

router = APIRouter()
INBOX = "/desk/viec"
NAV = (NavItem(INBOX, "Việc của tôi", Action.home, key="v"),)
_FULL_SECONDS = 20
_MOST_ID = 2**53


@router.get("/viec")
def listed(
    request: Request,
    who: Annotated[Account, needs(Action.home)],
    loc: str = "",
    truoc: Annotated[int | None, Query(ge=0, lt=_MOST_ID)] = None,
) -> Response:
    """The newest first; `loc` "chua-doc" leaves out what has been read, `truoc` goes on below an entry."""
    source, is_unread = engine("ingest"), loc == "chua-doc"
    rows = entries.listed(source, who, unread=is_unread, before=truoc)
    return page(
        request,
        who,
        "inbox.html",
        rows=rows[: entries.SHOWN],
        has_more=len(rows) > entries.SHOWN,
        unread=entries.unread(source, who),
        is_unread=is_unread,
        names=people.names(source, {row.actor for row in rows if row.actor}),
        kinds=rules.KINDS,
        outside={row.id: _readers_page(row) for row in rows if _is_outside(who, row)},
        today=vietnam_day(datetime.now(UTC)),
    )


@router.get("/viec/dong")
async def stream(request: Request, who: Annotated[Account, needs(Action.home)]) -> Response:
    """Server-sent events: "unread" {unread}, "end" (why), "beat"."""
    try:
        window = await WATCH.open(who, request.state.token)
    except Full:
        detail = "Nhiều cửa sổ đang mở quá; số việc chưa đọc sẽ được thử lại."
        return problem(503, "Service Unavailable", detail, headers={"Retry-After": str(_FULL_SECONDS)})
    return StreamAnswer(window.stream, partial(WATCH.close, window))


@router.post("/viec/da-doc")
def read(who: Annotated[Account, needs(Action.home)], form: Form) -> Response:
    """Everything that was shown."""
    entries.read_up_to(engine("ingest"), who, form.number("up_to") or 0, datetime.now(UTC))
    return back(INBOX, "Đã đánh dấu mọi việc là đã đọc.")


@router.get("/viec/{entry_id}")
def opened(entry_id: RowId, who: Annotated[Account, needs(Action.home)]) -> Response:
    """Where an entry leads. The page there says that it was read, once it is looked at (inbox.js): mail programs and
    browsers ask for links that nobody has opened."""
    found, read = entries.one(engine("ingest"), who, entry_id), f"?viec={entry_id}"
    if found.tip_id is not None:
        return RedirectResponse(f"/desk/ban-doc-gui{read}#t{found.tip_id}", 303)
    if found.article_id is None:
        return RedirectResponse(f"/desk/lich/{found.plan_id}{read}", 303)
    if _is_outside(who, found):
        return RedirectResponse(f"{INBOX}{read}#v{entry_id}", 303)
    talks = found.kind in ("mentioned", "correction")
    return RedirectResponse(f"/desk/bai/{found.article_id}{read}{'#ghi-chu' if talks else ''}", 303)


@router.post("/viec/{entry_id}/da-doc")
def read_one(request: Request, entry_id: RowId, who: Annotated[Account, needs(Action.home)]) -> Response:
    entries.read_one(engine("ingest"), who, entry_id, datetime.now(UTC))
    return done(request, INBOX, "Đã đánh dấu là đã đọc.")


def _is_outside(who: Account, row: Any) -> bool:
    """Whether it is about a story that they signed at another section: they see it as readers do."""
    return row.article_id is not None and not seen_by(who).shows(row.section_id, row.created_by)


def _readers_page(row: Any) -> str:
    return f"{get_settings().site_url}{article_path(row.section_slug, row.slug, row.article_id)}"
