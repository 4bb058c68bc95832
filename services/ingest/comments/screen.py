"""Readers' comments: what waits is read and decided, one by one or several at once, mended, answered; who writes is
banned for a time."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.comments.store import comments, visitors
from services.ingest.desk_kit import people
from services.ingest.desk_kit.forms import Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, json_answer, page, wants_html
from services.ingest.desk_kit.session import needs
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid, Refused
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from shared.database import engine
from shared.vietnamese.dates import house_time

router = APIRouter()
NAV = (NavItem("/desk/binh-luan", "Bình luận", Action.moderate, key="l"),)
STATES = {"held": "Chờ duyệt", "approved": "Đã duyệt", "rejected": "Đã từ chối"}
_PAGE = 200
_HERE = "/desk/binh-luan"
_DECISIONS: dict[str, tuple[Callable[..., None], str]] = {
    "approve": (comments.approve, "Đã duyệt"),
    "reject": (comments.reject, "Đã từ chối"),
}
_MISSING = "Không có lựa chọn này."


@router.get("/binh-luan")
def listed(request: Request, who: Annotated[Account, needs(Action.moderate)]) -> Response:
    asked = request.query_params
    status = asked.get("trang-thai", "held")
    status = status if status in STATES else "held"
    source, seen = engine("ingest"), seen_by(who)
    text, after, article_id = asked.get("q", "")[:100], _id(asked.get("sau", "")), _id(asked.get("bai", ""))
    found = comments.queue(source, seen, status, text=text, article_id=article_id, after=after, limit=_PAGE + 1)
    more = found[_PAGE - 1].id if len(found) > _PAGE else None
    reported = []
    if status == "held" and not after:
        reported = comments.queue(source, seen, "reported", text=text, article_id=article_id, limit=_PAGE)
    shown = [*reported, *found[:_PAGE]]
    bans = visitors.banned(source)
    deciders = [row.decided_by for row in shown if row.decided_by] + [one.by for one in bans]
    return page(
        request,
        who,
        "comments.html",
        comments=shown,
        more=more,
        states=STATES,
        state=status,
        counts=comments.counts(source),
        stories=comments.stories(source, seen, status),
        article_id=article_id,
        bans=bans,
        ban_days=visitors.BAN_DAYS,
        max_text=comments.MAX_ANSWER,
        names=people.names(source, deciders),
        q=text,
    )


@router.post("/binh-luan")
def decide(request: Request, who: Annotated[Account, needs(Action.moderate)], form: Form) -> Response:
    """Approve or reject the comments ticked; what cannot be done is said, the rest is done."""
    decision, said = _DECISIONS.get(form.text("decision"), (None, ""))
    if decision is None:
        raise Invalid.of("decision", _MISSING)
    wanted = form.numbers("id")[:500]
    if not wanted:
        raise Invalid.of("id", "Chưa chọn bình luận nào.")
    # What is answered stands before its answers.
    number, faults = 0, []
    for comment_id in sorted(wanted):
        try:
            _require(who, comment_id)
            decision(engine("ingest"), comment_id, who.actor)
            number += 1
        except Refused as refused:
            faults.append(refused)
    if not number:
        raise faults[0]
    if not wants_html(request):
        return json_answer({"done": number, "refused": [fault.detail for fault in faults]})
    if faults:
        told = f"{said} {number} bình luận; {len(faults)} bình luận không được: {faults[0].detail}"
        return back(_list_of(form), told, "warn")
    return back(_list_of(form), f"{said} {number} bình luận.")


@router.post("/binh-luan/{comment_id}/sua")
def edit(comment_id: RowId, who: Annotated[Account, needs(Action.moderate)], form: Form) -> Response:
    """Change a comment's words; readers see that the paper did."""
    _require(who, comment_id)
    comments.edit(engine("ingest"), comment_id, _words(form), who.actor)
    return back(_list_of(form, comment_id), "Đã sửa lời bình luận; lời gốc vẫn được giữ.")


@router.post("/binh-luan/{comment_id}/tra-loi")
def answer(comment_id: RowId, who: Annotated[Account, needs(Action.moderate)], form: Form) -> Response:
    """Answer a comment in the paper's name."""
    _require(who, comment_id)
    comments.answer(engine("ingest"), comment_id, _words(form), form.text("once", 100), who.actor)
    return back(_list_of(form, comment_id), "Đã trả lời với tên tòa soạn.")


@router.post("/binh-luan/{comment_id}/chan")
def ban(comment_id: RowId, who: Annotated[Account, needs(Action.moderate)], form: Form) -> Response:
    """Refuse what the writer of a comment sends from now on."""
    _require(who, comment_id)
    until = visitors.ban(engine("ingest"), comment_id, form.number("days") or 0, who.actor)
    return back(_list_of(form, comment_id), f"Đã chặn người gửi đến {house_time(until)}.")


@router.post("/binh-luan/bo-chan")
def lift(who: Annotated[Account, needs(Action.moderate)], form: Form) -> Response:
    """Let somebody write again."""
    visitors.lift(engine("ingest"), form.text("visitor", 64), who.actor)
    return back(_HERE, "Đã bỏ chặn.")


def _require(who: Account, comment_id: int) -> None:
    section_id, maker = comments.where(engine("ingest"), comment_id)
    rights.require(who, Action.moderate, section_id=section_id, owner=maker)


def _words(form: Form) -> str:
    words = form.prose("text", comments.MAX_ANSWER)
    if not words:
        raise Invalid.of("text", "Chưa có chữ nào.")
    return words


def _list_of(form: Form, comment_id: int = 0) -> str:
    """The list that a form stood in; at a comment, if one is named."""
    status, article_id = form.text("status"), _id(form.text("bai"))
    asked = [f"trang-thai={status}"] if status in STATES and status != "held" else []
    asked += [f"bai={article_id}"] if article_id else []
    return _HERE + ("?" + "&".join(asked) if asked else "") + (f"#bl{comment_id}" if comment_id else "")


def _id(words: str) -> int:
    return int(words) if words.isascii() and words.isdigit() and len(words) < 10 else 0
