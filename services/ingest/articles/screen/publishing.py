"""The steps of an article: on and back, publication now or later, embargo, taking away, correction, notes."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.articles.asked import Asked, current, needs_article
from services.ingest.articles.input import CorrectionInput, ReasonInput
from services.ingest.articles.screen import article_form
from services.ingest.articles.store import articles as store
from services.ingest.articles.store import workflow
from services.ingest.articles.versions import Saved
from services.ingest.desk_kit.forms import Fields, Form
from services.ingest.desk_kit.pages import STATUS_NAMES, done, page, wants_html
from services.ingest.kit.errors import Invalid
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.rights import Action
from shared.contracts.articles import ArticleState
from shared.database import engine
from shared.vietnamese.dates import house_time, short_date

router = APIRouter()
NOTICE = "Thông tin cải chính, xin lỗi"


@router.post("/bai/{id}/buoc")
def move(request: Request, asked: Annotated[Asked, needs_article(Action.submit)], form: Form) -> Response:
    """Take a step on, or back with a note."""
    to = form.text("to")
    note, version = form.prose("note", 2000), form.number("version")
    saved = workflow.move(engine("ingest"), asked.id, to, asked.who.actor, note=note, if_version=version)
    return _done(request, saved, f"Bài chuyển sang bước “{STATUS_NAMES[saved.status]}”.")


@router.post("/bai/{id}/xuat-ban")
def publish(request: Request, asked: Annotated[Asked, needs_article(Action.publish)], form: Form) -> Response:
    """Show the article now, or at the time given."""
    at, now = form.time("at"), datetime.now(UTC)
    if at is not None and at <= now:
        raise Invalid.of("at", "Giờ hẹn đã qua.")
    if at is None and asked.article.status == "scheduled":
        at = now
    saved = store.publish(
        engine("ingest"),
        asked.id,
        asked.who.actor,
        at=at or (now if asked.article.first_published_at is None else None),
        if_version=form.number("version"),
        note=form.prose("note", 2000),
    )
    said = f"Bài sẽ lên trang lúc {house_time(at)}." if saved.status == "scheduled" and at else "Đã xuất bản."
    return _done(request, saved, said, after=_live(asked.id) if saved.status == "published" else "")


@router.post("/bai/{id}/go")
def unpublish(request: Request, asked: Annotated[Asked, needs_article(Action.publish)], form: Form) -> Response:
    """Take the article from readers (it can come back), or the schedule from an article."""
    was = asked.article.status
    saved = store.unpublish(engine("ingest"), asked.id, asked.who.actor, if_version=form.number("version"))
    said = "Đã bỏ hẹn giờ." if was == "scheduled" else "Đã gỡ bài khỏi trang."
    return _done(request, saved, said, after=_live(asked.id) if was == "published" else "")


@router.get("/bai/{id}/rut")
def withdraw_page(request: Request, asked: Annotated[Asked, needs_article(Action.withdraw)]) -> Response:
    return page(request, asked.who, "withdraw.html", asked=asked, article=asked.article, errors=[])


@router.post("/bai/{id}/rut")
def withdraw(request: Request, asked: Annotated[Asked, needs_article(Action.withdraw)], form: Form) -> Response:
    """Take the article from readers for good; the text stays inside."""

    def work() -> Saved:
        reason = read_fields(ReasonInput, {"reason": form.prose("reason")}).reason
        return store.withdraw(engine("ingest"), asked.id, reason, asked.who.actor, if_version=form.number("version"))

    return _or_again(request, asked, work, "withdraw.html", "Đã rút bài.", {})


@router.get("/bai/{id}/cai-chinh")
def correct_page(request: Request, asked: Annotated[Asked, needs_article(Action.withdraw)]) -> Response:
    found = current(asked.id)
    return page(
        request, asked.who, "correct.html", asked=asked, article=asked.article, errors=[], **_correction(found, None)
    )


@router.post("/bai/{id}/cai-chinh")
def correct(request: Request, asked: Annotated[Asked, needs_article(Action.withdraw)], form: Form) -> Response:
    """Publish a notice in the form that the law asks for, and change the text where it was wrong."""
    found = current(asked.id)

    def work() -> Saved:
        given: dict[str, Any] = {
            "notice": form.prose("notice"),
            "wrong": form.prose("wrong"),
            "right": form.prose("right"),
        }
        if not given["wrong"] or not given["right"]:
            raise Invalid.of("wrong", "Ghi rõ nội dung đã đăng sai và nội dung đúng.")
        changed = article_form.from_form(form)
        before = article_form.from_state(found)
        if changed.title and changed.title != before.title:
            given["title"] = changed.title
        if changed.body and article_form.cleaned(changed).body != before.body:
            given["body"] = changed.body
        sent = read_fields(CorrectionInput, given)
        return store.correct(engine("ingest"), asked.id, sent, asked.who.actor, if_version=form.number("version"))

    return _or_again(request, asked, work, "correct.html", "Đã đăng cải chính.", _correction(found, form))


@router.post("/bai/{id}/giu-lai")
def embargo(request: Request, asked: Annotated[Asked, needs_article(Action.publish)], form: Form) -> Response:
    """Keep the article from readers until a time; no time lifts that."""
    until = form.time("until")
    workflow.set_embargo(engine("ingest"), asked.id, until, asked.who.actor)
    said = f"Giữ bài đến {house_time(until)}." if until else "Đã bỏ lệnh giữ bài."
    return done(request, f"/desk/bai/{asked.id}", said)


@router.post("/bai/{id}/ghi-chu")
def note(request: Request, asked: Annotated[Asked, needs_article(Action.write)], form: Form) -> Response:
    """Say something to the newsroom about the article."""
    workflow.add_note(engine("ingest"), asked.id, form.prose("text", 2000), asked.who.actor, form.sent(asked.who.id))
    return done(request, f"/desk/bai/{asked.id}#ghi-chu", "Đã ghi.")


# ---------------------------------------------------------------- how


def _live(article_id: int) -> str:
    return f"/desk/bai/{article_id}/len-trang"


def _done(request: Request, saved: Saved, said: str, after: str = "") -> Response:
    told: dict[str, Any] = {"id": saved.id, "version": saved.version, "status": saved.status, "url": saved.url}
    return done(request, after or f"/desk/bai/{saved.id}", said, **told)


def _or_again(
    request: Request, asked: Asked, work: Callable[[], Saved], template: str, said: str, shown: dict[str, Any]
) -> Response:
    """Do it and show how it gets to readers; or the form again with what is wrong."""
    try:
        saved = work()
    except Invalid as invalid:
        if not wants_html(request):
            raise
        faults: dict[str, Any] = {"errors": invalid.errors, "article": asked.article, "asked": asked}
        return page(request, asked.who, template, 422, **(shown | faults))
    return _done(request, saved, said, after=_live(asked.id))


def _correction(found: ArticleState, form: Fields | None) -> dict[str, Any]:
    """What the form of a correction shows; the notice is proposed in the form of the law."""
    first = found.first_published_at or found.published_at or found.updated_at
    proposed = (
        f"{NOTICE}: Bài “{found.title}” đăng trên chuyên mục {found.section_name} ngày {short_date(first)} "
        "có thông tin chưa chính xác. Tòa soạn cải chính và thành thật xin lỗi các tổ chức, cá nhân liên quan "
        "cùng bạn đọc."
    )
    return {
        "state": found,
        "heading": NOTICE,
        "notice": form.prose("notice") if form else proposed,
        "wrong": form.prose("wrong") if form else "",
        "right": form.prose("right") if form else "",
        "title": (form.text("title") if form else "") or found.title,
        "body": (form.raw("body") if form else "") or found.body,
    }
