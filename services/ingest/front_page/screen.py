"""The front page: what is pinned in which order, from when and until when, and how it will look."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.articles.asked import version_of
from services.ingest.articles.store import listing
from services.ingest.desk_kit.forms import Fields, Form
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.front_page import store as frontpage
from services.ingest.front_page.store import Slot
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from shared.contracts.articles import ArticleState
from shared.database import engine

router = APIRouter()
NAV = (NavItem("/desk/trang-nhat", "Trang nhất", Action.front_page, key="t"),)
_CANDIDATES = 40
_IN_PREVIEW = 14


@router.get("/trang-nhat")
def show(request: Request, who: Annotated[Account, needs(Action.front_page)], q: str = "") -> Response:
    slots, mark = frontpage.slots(engine("ingest"))
    now = datetime.now(UTC)
    wanted = listing.ListFilter(statuses=("published", "scheduled"), title=q.strip()[:200])
    candidates = listing.page(engine("ingest"), seen_by(who), wanted, limit=_CANDIDATES)
    taken = {slot.article_id for slot in slots}
    return page(
        request,
        who,
        "front.html",
        slots=slots,
        mark=mark,
        titles=listing.titles(engine("ingest"), taken),
        on_now=set(frontpage.pinned(engine("ingest"))),
        candidates=[row for row in candidates if row.id not in taken],
        q=q,
        now=now,
    )


@router.post("/trang-nhat")
def arrange(who: Annotated[Account, needs(Action.front_page)], form: Form) -> Response:
    """Set the slots as the form has them; without scripts one button moves or removes one slot."""
    slots = _slots(form)
    order = form.text("do").partition(":")
    if order[0]:
        slots = _moved(slots, order[0], order[2])
    if (added := form.number("add")) is not None:
        slots.insert(0, Slot(added))
    frontpage.arrange(engine("ingest"), slots, who.actor, if_mark=form.text("mark"))
    return back("/desk/trang-nhat", "Đã sắp xếp trang nhất.")


@router.get("/trang-nhat/xem-truoc")
def preview(request: Request, who: Annotated[Account, needs(Action.front_page)], luc: str = "") -> Response:
    """The front page's first stories as the slots will have them at a time."""
    at = Fields([("luc", luc)]).time("luc") or datetime.now(UTC)
    wanted = listing.ListFilter(statuses=("published", "scheduled"))
    rows = listing.page(engine("ingest"), seen_by(who), wanted, limit=100)
    visible = [row for row in rows if row.published_at is not None and row.published_at <= at]
    newest = [row.id for row in sorted(visible, key=lambda row: row.published_at, reverse=True)]
    pinned = frontpage.due(engine("ingest"), at)
    order = list(dict.fromkeys([*pinned, *newest]))[:_IN_PREVIEW]
    stories = [version_of(article_id, None) for article_id in order]
    return page(
        request,
        who,
        "front_preview.html",
        stories=[story for story in stories if _is_out(story, at)],
        pinned=set(pinned),
        at=at,
    )


def _is_out(story: ArticleState, at: datetime) -> bool:
    return story.status in ("published", "scheduled") and story.published_at is not None and story.published_at <= at


def _slots(form: Fields) -> list[Slot]:
    """Raises Invalid."""
    ids = form.numbers("article")
    starts, ends = (
        [Fields([("at", value)]).time("at") for value in form.many(name)] for name in ("starts_at", "ends_at")
    )
    if not len(ids) == len(starts) == len(ends):
        raise Invalid.of("article", "Biểu mẫu thiếu giờ của một bài.")
    return [Slot(*values) for values in zip(ids, starts, ends, strict=True)]


def _moved(slots: list[Slot], order: str, which: str) -> list[Slot]:
    at = next((place for place, slot in enumerate(slots) if str(slot.article_id) == which), None)
    if at is None:
        return slots
    slot = slots.pop(at)
    if order == "up":
        slots.insert(max(0, at - 1), slot)
    elif order == "down":
        slots.insert(at + 1, slot)
    return slots
