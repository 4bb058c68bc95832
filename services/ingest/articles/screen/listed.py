"""The list of articles: narrowed, the ways of narrowing that a person keeps, a step taken with several at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.ingest.articles import rules, steps
from services.ingest.articles.asked import asked_of
from services.ingest.articles.store import listing, saved_filters
from services.ingest.desk_kit import people, presence
from services.ingest.desk_kit.forms import Form, RowId
from services.ingest.desk_kit.pages import STATUS_NAMES, NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid, Refused
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from services.ingest.sections import store as sections
from shared.database import engine
from shared.vietnamese.dates import day_bounds, vietnam_day
from shared.vietnamese.text import one_line

router = APIRouter()
NAV = (NavItem("/desk/bai", "Bài vở", Action.read, key="a"),)
_PAGE = 40
PERIODS = {"hom-nay": "Hôm nay", "hom-qua": "Hôm qua", "7-ngay": "7 ngày qua", "sap-toi": "Từ giờ trở đi"}
_MOST = {"q": 200, "tac-gia": 200}
_FLAGS = ("mine", "held", "chuan-bi")
_STEPS = {
    "submitted": (steps.LABELS["submitted"], Action.submit),
    "edited": (steps.LABELS["edited"], Action.edit),
    "approved": (steps.LABELS["approved"], Action.approve),
    "draft": ("Trả lại, rút về bản nháp", Action.submit),
}
"""What can be done with several at once, and who may at all."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the list is narrowed to, by the names that its address has; "" narrows nothing."""

    fields: dict[str, str]

    @classmethod
    def of(cls, value: Callable[[str], str]) -> "Chosen":
        """From an address or a form; what cannot be meant is left out."""
        meant: dict[str, Callable[[str], bool]] = {
            "status": STATUS_NAMES.__contains__,
            "section": lambda said: said.isascii() and said.isdigit() and len(said) < 10,
            "q": bool,
            "tac-gia": bool,
            **dict.fromkeys(_FLAGS, "1".__eq__),
            "theo": "sua".__eq__,
            "khi": PERIODS.__contains__,
            "tu": _is_day,
            "den": _is_day,
        }
        said = {name: one_line(value(name))[: _MOST.get(name, 20)] for name in meant}
        return cls({name: said[name] if fits(said[name]) else "" for name, fits in meant.items()})

    def address(self, **changes: str | int) -> str:
        """Of the list, with some of it changed."""
        asked = urlencode({name: value for name, value in {**self.fields, **changes}.items() if value})
        return "/desk/bai" + (f"?{asked}" if asked else "")

    def kept(self) -> dict[str, str]:
        """What narrows: how a filter is kept."""
        return {name: value for name, value in self.fields.items() if value}

    def again(self, kept: dict[str, str]) -> "Chosen":
        """One that was kept."""
        return Chosen.of(lambda name: kept.get(name, ""))

    def filter(self, who: Account, now: datetime) -> listing.ListFilter:
        said = self.fields
        since, before = self._bounds(now)
        return listing.ListFilter(
            statuses=(said["status"],) if said["status"] else (),
            section_id=int(said["section"]) if said["section"] else None,
            owner=who.actor_name if said["mine"] else "",
            held_by=who.actor_name if said["held"] else "",
            title=said["q"],
            is_prepared=bool(said["chuan-bi"]),
            author=said["tac-gia"],
            by_change=bool(said["theo"]),
            since=since,
            before=before,
        )

    def _bounds(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """From when to when. Days of the calendar go before "today" and the like."""
        first, last = self.fields["tu"], self.fields["den"]
        if first or last:
            return (
                day_bounds(date.fromisoformat(first))[0] if first else None,
                day_bounds(date.fromisoformat(last))[1] if last else None,
            )
        today = day_bounds(vietnam_day(now))
        day = timedelta(days=1)
        return {
            "": (None, None),
            "hom-nay": today,
            "hom-qua": (today[0] - day, today[0]),
            "7-ngay": (today[0] - 6 * day, today[1]),
            "sap-toi": (now, None),
        }[self.fields["khi"]]


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
        periods=PERIODS,
        chosen=chosen,
        saved=saved_filters.listed(source, who.id),
        page_number=page_number,
        steps=[(to, label) for to, (label, action) in _STEPS.items() if rights.may(who, action)],
    )


@router.post("/bai/buoc")
def move(who: Annotated[Account, needs(Action.submit)], form: Form) -> Response:
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
    done = len(wanted) - len(faults)
    if not done:
        raise faults[0]
    said = f"{done} bài chuyển sang bước “{STATUS_NAMES[to]}”."
    if faults:
        return back(_listed_in(form), f"{said} {len(faults)} bài không chuyển được: {faults[0].detail}", "warn")
    return back(_listed_in(form), said)


@router.post("/bai/bo-loc")
def keep(who: Annotated[Account, needs(Action.read)], form: Form) -> Response:
    """Keep a way of narrowing under a name; the same name again takes its place."""
    chosen = Chosen.of(form.raw)
    saved_filters.keep(engine("ingest"), who.id, form.text("name"), chosen.kept())
    return back(chosen.address(), "Đã giữ bộ lọc.")


@router.post("/bai/bo-loc/{filter_id}/xoa")
def drop(filter_id: RowId, who: Annotated[Account, needs(Action.read)], form: Form) -> Response:
    """Forget one of one's own."""
    saved_filters.drop(engine("ingest"), who.id, filter_id)
    return back(_listed_in(form), "Đã bỏ bộ lọc.")


def _listed_in(form: Form) -> str:
    return Chosen.of(form.raw).address()


def _is_day(words: str) -> bool:
    try:
        # Some days of margin: a day has bounds in another zone.
        return 1900 < date.fromisoformat(words).year < 9000
    except ValueError:
        return False
