"""/api of the readers' site, search and comments: what is answered for one reader, not kept as a page."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.web.answers import (
    CommentsAnswer,
    FoundAnswer,
    HeldAnswer,
    LikedAnswer,
    MostReadAnswer,
    PublicArticle,
    ReportedAnswer,
)
from services.web.asked import (
    ID,
    Address,
    Away,
    Beacon,
    Discussed,
    InTurn,
    Question,
    RankingAsked,
    SentBytes,
    Tally,
    Web,
    WindowRead,
    kept_page,
)
from services.web.asked_comments import CommentRead, LikeRead, Pointed, ReportRead, TypedComment
from services.web.cache import PageUnavailable
from services.web.model import Comment
from services.web.page import Page
from services.web.pages import search as search_page
from services.web.searching import BadQuery, read_query, with_names_of_today
from shared.api import problems
from shared.asgi import problem
from shared.ask import NoAnswer
from shared.contracts.addresses import article_path
from shared.contracts.commands import SearchAnswer, SearchArticles, SuggestAnswer
from shared.settings import get_settings
from shared.vietnamese.dates import iso

router = APIRouter(tags=["readers"])
_AWAY = {"retry-after": "5", "cache-control": "no-store"}
_LINKS = {
    name: {"operationId": f"readers_{name}", "parameters": {"id": "$response.body#/results/0/id"}}
    for name in ("article", "comments", "comment")
}
_AWAY_TOLD: dict[int | str, dict[str, Any]] = {503: problems.answer(503)}
_LEADS_ON: dict[int | str, dict[str, Any]] = {**_AWAY_TOLD, 200: {"links": _LINKS}}


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


# ---------------------------------------------------------------- articles


@router.get(
    "/api/articles/{id}",
    response_model=PublicArticle,
    responses={status: problems.answer(status) for status in (404, 410, 503)},
)
async def article(page: Annotated[Response, Depends(kept_page)], id: ID) -> Response:
    """A published article with its text. A page as any other: kept by the process, with an ETag."""
    return page


# ---------------------------------------------------------------- search


@router.get("/api/search", response_model=FoundAnswer, responses=_LEADS_ON)
async def search(web: InTurn, asked: Annotated[SearchArticles, Depends(Question())], tally: Tally) -> Response:
    """Search the paper. At least one of q, section, author, from and to is needed."""
    asked = await web.meant(asked)
    try:
        answer = await web.searching.search_json(asked)
    except NoAnswer:
        return problem(503, "Tạm thời không tìm được", "Phần tìm kiếm đang bận hoặc tạm ngừng.", headers=_AWAY)
    site = get_settings().site_url
    found = with_names_of_today(orjson.loads(answer), await web.names_of_today())
    tally(asked, found["total"])
    for hit in found["results"]:
        hit["url"] = site + hit["url"]
    return _json(found)


@router.get("/api/suggest", response_model=SuggestAnswer, responses=_AWAY_TOLD)
async def suggest(web: InTurn, q: Annotated[str, Query(description="What was typed so far.")] = "") -> Response:
    """Headlines that go on as typed, eight at most."""
    try:
        answer = await web.searching.complete(q)
    except NoAnswer:
        return problem(503, "Tạm thời không gợi ý được", "Phần tìm kiếm đang bận hoặc tạm ngừng.", headers=_AWAY)
    site = get_settings().site_url
    return _json({"results": [{"title": one.title, "url": site + one.url} for one in answer.results]})


@router.get("/tim-kiem", include_in_schema=False)
async def search_form(request: Request, state: Web, address: Address, tally: Tally) -> Response:
    """The page of search, with what was found."""
    if not state.searching.may_ask(address):
        return state.responder.busy(request)
    typed = request.query_params.get("q", "")[:500]
    query: SearchArticles | None = None
    answer: SearchAnswer | None = None
    wrong = ""
    try:
        # Pages write "trang"; the API says "page".
        parameters = {**request.query_params, "page": request.query_params.get("trang", "1")}
        query = await state.meant(read_query(parameters))
        answer = await state.searching.search(query)
        tally(query, answer.total)
    except BadQuery as bad:
        wrong = str(bad) if any(request.query_params.values()) else ""
    except NoAnswer:
        pass
    try:
        page: Page = await state.responder.work(
            lambda site: search_page.search(site, query, answer, typed, wrong, request.query_params), request.url.path
        )
    except PageUnavailable:
        return state.responder.unavailable(request)
    request.scope["page_kind"] = page.kind
    return state.responder.made(page, {"retry-after": "5"} if page.status == 503 else None)


# ---------------------------------------------------------------- views


@router.post(
    "/api/views",
    status_code=204,
    responses={
        400: {"description": "No beacon; no body."},
        413: {"description": "Longer than a beacon is; no body."},
        503: {"description": "Nobody could hold it; no body.", "headers": problems.answer(503)["headers"]},
    },
)
async def views(web: Web, address: Address, sent: Annotated[SentBytes, Depends(Beacon())]) -> Response:
    """Say that a page was read. 204 for all that is well-formed, counted or not."""
    # Only a beacon that did not come in one piece; the others never get here (services.web.hotpath).
    status = await web.sink.accept(sent.headers, address, sent.body)
    more = {"retry-after": "2"} if status == 503 else {}
    return Response(status_code=status, headers={"cache-control": "no-store", **more})


@router.get("/api/most-read", response_model=MostReadAnswer, responses=_LEADS_ON)
async def most_read(web: Web, asked: Annotated[RankingAsked, Depends(WindowRead())], away: Away) -> Response:
    """What is read most in a window of time, in the whole paper or a section."""
    try:
        ranked = await web.responder.work(lambda site: site.read.ranking(asked.window, asked.section, asked.size))
    except PageUnavailable:
        return away()
    base = get_settings().site_url
    rows = [
        {"id": one.card.id, "title": one.card.title, "url": base + one.card.path, "views": one.views} for one in ranked
    ]
    return _json({"results": rows})


# ---------------------------------------------------------------- comments


def _or_page(told: dict[str, Any]) -> dict[str, Any]:
    """A form's faults are answered with a page."""
    return told | {"content": told["content"] | {"text/html": {"schema": {"type": "string"}}}}


@router.get("/api/articles/{id}/comments", response_model=CommentsAnswer)
async def comments(found: Discussed) -> Response:
    """The approved comments, the oldest first, a hundred a page; under each the last of its replies."""
    return _json(
        {"comments": [_shown(comment) for comment in found.comments], "number": found.number, "more": found.more}
    )


_TO_A_FORM: dict[int | str, dict[str, Any]] = {
    303: {"description": "To a form: back to the article."},
    **{status: _or_page(problems.answer(status)) for status in (422, 429, 503)},
}


@router.post("/api/articles/{id}/comments", status_code=202, response_model=HeldAnswer, responses=_TO_A_FORM)
async def comment(state: Web, address: Address, sent: Annotated[TypedComment, Depends(CommentRead())]) -> Response:
    """Send a comment, as JSON or as a form; it is held until it is approved. A form's faults are answered with a
    page."""
    if sent.article.comments_closed:
        return await sent.refused(422, [{"field": "", "message": "Bài này không nhận bình luận."}])
    answer = await _held(
        sent,
        partial(state.comments.wait, address),
        partial(state.comments.send, sent.article.id, sent.typed, address),
        too_fast="Bạn gửi nhiều quá nhanh; hãy chờ một lát rồi gửi lại.",
        away="Chưa gửi được bình luận; hãy thử lại sau ít phút.",
        place="da-nhan",
    )
    return answer or _json({"status": "held", "detail": "Đã nhận. Bình luận sẽ hiện sau khi được duyệt."}, 202)


@router.post("/api/articles/{id}/reports", status_code=202, response_model=ReportedAnswer, responses=_TO_A_FORM)
async def report(state: Web, address: Address, found: Annotated[Pointed, Depends(ReportRead)]) -> Response:
    """Report a comment to the moderators, as JSON or as a form; of one reader it counts once."""
    answer = await _held(
        found.sent,
        partial(state.comments.wait_to_report, address),
        partial(state.comments.report, found.sent.article.id, found.comment_id, address),
        too_fast="Bạn báo nhiều quá nhanh; hãy chờ một lát rồi báo lại.",
        away="Chưa báo được bình luận; hãy thử lại sau ít phút.",
        place="da-bao",
    )
    return answer or _json({"status": "reported", "detail": "Đã báo. Tòa soạn sẽ xem lại bình luận này."}, 202)


@router.post("/api/articles/{id}/likes", status_code=202, response_model=LikedAnswer, responses=_TO_A_FORM)
async def like(state: Web, address: Address, found: Annotated[Pointed, Depends(LikeRead)]) -> Response:
    """Like a comment, as JSON or as a form; of one reader it counts once."""
    answer = await _held(
        found.sent,
        partial(state.comments.wait_to_like, address),
        partial(state.comments.like, found.sent.article.id, found.comment_id, address),
        too_fast="Bạn bấm thích quá nhanh; hãy chờ một lát.",
        away="Chưa ghi được lượt thích; hãy thử lại sau ít phút.",
        place="da-thich",
    )
    return answer or _json({"status": "liked", "detail": "Đã nhận lượt thích của bạn."}, 202)


async def _held(
    sent: TypedComment, wait: Callable[[], float], keep: Callable[[], None], *, too_fast: str, away: str, place: str
) -> Response | None:
    """What a reader sent is held on disk: the way back to the article for a form, None for a program. Or how it was
    refused: `too_fast` while `wait()` says so, `away` where `keep()` raises OSError."""
    if await asyncio.to_thread(wait):
        return await sent.refused(429, [{"field": "", "message": too_fast}])
    try:
        await asyncio.to_thread(keep)
    except OSError:
        return await sent.refused(503, [{"field": "", "message": away}])
    if not sent.is_form:
        return None
    path = article_path(sent.article.section_slug, sent.article.slug, sent.article.id)
    return RedirectResponse(f"{path}?binh-luan={place}#{place}", 303)


def _shown(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "name": comment.name,
        "text": comment.text,
        "at": iso(comment.at),
        "edited": comment.edited,
        "by_paper": comment.by_paper,
        "likes": comment.likes,
        "replies": [_shown(reply) for reply in comment.replies],
        "more_replies": comment.more_replies,
    }
