"""What readers have sent: read, made a story or a plan of, or dismissed."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.ingest.articles.input import ArticleInput
from services.ingest.articles.store import articles
from services.ingest.desk_kit import people
from services.ingest.desk_kit.forms import Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Conflict, Invalid
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.rights import Action
from services.ingest.media import taking
from services.ingest.planning import store as plans
from services.ingest.sections import store as sections
from services.ingest.tips import store as tips
from services.ingest.tips.tables import TipRow
from shared.contracts.from_readers import TIP_DAYS
from shared.database import engine
from shared.vietnamese.dates import VIETNAM

router = APIRouter()
_HERE = "/desk/ban-doc-gui"
NAV = (NavItem(_HERE, "Bạn đọc gửi", Action.tips),)
_NOBODY = 0
_TITLE, _NOTE = 90, 5000
_CREDIT = "Bạn đọc"
# Nothing of it stays in a browser: who may see it can change, and it is deleted in time.
_KEEPING = {"cache-control": "private, no-store", "content-disposition": "inline"}


@router.get("/ban-doc-gui")
def listed(
    request: Request,
    who: Annotated[Account, needs(Action.tips)],
    state: Annotated[str, Query(alias="trang-thai", pattern=f"^({'|'.join(tips.STATES)})$")] = "new",
    before: Annotated[int, Query(alias="truoc", ge=0, lt=2**31)] = 0,
) -> Response:
    source = engine("ingest")
    shown = tips.listed(source, state, before)
    return page(
        request,
        who,
        "tips.html",
        tips=shown,
        photos=tips.places(source, [one.id for one in shown]),
        state=state,
        states=tips.STATES,
        counts=tips.counts(source),
        sections=sections.listed(source),
        names=people.names(source, [one.decided_by for one in shown if one.decided_by]),
        days=TIP_DAYS,
        dismissed_days=tips.DISMISSED_DAYS,
    )


@router.get("/ban-doc-gui/{tip_id}/anh/{place}")
def photo(tip_id: RowId, place: RowId, _who: Annotated[Account, needs(Action.tips)]) -> Response:
    kind, data = tips.photo(engine("ingest"), tip_id, place)
    return Response(data, media_type=kind, headers=_KEEPING)


@router.post("/ban-doc-gui/{tip_id}/viet")
def write(tip_id: RowId, who: Annotated[Account, needs(Action.tips)], form: Form) -> Response:
    """Make a draft of a tip, with its photos; there is one, however often that is asked."""
    source = engine("ingest")
    tip = tips.one(source, tip_id)
    if tip.article_id:
        return back(f"/desk/bai/{tip.article_id}")
    section = next((one.slug for one in sections.listed(source) if one.id == form.number("section_id")), "")
    if not section:
        raise Invalid.of("section_id", "Hãy chọn chuyên mục của bài.")
    _require_new(tip)
    pictures = [{"media_id": media_id, "credit": _CREDIT} for media_id in _into_media(tip, who)]
    given = {
        "title": _title(tip),
        "body": tip.text,
        "body_format": "text",
        "section": section,
        "images": pictures,
        "source": "Bạn đọc gửi",
    }
    sent = read_fields(ArticleInput, given)
    # The key is the tip's and nobody's: two presses make one story, whoever presses.
    saved = articles.create_article(source, sent, who.actor, user_id=_NOBODY, key=f"bandoc{tip_id:019}")
    tips.take(source, tip_id, who.actor, article_id=saved.id)
    return back(f"/desk/bai/{saved.id}", "Đã mở bài nháp từ tin bạn đọc gửi.")


@router.post("/ban-doc-gui/{tip_id}/lich")
def plan(tip_id: RowId, who: Annotated[Account, needs(Action.tips)], form: Form) -> Response:
    """Put a tip into the calendar of today, for nobody yet."""
    source = engine("ingest")
    tip = tips.one(source, tip_id)
    if tip.plan_id:
        return back(f"/desk/lich/{tip.plan_id}")
    _require_new(tip)
    today = datetime.now(VIETNAM).date()
    sender = " ".join(part for part in (tip.name, tip.contact) if part)
    note = f"{tip.text}\n\nBạn đọc gửi{f': {sender}' if sender else '.'}"[-_NOTE:]
    made = plans.Plan(today, "", _title(tip), "article", form.number("section_id"), "", note, "planned", None)
    plan_id = plans.add(source, who.actor, made, form.sent(who.id))
    tips.take(source, tip_id, who.actor, plan_id=plan_id)
    return back(f"/desk/lich/{plan_id}", "Đã ghi vào lịch đề tài.")


@router.post("/ban-doc-gui/{tip_id}/bo")
def dismiss(tip_id: RowId, who: Annotated[Account, needs(Action.tips)]) -> Response:
    tips.dismiss(engine("ingest"), tip_id, who.actor)
    return back(_HERE, f"Đã bỏ; tin sẽ bị xóa hẳn sau {tips.DISMISSED_DAYS} ngày.")


def _into_media(tip: TipRow, who: Account) -> list[int]:
    """The ids of its photos in the store of media."""
    source = engine("ingest")
    found = []
    for place, is_picture in tips.places(source, [tip.id])[tip.id].items():
        if is_picture:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "photo"
                file.write_bytes(tips.photo(source, tip.id, place)[1])
                name = f"Bạn đọc gửi {tip.id}-{place + 1}"
                found.append(taking.take(file, name, who.actor, words={"credit": _CREDIT}).id)
    return found


def _require_new(tip: TipRow) -> None:
    if tip.status != "new":
        raise Conflict("Người khác vừa xử lý tin này.")


def _title(tip: TipRow) -> str:
    """Its first words."""
    first = tip.text.split("\n", 1)[0].strip()
    return first if len(first) <= _TITLE else first[:_TITLE].rpartition(" ")[0].rstrip(" ,;:") + "…"
