"""Readers' comments: what waits is read and decided, one by one or several at once, mended, answered; who writes is
banned for a time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.comments.store import comments, visitors
from services.ingest.desk_kit import people
from services.ingest.desk_kit.forms import Form, RowId
from services.ingest.desk_kit.pages import NavItem, back, done, page, wants_html
from services.ingest.desk_kit.session import needs
from services.ingest.kit import rights
from services.ingest.kit.actors import Account
from services.ingest.kit.errors import Invalid, Refused
from services.ingest.kit.requests import json_answer
from services.ingest.kit.rights import Action
from services.ingest.kit.visibility import seen_by
from shared.database import engine
from shared.vietnamese.dates import house_time

router = APIRouter()
NAV = (NavItem("/desk/binh-luan", "Bình luận", Action.moderate, key="l"),)
STATES = {"held": "Chờ duyệt", "reported": "Bị báo vi phạm", "approved": "Đã duyệt", "rejected": "Đã từ chối"}
_PAGE = 200
_DECISIONS: dict[str, tuple[Callable[..., int], str]] = {
    "approve": (comments.approve, "Đã duyệt"),
    "reject": (comments.reject, "Đã từ chối"),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """Which comments a page shows, as its address and its forms say it."""

    state: str
    article_id: int
    text: str
    after: int

    @classmethod
    def asked(cls, value: Callable[[str], str]) -> "Listing":
        """From the parameters of an address, or a form's fields."""
        state = value("trang-thai")
        return cls(state if state in STATES else "held", _id(value("bai")), value("q")[:100], _id(value("sau")))

    def fields(self) -> dict[str, str]:
        """What makes it another list than the one without parameters."""
        state = "" if self.state == "held" else self.state
        said = {"trang-thai": state, "bai": self.article_id or "", "q": self.text, "sau": self.after or ""}
        return {name: str(value) for name, value in said.items() if value}

    def page(self, after: int = 0) -> "Listing":
        """The same list's first page, or the one behind a comment."""
        return replace(self, after=after)

    def address(self, comment_id: int = 0) -> str:
        """Of this page; at a comment, if one is named."""
        asked = urlencode(self.fields())
        return "/desk/binh-luan" + (f"?{asked}" if asked else "") + (f"#bl{comment_id}" if comment_id else "")


@router.get("/binh-luan")
def listed(request: Request, who: Annotated[Account, needs(Action.moderate)]) -> Response:
    wanted = Listing.asked(lambda name: request.query_params.get(name, ""))
    source, seen = engine("ingest"), seen_by(who)
    found = comments.queue(
        source,
        seen,
        wanted.state,
        text=wanted.text,
        article_id=wanted.article_id,
        after=wanted.after,
        limit=_PAGE + 1,
    )
    shown = found[:_PAGE]
    bans = visitors.banned(source)
    deciders = [row.decided_by for row in shown if row.decided_by] + [one.by for one in bans]
    return page(
        request,
        who,
        "comments.html",
        comments=shown,
        # Of the reported ones that are decided here others come up.
        more=shown[-1].id if len(found) > _PAGE and wanted.state != "reported" else None,
        states=STATES,
        list=wanted,
        counts=comments.counts(source, seen),
        stories=comments.stories(source, seen, wanted.state),
        bans=bans,
        ban_days=visitors.BAN_DAYS,
        max_text=comments.MAX_ANSWER,
        state_of=comments.state_of,
        names=people.names(source, deciders),
    )


@router.post("/binh-luan")
def decide(request: Request, who: Annotated[Account, needs(Action.moderate)], form: Form) -> Response:
    """Approve or reject the comments ticked, as they were read; what cannot be done is said, the rest is done."""
    decision, said = _DECISIONS.get(form.text("decision"), (None, ""))
    if decision is None:
        raise Invalid.of("decision", "Không có lựa chọn này.")
    wanted = form.numbers("id")[:500]
    if not wanted:
        raise Invalid.of("id", "Chưa chọn bình luận nào.")
    # What is answered stands before its answers.
    versions: dict[str, int] = {}
    faults = []
    for comment_id in sorted(wanted):
        try:
            _require(who, comment_id)
            read = form.number(f"version-{comment_id}")
            versions[str(comment_id)] = decision(engine("ingest"), comment_id, who.actor, read)
        except Refused as refused:
            faults.append(refused)
    if not versions:
        raise faults[0]
    if not wants_html(request):
        return json_answer({"versions": versions, "refused": [fault.detail for fault in faults]})
    here = Listing.asked(form.raw).address()
    if faults:
        told = f"{said} {len(versions)} bình luận; {len(faults)} bình luận không được: {faults[0].detail}"
        return back(here, told, "warn")
    return back(here, f"{said} {len(versions)} bình luận.")


@router.post("/binh-luan/{comment_id}/sua")
def edit(request: Request, comment_id: RowId, who: Annotated[Account, needs(Action.moderate)], form: Form) -> Response:
    """Change a comment's words; readers see that the paper did."""
    _require(who, comment_id)
    words = _words(form)
    version = comments.edit(engine("ingest"), comment_id, words, who.actor, form.number("version"))
    told = "Đã sửa lời bình luận; lời gốc vẫn được giữ."
    return done(request, _at(form, comment_id), told, said=told, text=words, versions={str(comment_id): version})


@router.post("/binh-luan/{comment_id}/tra-loi")
def answer(
    request: Request, comment_id: RowId, who: Annotated[Account, needs(Action.moderate)], form: Form
) -> Response:
    """Answer a comment in the paper's name."""
    _require(who, comment_id)
    comments.answer(engine("ingest"), comment_id, _words(form), form.text("once", 100), who.actor)
    told = "Đã trả lời với tên tòa soạn."
    return done(request, _at(form, comment_id), told, said=told)


@router.post("/binh-luan/{comment_id}/chan")
def ban(request: Request, comment_id: RowId, who: Annotated[Account, needs(Action.moderate)], form: Form) -> Response:
    """Refuse what the writer of a comment has waiting, and sends from now on."""
    _require(who, comment_id)
    until, gone = visitors.ban(engine("ingest"), comment_id, form.number("days") or 0, who.actor)
    told = f"Đã chặn người gửi đến {house_time(until)}"
    told += f", từ chối {len(gone)} bình luận đang chờ của người ấy." if gone else "."
    versions = {str(one): version for one, version in gone.items()}
    return done(request, _at(form, comment_id), told, said=told, versions=versions, decision="reject")


@router.post("/binh-luan/bo-chan")
def lift(who: Annotated[Account, needs(Action.moderate)], form: Form) -> Response:
    """Let somebody write again."""
    visitors.lift(engine("ingest"), form.text("visitor", 64), who.actor)
    return back("/desk/binh-luan", "Đã bỏ chặn.")


def _require(who: Account, comment_id: int) -> None:
    section_id, maker = comments.where(engine("ingest"), comment_id)
    rights.require(who, Action.moderate, section_id=section_id, owner=maker)


def _words(form: Form) -> str:
    words = form.prose("text", comments.MAX_ANSWER)
    if not words:
        raise Invalid.of("text", "Chưa có chữ nào.")
    return words


def _at(form: Form, comment_id: int) -> str:
    return Listing.asked(form.raw).address(comment_id)


def _id(words: str) -> int:
    return int(words) if words.isascii() and words.isdigit() and len(words) < 10 else 0
