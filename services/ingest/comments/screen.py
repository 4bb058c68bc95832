"""Readers' comments: what waits is read and decided, one by one or several at once."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.comments import store as comments
from services.ingest.desk_kit import people
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import NavItem, back, page
from services.ingest.desk_kit.session import needs
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid, Refused
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from shared.database import engine

router = APIRouter()
NAV = (NavItem("/desk/binh-luan", "Bình luận", Action.moderate, key="l"),)
STATES = {"held": "Chờ duyệt", "approved": "Đã duyệt", "rejected": "Đã từ chối"}
_PAGE = 50
_DECISIONS: dict[str, tuple[Callable[..., None], str]] = {
    "approve": (comments.approve, "Đã duyệt"),
    "reject": (comments.reject, "Đã từ chối"),
}


@router.get("/binh-luan")
def listed(request: Request, who: Annotated[Account, needs(Action.moderate)]) -> Response:
    asked = request.query_params
    status = asked.get("trang-thai", "held")
    status = status if status in STATES else "held"
    after = asked.get("sau", "")
    found = comments.queue(
        engine("ingest"),
        seen_by(who),
        status,
        text=asked.get("q", "")[:100],
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0,
        limit=_PAGE + 1,
    )
    return page(
        request,
        who,
        "comments.html",
        comments=found[:_PAGE],
        more=found[_PAGE - 1].id if len(found) > _PAGE else None,
        states=STATES,
        state=status,
        counts=comments.counts(engine("ingest")),
        names=people.names(engine("ingest"), [row.decided_by for row in found if row.decided_by]),
        q=asked.get("q", "")[:100],
    )


@router.post("/binh-luan")
def decide(who: Annotated[Account, needs(Action.moderate)], form: Form) -> Response:
    """Approve or reject the comments ticked; what cannot be done is said, the rest is done."""
    decision, said = _DECISIONS.get(form.text("decision"), (None, ""))
    if decision is None:
        raise Invalid.of("decision", "Không có lựa chọn này.")
    wanted = form.numbers("id")[:500]
    if not wanted:
        raise Invalid.of("id", "Chưa chọn bình luận nào.")
    # What is answered stands before its answers.
    done, faults = 0, []
    for comment_id in sorted(wanted):
        try:
            section_id, maker = comments.where(engine("ingest"), comment_id)
            rights.require(who, Action.moderate, section_id=section_id, owner=maker)
            decision(engine("ingest"), comment_id, who.actor)
            done += 1
        except Refused as refused:
            faults.append(refused)
    if not done:
        raise faults[0]
    status = form.text("status")
    target = "/desk/binh-luan" + (f"?trang-thai={status}" if status in STATES and status != "held" else "")
    if faults:
        return back(target, f"{said} {done} bình luận; {len(faults)} bình luận không được: {faults[0].detail}", "warn")
    return back(target, f"{said} {done} bình luận.")
