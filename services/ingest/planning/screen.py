"""The calendar of planned stories: a month on one page, with what is scheduled and what went out."""

import re
from calendar import Calendar
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.accounts.store import directory
from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles, listing, workflow
from services.ingest.authors.store import authors
from services.ingest.desk_kit.forms import Fields, Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Forbidden, Invalid
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from services.ingest.planning import store as plans
from services.ingest.planning.tables import PlanRow
from services.ingest.sections import store as sections
from shared.database import engine
from shared.vietnamese.dates import VIETNAM

router = APIRouter()
NAV = (NavItem("/desk/lich", "Lịch đề tài", Action.plan_read, group="Tòa soạn", key="c"),)
_NOBODY = 0
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@router.get("/lich")
def calendar(request: Request, who: Annotated[Account, needs(Action.plan_read)]) -> Response:
    month = _month(request.query_params.get("thang", ""))
    weeks = Calendar().monthdatescalendar(month.year, month.month)
    days = [day for week in weeks for day in week]
    found = plans.between(engine("ingest"), seen_by(who), who.id, days[0], days[-1])
    by_day: dict[date, list[plans.PlannedRow]] = {day: [] for day in days}
    waiting: dict[date, list[plans.ScheduledRow]] = {day: [] for day in days}
    for plan in found:
        by_day[plan.day].append(plan)
    for article in plans.scheduled(engine("ingest"), seen_by(who), days[0], days[-1]):
        waiting[article.published_at.astimezone(VIETNAM).date()].append(article)
    return page(
        request, who, "calendar.html", month=month, weeks=weeks, plans=by_day, scheduled=waiting,
        published=plans.published(engine("ingest"), days), today=datetime.now(VIETNAM).date(),
        earlier=_name(month - timedelta(days=1)), later=_name(month + timedelta(days=32)), states=plans.STATES,
        kinds=plans.KINDS,
    )  # fmt: skip


@router.get("/lich/moi")
def new(request: Request, who: Annotated[Account, needs(Action.plan)]) -> Response:
    day = request.query_params.get("ngay", "")
    blank = {
        "id": None, "version": 0, "day": _day(day) or datetime.now(VIETNAM).date(), "hour": "", "title": "",
        "kind": "article", "section_id": None, "assignee": "", "assignee_id": who.id,
        "note": "", "state": "planned", "article_id": None,
    }  # fmt: skip
    return _form(request, who, blank)


@router.post("/lich/moi")
def add(who: Annotated[Account, needs(Action.plan)], form: Form) -> Response:
    plan = _plan(form)
    _require_places(who, plan)
    plans.add(engine("ingest"), who.actor, plan, form.sent(who.id))
    return back(f"/desk/lich?thang={_name(plan.day)}", "Đã thêm đề tài vào lịch.")


@router.get("/lich/{plan_id}")
def edit(request: Request, plan_id: RowId, who: Annotated[Account, needs(Action.plan)]) -> Response:
    """For whoever may change it, and for who is to write it."""
    row = plans.one(engine("ingest"), plan_id)
    if row.assignee_id != who.id:
        _require(who, row)
    return _form(request, who, dict(row._mapping), writable=may_change(who, row))


@router.post("/lich/{plan_id}/viet")
def begin(plan_id: RowId, who: Annotated[Account, needs(Action.write)]) -> Response:
    """Make the story of a plan, with what the plan says; there is one, however often that is asked."""
    row = plans.one(engine("ingest"), plan_id)
    if row.assignee_id != who.id:
        _require(who, row)
    if row.article_id is not None:
        return back(f"/desk/bai/{row.article_id}")
    section = next((one.slug for one in sections.listed(engine("ingest")) if one.id == row.section_id), "")
    if not section:
        raise Invalid.of("section_id", "Đề tài chưa có chuyên mục; hãy chọn chuyên mục rồi viết.")
    byline = [{"name": authors.signature(engine("ingest"), who)}]
    given = {"title": row.title, "body": "", "section": section, "kind": row.kind, "byline": byline}
    sent = read_fields(ArticleInput, given)
    # The key is the plan's and nobody's: two presses make one story, whoever presses.
    saved = articles.create_article(engine("ingest"), sent, who.actor, user_id=_NOBODY, key=f"detai{plan_id:020}")
    plans.wrote(engine("ingest"), who.actor, plan_id, saved.id)
    if row.note and saved.result == "created":
        workflow.add_note(engine("ingest"), saved.id, row.note[:2000], who.actor)
    return back(f"/desk/bai/{saved.id}", "Đã mở bài từ đề tài.")


@router.post("/lich/{plan_id}")
def change(plan_id: RowId, who: Annotated[Account, needs(Action.plan)], form: Form) -> Response:
    _require(who, plans.one(engine("ingest"), plan_id))
    plan = _plan(form)
    _require_places(who, plan)
    plans.change(engine("ingest"), who.actor, plan_id, plan, form.number("version") or 0)
    return back(f"/desk/lich?thang={_name(plan.day)}", "Đã lưu đề tài.")


@router.post("/lich/{plan_id}/xoa")
def remove(plan_id: RowId, who: Annotated[Account, needs(Action.plan)]) -> Response:
    row = plans.one(engine("ingest"), plan_id)
    _require(who, row)
    plans.remove(engine("ingest"), who.actor, plan_id)
    return back(f"/desk/lich?thang={_name(row.day)}", "Đã xóa đề tài.")


def may_change(who: Account, row: PlanRow) -> bool:
    """Whether an account may change a planned story."""
    return rights.may(who, Action.plan, section_id=row.section_id, owner=row.created_by)


def _require(who: Account, row: PlanRow) -> None:
    rights.require(who, Action.plan, section_id=row.section_id, owner=row.created_by)


def _require_places(who: Account, plan: plans.Plan) -> None:
    """Raises Forbidden for a section where one does not work, Invalid for an article that one does not see."""
    if plan.section_id is not None and not (who.works_at(plan.section_id) or seen_by(who).is_all):
        raise Forbidden("Bạn không làm việc ở chuyên mục này.")
    wanted = plan.article_id
    if wanted is not None and not listing.visible(engine("ingest"), seen_by(who), [wanted]):
        raise Invalid.of("article_id", "Không có bài này.")


def _form(request: Request, who: Account, plan: dict[Any, Any], *, writable: bool = True) -> Response:
    return page(
        request,
        who,
        "plan.html",
        plan=plan,
        writable=writable,
        sections=sections.listed(engine("ingest")),
        accounts=[one for one in directory.listed(engine("ingest")) if one.disabled_at is None],
        kinds=plans.KINDS,
        states=plans.STATES,
    )


def _plan(form: Fields) -> plans.Plan:
    day, hour = _day(form.text("day")), form.text("hour")[:5]
    if day is None:
        raise Invalid.of("day", "Hãy chọn ngày.")
    if hour and not _HOUR.fullmatch(hour):
        raise Invalid.of("hour", "Giờ phải có dạng 17:30.")
    return plans.Plan(
        day=day,
        hour=hour,
        title=form.text("title"),
        kind=form.text("kind") or "article",
        section_id=form.number("section_id"),
        assignee=form.text("assignee", 200),
        note=form.prose("note", 5000),
        state=form.text("state") or "planned",
        article_id=form.number("article_id"),
        assignee_id=form.number("assignee_id"),
    )


def _month(text: str) -> date:
    """The first day of "2026-11", of this month for anything else."""
    try:
        found = datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        found = datetime.now(VIETNAM).date()
    # The weeks around a month must be dates too.
    return found.replace(day=1, year=min(max(found.year, 1925), 2200))


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1925 <= found.year <= 2200 else None


def _name(day: date) -> str:
    return f"{day:%Y-%m}"
