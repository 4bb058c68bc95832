"""The steps of an article: on and back, publication now or later, embargo, taking away, notes."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.articles import steps
from services.ingest.articles.asked import Asked, needs_article
from services.ingest.articles.input import ReasonInput
from services.ingest.articles.mentions import Mentions, mentioned
from services.ingest.articles.store import articles as store
from services.ingest.articles.store import prepared, workflow
from services.ingest.articles.versions import Saved
from services.ingest.desk_kit.forms import Form
from services.ingest.desk_kit.pages import STATUS_NAMES, done, page, wants_html
from services.ingest.kit.errors import Invalid
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.rights import Action
from shared.database import engine
from shared.vietnamese.dates import house_time

router = APIRouter()


@router.post("/bai/{id}/buoc")
def move(request: Request, asked: Annotated[Asked, needs_article(Action.submit)], form: Form) -> Response:
    """Take a step on, or back with a note."""
    saved = steps.take(asked, form.text("to"), form.prose("note", 2000), form.number("version"))
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


@router.post("/bai/{id}/cap-nhat")
def publish_prepared(request: Request, asked: Annotated[Asked, needs_article(Action.publish)], form: Form) -> Response:
    """Show readers the prepared next version."""
    saved = prepared.publish(engine("ingest"), asked.id, asked.who.actor, if_version=form.number("version"))
    if saved.result == "unchanged":
        return _done(request, saved, "Bạn đọc đã thấy đúng chữ này; không có gì để cập nhật.")
    return _done(request, saved, "Đã cập nhật bài trên trang.", after=_live(asked.id))


@router.post("/bai/{id}/bo-ban-chuan-bi")
def discard_prepared(request: Request, asked: Annotated[Asked, needs_article(Action.write)], form: Form) -> Response:
    """Go back to what readers see."""
    saved = prepared.discard(engine("ingest"), asked.id, asked.who.actor, if_version=form.number("version"))
    return _done(request, saved, "Đã bỏ bản chuẩn bị: bài trở lại như bạn đọc đang thấy. Bản ấy còn ở Phiên bản.")


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

    try:
        reason = read_fields(ReasonInput, {"reason": form.prose("reason")}).reason
        saved = store.withdraw(engine("ingest"), asked.id, reason, asked.who.actor, if_version=form.number("version"))
    except Invalid as invalid:
        if not wants_html(request):
            raise
        shown = {"asked": asked, "article": asked.article, "errors": invalid.errors}
        return page(request, asked.who, "withdraw.html", 422, **shown)
    return _done(request, saved, "Đã rút bài.", after=_live(asked.id))


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
    text = form.prose("text", 2000)
    called = mentioned(text, steps.readers(asked)) if "@" in text else Mentions((), ())
    ids = [one.id for one in called.people]
    workflow.add_note(engine("ingest"), asked.id, text, asked.who.actor, form.sent(asked.who.id), ids)
    said = f"Đã ghi, báo cho {', '.join(one.name for one in called.people)}." if ids else "Đã ghi."
    if called.unclear:
        said = f"{said} Không rõ {', '.join(called.unclear)} là ai trong những người thấy bài này; hãy ghi đủ tên."
    return done(request, f"/desk/bai/{asked.id}#ghi-chu", said, "warn" if called.unclear else "ok")


@router.post("/bai/{id}/de-nghi-cai-chinh")
def ask_correction(request: Request, asked: Annotated[Asked, needs_article(Action.read)], form: Form) -> Response:
    """Tell those who may correct a live article what is wrong in it."""
    sent = form.sent(asked.who.id)
    workflow.ask_correction(engine("ingest"), asked.id, form.prose("text", 2000), asked.who.actor, sent)
    return done(request, f"/desk/bai/{asked.id}#ghi-chu", "Đã báo cho những người cải chính được bài này.")


# ---------------------------------------------------------------- how


def _live(article_id: int) -> str:
    return f"/desk/bai/{article_id}/len-trang"


def _done(request: Request, saved: Saved, said: str, after: str = "") -> Response:
    told: dict[str, Any] = {"id": saved.id, "version": saved.version, "status": saved.status, "url": saved.url}
    return done(request, after or f"/desk/bai/{saved.id}", said, **told)
