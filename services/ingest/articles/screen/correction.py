"""A correction: the notice in the form of the law, and every place where the wrong words stand mended with it."""

from hashlib import sha256
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from services.ingest.articles.asked import Asked, for_readers, needs_article, version_of
from services.ingest.articles.content import derived_summary
from services.ingest.articles.input import CorrectionInput
from services.ingest.articles.occurrences import Occurrence, Text, find, mended
from services.ingest.articles.screen import article_form
from services.ingest.articles.screen.conflict import prepare_again
from services.ingest.articles.store import articles as store
from services.ingest.articles.versions import Saved
from services.ingest.desk_kit.forms import Fields, Form
from services.ingest.desk_kit.pages import done, page, wants_html
from services.ingest.kit.errors import Invalid
from services.ingest.kit.json_input import read_fields
from services.ingest.kit.rights import Action
from shared.contracts.articles import ArticleState
from shared.database import engine
from shared.vietnamese.dates import short_date

router = APIRouter()
NOTICE = "Thông tin cải chính, xin lỗi"
_ON_CARDS = "trên bài và ở các thẻ tin: trang nhất, tin liên quan, tìm kiếm"


@router.get("/bai/{id}/cai-chinh")
def correct_page(request: Request, asked: Annotated[Asked, needs_article(Action.withdraw)]) -> Response:
    return _page(request, asked, for_readers(asked.id), None)


@router.post("/bai/{id}/cai-chinh/tim")
def places(request: Request, asked: Annotated[Asked, needs_article(Action.withdraw)], form: Form) -> Response:
    """Where the wrong words stand in the article as the form has it, for the form's script."""
    found = find(_texts(for_readers(asked.id), form), form.prose("wrong", 5000))
    return page(request, asked.who, "correct_places.html", **_places(found, set(form.many("known")), form))


@router.post("/bai/{id}/cai-chinh")
async def correct(request: Request, asked: Annotated[Asked, needs_article(Action.withdraw)], form: Form) -> Response:
    """Publish a notice in the form that the law asks for, and change the text where it was wrong. Places that nobody
    has been shown are shown first: nothing wrong stays because it was not seen. What is prepared is not published by
    it, and goes on from what readers see then."""
    seen = await run_in_threadpool(for_readers, asked.id)
    answer = await run_in_threadpool(_correct, request, asked, seen, form)
    if isinstance(answer, Response):
        return answer
    said, kind = "Đã đăng cải chính.", "ok"
    if asked.is_prepared:
        number = asked.article.version
        if await prepare_again(asked, seen, await run_in_threadpool(version_of, asked.id, number)):
            said += " Bản chuẩn bị vẫn còn và đã có lời cải chính; bạn đọc chưa thấy bản ấy."
        else:
            said += f" Bản chuẩn bị sửa cùng chỗ nên không đi tiếp; bản ấy còn ở Phiên bản, là bản {number}."
            kind = "warn"
    told: dict[str, Any] = {"id": answer.id, "version": answer.version, "status": answer.status, "url": answer.url}
    return done(request, f"/desk/bai/{asked.id}/len-trang", said, kind, **told)


def _correct(request: Request, asked: Asked, state: ArticleState, form: Fields) -> Saved | Response:
    """What became of it, or the form again."""
    try:
        given: dict[str, Any] = {name: form.prose(name) for name in ("notice", "wrong", "right")}
        if not given["wrong"] or not given["right"]:
            raise Invalid.of("wrong", "Ghi rõ nội dung đã đăng sai và nội dung đúng.")
        texts = _texts(state, form)
        found = find(texts, given["wrong"])
        if found and _mark(found) != form.text("seen"):
            said = f"Nội dung sai còn ở {len(found)} chỗ dưới đây; chọn chỗ cần sửa rồi đăng."
            raise Invalid.of("places", said)
        sent = read_fields(CorrectionInput, given | _changes(state, texts, form, given))
        return store.correct(engine("ingest"), asked.id, sent, asked.who.actor, if_version=_version(asked, form))
    except Invalid as invalid:
        if not wants_html(request):
            raise
        return _page(request, asked, state, form, invalid.errors)


def _version(asked: Asked, form: Fields) -> int:
    """The version to correct: what was prepared since the form was opened is no reason to refuse it."""
    opened = form.number("version") or asked.article.version
    return asked.article.version if opened >= (asked.article.public_version or 0) else opened


def _texts(state: ArticleState, form: Fields) -> list[Text]:
    """What readers see, with headline and body as the form has them. Raises Invalid."""
    typed = article_form.from_form(form)
    body = article_form.cleaned(typed).body if typed.body else state.body
    texts = [Text("title", f"Tiêu đề, {_ON_CARDS}", typed.title or state.title)]
    # One that is the text's beginning follows the text.
    if state.summary != derived_summary(state.body):
        texts.append(Text("summary", f"Sapo, {_ON_CARDS}", state.summary))
    for number, image in enumerate(state.images):
        texts += [
            Text(f"caption:{number}", f"Chú thích ảnh {number + 1}", image.caption),
            Text(f"alt:{number}", f"Mô tả ảnh {number + 1} cho người khiếm thị", image.alt),
        ]
    return [*texts, Text("body", "Nội dung", body)]


def _changes(state: ArticleState, texts: list[Text], form: Fields, given: dict[str, Any]) -> dict[str, Any]:
    """The fields that differ from what readers see, with the chosen places mended."""
    chosen = set(form.many("place"))
    now = {one.name: mended(one, given["wrong"], given["right"], chosen) for one in texts}
    own = [name for name in ("title", "summary", "body") if name in now]
    changes: dict[str, Any] = {name: now[name] for name in own if now[name] != getattr(state, name)}
    images = [
        {
            "url": one.url,
            "caption": now[f"caption:{at}"],
            "credit": one.credit,
            "alt": now[f"alt:{at}"],
            "focus": one.focus,
        }
        for at, one in enumerate(state.images)
    ]
    if any(
        image["caption"] != one.caption or image["alt"] != one.alt
        for image, one in zip(images, state.images, strict=True)
    ):
        changes["images"] = images
    return changes


def _mark(found: list[Occurrence]) -> str:
    """What the form says it has shown."""
    shown = [[place.id, place.before, place.words, place.after] for place in found]
    return sha256(orjson.dumps(shown)).hexdigest()[:16]


def _places(found: list[Occurrence], known: set[str], form: Fields | None) -> dict[str, Any]:
    """What the list of places shows: all are chosen but those that somebody has left out."""
    kept = set(form.many("place")) if form else set()
    left_out = known - kept
    return {"places": found, "mark": _mark(found), "left_out": left_out, "looked": form is not None}


def _page(
    request: Request,
    asked: Asked,
    state: ArticleState,
    form: Fields | None,
    errors: list[dict[str, str]] | None = None,
) -> Response:
    """The form; the notice is proposed in the form of the law."""
    first = state.first_published_at or state.published_at or state.updated_at
    proposed = (
        f"{NOTICE}: Bài “{state.title}” đăng trên chuyên mục {state.section_name} ngày {short_date(first)} "
        "có thông tin chưa chính xác. Tòa soạn cải chính và thành thật xin lỗi các tổ chức, cá nhân liên quan "
        "cùng bạn đọc."
    )
    wrong = form.prose("wrong") if form else ""
    found = find(_texts(state, form), wrong) if form and wrong else []
    return page(
        request,
        asked.who,
        "correct.html",
        422 if errors else 200,
        asked=asked,
        article=asked.article,
        errors=errors or [],
        state=state,
        heading=NOTICE,
        notice=form.prose("notice") if form else proposed,
        wrong=wrong,
        right=form.prose("right") if form else "",
        title=(form.text("title") if form else "") or state.title,
        body=(form.raw("body") if form else "") or state.body,
        **_places(found, set(form.many("known")) if form else set(), form if wrong else None),
    )
