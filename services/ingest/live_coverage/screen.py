"""A live coverage at the desk, made for a phone: write, publish, pin, mark, correct, withdraw, end."""

import html
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.ingest.articles.asked import Asked, for_readers, needs_article
from services.ingest.articles.input import ReasonInput
from services.ingest.articles.sanitise import text_to_html, to_text
from services.ingest.desk_kit import people
from services.ingest.desk_kit.forms import Fields, Form, RowId
from services.ingest.desk_kit.pages import done, page
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.rights import Action
from services.ingest.live_coverage.input import LiveEntryInput, NewLiveEntryInput
from services.ingest.live_coverage.store import ending, entries, reading
from services.ingest.live_coverage.store.entries import SavedEntry
from shared.database import engine

router = APIRouter()
_SAID = {"draft": "Đã lưu nháp.", "published": "Đã lên trang.", "withdrawn": "Đã rút."}
_MARKS = {"pin": "pinned", "key": "key_event"}


@router.get("/bai/{id}/truc-tiep")
def show(request: Request, asked: Annotated[Asked, needs_article(Action.live_write)]) -> Response:
    found = reading.listed(engine("ingest"), asked.id)
    return page(
        request,
        asked.who,
        "coverage.html",
        asked=asked,
        article=asked.article,
        is_running=for_readers(asked.id).live,
        entries=[one | _written(one["body"]) for one in found],
        names=people.names(engine("ingest"), list({one["created_by"] for one in found})),
    )


@router.post("/bai/{id}/truc-tiep")
def write(request: Request, asked: Annotated[Asked, needs_article(Action.live_write)], form: Form) -> Response:
    """Make an entry, once however often the form is sent."""
    fields = _sent(form) | {"status": form.text("status") or "draft"}
    once = form.text("once", 64)
    key = {"external_id": f"desk:{asked.who.id}:{once}"} if once else {}
    sent = read_fields(NewLiveEntryInput, fields | key)
    return _done(request, asked, entries.write(engine("ingest"), asked.id, sent, asked.who.actor))


@router.post("/bai/{id}/truc-tiep/{entry}")
def change(
    request: Request, asked: Annotated[Asked, needs_article(Action.live_write)], entry: RowId, form: Form
) -> Response:
    """Give an entry new words; marks are set by their own buttons."""
    version = form.number("version")
    sent = read_fields(LiveEntryInput, _sent(form) | {"correction": form.prose("correction")})
    kept = reading.one(engine("ingest"), asked.id, entry)
    sent = sent.model_copy(update={name: kept[name] for name in _MARKS.values()})
    saved = entries.change(engine("ingest"), asked.id, entry, sent, asked.who.actor, version)
    return _done(request, asked, saved)


@router.post("/bai/{id}/truc-tiep/{entry}/len-trang")
def publish(
    request: Request, asked: Annotated[Asked, needs_article(Action.publish)], entry: RowId, form: Form
) -> Response:
    """Show an entry to readers."""
    saved = entries.publish(engine("ingest"), asked.id, entry, asked.who.actor, form.number("version"))
    return _done(request, asked, saved)


@router.post("/bai/{id}/truc-tiep/{entry}/danh-dau")
def mark(
    request: Request, asked: Annotated[Asked, needs_article(Action.live_write)], entry: RowId, form: Form
) -> Response:
    """Pin an entry, or name it among the main events; or undo that."""
    name = _MARKS.get(form.text("mark"), "pinned")
    marks: dict[str, Any] = {name: form.checked("on")}
    entries.mark(engine("ingest"), asked.id, entry, asked.who.actor, **marks)
    return done(request, _path(asked), "Đã đánh dấu." if form.checked("on") else "Đã bỏ đánh dấu.")


@router.post("/bai/{id}/truc-tiep/{entry}/rut")
def withdraw(
    request: Request, asked: Annotated[Asked, needs_article(Action.live_write)], entry: RowId, form: Form
) -> Response:
    """Take an entry from readers for good, or throw a draft away."""
    reason = read_fields(ReasonInput, {"reason": form.prose("reason")}).reason
    return _done(request, asked, entries.withdraw(engine("ingest"), asked.id, entry, reason, asked.who.actor))


@router.post("/bai/{id}/ket-thuc")
def close(request: Request, asked: Annotated[Asked, needs_article(Action.publish)]) -> Response:
    """End the coverage: it becomes an ordinary article."""
    ending.close(engine("ingest"), asked.id, asked.who.actor)
    return done(request, f"/desk/bai/{asked.id}", "Đã kết thúc tường thuật: các cập nhật nay là nội dung của bài.")


def _path(asked: Asked) -> str:
    return f"/desk/bai/{asked.id}/truc-tiep"


def _done(request: Request, asked: Asked, saved: SavedEntry) -> Response:
    return done(request, _path(asked), _SAID[saved.status], id=saved.id, version=saved.version)


def _sent(form: Fields) -> dict[str, Any]:
    """What the form says, with the pictures behind its words."""
    body = form.raw("body") if form.text("body_format") == "html" else text_to_html(form.raw("body"))
    figures = map(_figure, form.many("image_url"), form.many("image_caption"))
    return {"title": form.text("title"), "body": body + "".join(figures), "byline": form.text("byline")}


def _figure(url: str, caption: str) -> str:
    told = html.escape(caption)
    words = f"<figcaption>{told}</figcaption>" if told else ""
    return f'<figure><img src="{html.escape(url)}" alt="{told}">{words}</figure>'


def _written(body: str) -> dict[str, str]:
    """An entry's words as its form has them: as people write where nothing is lost by that, else as they are kept."""
    plain = to_text(body.replace("</p>", "</p>\n")).strip()
    is_plain = text_to_html(plain) == body
    return {"written": plain if is_plain else body, "written_format": "text" if is_plain else "html"}
