"""The front page and the fronts of sections: what is pinned in which order, from when and until when; of the front page
also what is breaking news, and how it will look."""

from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.articles.asked import for_readers
from services.ingest.articles.store import listing
from services.ingest.desk_kit.forms import Fields, Form
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.front_page import store as frontpage
from services.ingest.front_page.store import Slot
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid, NotFound
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from services.ingest.sections import store as sections
from services.ingest.sections.store import ListedSection
from shared.contracts.articles import ArticleState
from shared.database import engine

router = APIRouter()
_HERE = "/desk/trang-nhat"
NAV = (NavItem(_HERE, "Trang nhất", Action.front_page, key="t"),)
_CANDIDATES = 40
_IN_PREVIEW = 14
_BREAKING = {"30": "30 phút nữa", "60": "1 giờ nữa", "180": "3 giờ nữa", "360": "6 giờ nữa", "720": "12 giờ nữa"}
"""For how many minutes something is marked as breaking news."""


@router.get("/trang-nhat")
def show(request: Request, who: Annotated[Account, needs(Action.front_page)], q: str = "", muc: str = "") -> Response:
    slots, mark = frontpage.slots(engine("ingest"), muc)
    return _page(request, who, slots, mark, q=q, section=muc)


@router.post("/trang-nhat")
def arrange(request: Request, who: Annotated[Account, needs(Action.front_page)], form: Form) -> Response:
    """Set the slots as the form has them. The buttons that add, move or remove one, and the search for more, only show
    the form anew: nothing is live before it is saved."""
    slots, section = _slots(form), form.text("muc")
    do, _, which = form.text("do").partition(":")
    added = form.number("add")
    if do or added is not None:
        if added is not None and all(slot.article_id != added for slot in slots):
            slots.insert(0, Slot(added))
        moved = _moved(slots, do, which)
        return _page(request, who, moved, form.text("mark"), q=form.text("q"), section=section, unsaved=True)
    name = _known(section).name if section else "trang nhất"
    frontpage.arrange(engine("ingest"), slots, who.actor, section=section, if_mark=form.text("mark"))
    return back(f"{_HERE}?muc={section}" if section else _HERE, f"Đã sắp xếp {name}.")


@router.get("/trang-nhat/xem-truoc")
def preview(request: Request, who: Annotated[Account, needs(Action.front_page)], luc: str = "") -> Response:
    """The front page's first stories as the saved slots will have them at a time."""
    at = _time(luc) or datetime.now(UTC)
    return _preview(request, who, frontpage.due(engine("ingest"), at), at)


@router.post("/trang-nhat/xem-truoc")
def preview_unsaved(request: Request, who: Annotated[Account, needs(Action.front_page)], form: Form) -> Response:
    """The same of the slots that a form has, which nobody has saved."""
    at = datetime.now(UTC)
    pinned = [slot.article_id for slot in _slots(form) if slot.is_on(at)]
    return _preview(request, who, pinned, at, unsaved=True)


def _page(
    request: Request,
    who: Account,
    slots: list[Slot],
    mark: str,
    *,
    q: str = "",
    section: str = "",
    unsaved: bool = False,
) -> Response:
    wanted = listing.ListFilter(
        statuses=("published", "scheduled"),
        title=q.strip()[:200],
        section_ids=_within(_known(section)) if section else (),
    )
    candidates = listing.page(engine("ingest"), seen_by(who), wanted, limit=_CANDIDATES)
    taken = {slot.article_id for slot in slots}
    return page(
        request,
        who,
        "front.html",
        slots=slots,
        mark=mark,
        titles=listing.titles(engine("ingest"), taken),
        on_now=set(frontpage.pinned(engine("ingest"), section)),
        sections=sections.listed(engine("ingest")),
        section=_known(section) if section else None,
        candidates=[row for row in candidates if row.id not in taken],
        q=q,
        now=datetime.now(UTC),
        breaking=_BREAKING,
        unsaved=unsaved,
    )


def _preview(request: Request, who: Account, pinned: list[int], at: datetime, *, unsaved: bool = False) -> Response:
    wanted = listing.ListFilter(statuses=("published", "scheduled"))
    rows = listing.page(engine("ingest"), seen_by(who), wanted, limit=100)
    visible = [(row.published_at, row.id) for row in rows if row.published_at is not None and row.published_at <= at]
    newest = [one for _, one in sorted(visible, key=itemgetter(0), reverse=True)]
    shown = listing.visible(engine("ingest"), seen_by(who), pinned)
    order = list(dict.fromkeys([*(one for one in pinned if one in shown), *newest]))[:_IN_PREVIEW]
    stories = [for_readers(article_id) for article_id in order]
    return page(
        request,
        who,
        "front_preview.html",
        stories=[story for story in stories if _is_out(story, at)],
        pinned=set(pinned),
        at=at,
        unsaved=unsaved,
    )


def _known(slug: str) -> ListedSection:
    """Raises NotFound."""
    for one in sections.listed(engine("ingest")):
        if one.slug == slug:
            return one
    raise NotFound("Không có chuyên mục này.")


def _within(section: ListedSection) -> list[int]:
    """The ids of a section and of all below it."""
    found = {section.slug: section.id}
    every = sections.listed(engine("ingest"))
    for _ in range(sections.MAX_LEVELS):
        found |= {one.slug: one.id for one in every if one.parent in found}
    return list(found.values())


def _is_out(story: ArticleState, at: datetime) -> bool:
    return story.status in ("published", "scheduled") and story.published_at is not None and story.published_at <= at


def _slots(form: Fields) -> list[Slot]:
    """Raises Invalid."""
    ids = form.numbers("article")
    starts, ends = ([_time(value) for value in form.many(name)] for name in ("starts_at", "ends_at"))
    breaking = [_until(value) for value in form.many("breaking")] or [None] * len(ids)
    if not len(ids) == len(starts) == len(ends) == len(breaking):
        raise Invalid.of("article", "Biểu mẫu thiếu giờ của một bài.")
    return [Slot(*values) for values in zip(ids, starts, ends, breaking, strict=True)]


def _until(value: str) -> datetime | None:
    """The end of a mark, as minutes from now or as the time that it has already. Raises Invalid."""
    return datetime.now(UTC) + timedelta(minutes=int(value)) if value in _BREAKING else _time(value)


def _time(value: str) -> datetime | None:
    """Raises Invalid."""
    return Fields([("at", value)]).time("at")


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
