"""/api of the readers' site, search and comments: what is answered for one reader, not kept as a page."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.web.beacons import ViewSink
from services.web.cache import PageUnavailable
from services.web.clients import client_address
from services.web.commenting import MAX_BYTES, CommentForm, Comments, read_comment
from services.web.model import Comment, Tombstone
from services.web.page import Page, Site
from services.web.pages import comments as comment_pages
from services.web.pages import search as search_page
from services.web.responding import Responder
from services.web.searching import BadQuery, Searching, read_query, with_section_names
from shared.asgi import problem
from shared.ask import NoAnswer
from shared.contracts.addresses import article_path
from shared.contracts.articles import ArticleState
from shared.contracts.commands import SearchAnswer, SearchArticles
from shared.settings import get_settings
from shared.vietnamese.dates import iso
from shared.views.definition import BEACON_BYTES

router = APIRouter()
_WINDOWS = ("1h", "24h", "7d", "30d")
_MAX_ID = 2**31 - 1
_NAMES_SECONDS = 5.0
_AWAY = {"retry-after": "5", "cache-control": "no-store"}


class State:
    """What the endpoints work with: `request.app.state.web`."""

    def __init__(self, responder: Responder, searching: Searching, sink: ViewSink, comments: Comments) -> None:
        self.responder = responder
        self.searching = searching
        self.sink = sink
        self.comments = comments
        self._names: dict[str, str] = {}
        self._names_until = 0.0

    async def section_names(self) -> dict[str, str]:
        """slug -> name, some seconds old at most; those known last while the database is away."""
        if time.monotonic() > self._names_until:
            try:
                self._names = await self.responder.work(lambda site: site.read.section_names())
            except PageUnavailable:
                pass
            self._names_until = time.monotonic() + _NAMES_SECONDS
        return self._names


def _state(request: Request) -> State:
    state: State = request.app.state.web
    return state


def _address(request: Request) -> str:
    return client_address(request.scope["client"], dict(request.scope["headers"]).get(b"x-forwarded-for"))


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


# ---------------------------------------------------------------- search


@router.get("/api/search")
async def search(request: Request) -> Response:
    """{total, took_ms, suggestion, facets, results}: see docs for the parameters."""
    if not _state(request).searching.may_ask(_address(request)):
        return _state(request).responder.busy(request)
    try:
        answer = await _state(request).searching.search_json(read_query(request.query_params))
    except BadQuery as bad:
        return problem(422, "Câu tìm chưa đúng", str(bad), bad.errors)
    except NoAnswer:
        return problem(503, "Tạm thời không tìm được", "Phần tìm kiếm đang bận hoặc tạm ngừng.", headers=_AWAY)
    site = get_settings().site_url
    found = with_section_names(orjson.loads(answer), await _state(request).section_names())
    for hit in found["results"]:
        hit["url"] = site + hit["url"]
    return _json(found)


@router.get("/api/suggest")
async def suggest(request: Request) -> Response:
    """Headlines that go on as typed, eight at most."""
    if not _state(request).searching.may_ask(_address(request)):
        return _state(request).responder.busy(request)
    try:
        answer = await _state(request).searching.complete(request.query_params.get("q", ""))
    except NoAnswer:
        return problem(503, "Tạm thời không gợi ý được", "Phần tìm kiếm đang bận hoặc tạm ngừng.", headers=_AWAY)
    site = get_settings().site_url
    return _json({"results": [{"title": one.title, "url": site + one.url} for one in answer.results]})


@router.get("/tim-kiem")
async def search_form(request: Request) -> Response:
    """The page of search, with what was found."""
    state = _state(request)
    if not state.searching.may_ask(_address(request)):
        return state.responder.busy(request)
    typed = request.query_params.get("q", "")[:500]
    query: SearchArticles | None = None
    answer: SearchAnswer | None = None
    wrong = ""
    try:
        # Pages write "trang"; the API says "page".
        parameters = {**request.query_params, "page": request.query_params.get("trang", "1")}
        query = read_query(parameters)
        answer = await state.searching.search(query)
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


@router.post("/api/views")
async def views(request: Request) -> Response:
    """A beacon that did not come in one piece; the others never get here (services.web.hotpath)."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BEACON_BYTES:
            break
    status = await _state(request).sink.accept(dict(request.scope["headers"]), _address(request), body)
    more = {"retry-after": "2"} if status == 503 else {}
    return Response(status_code=status, headers={"cache-control": "no-store", **more})


@router.get("/api/most-read")
async def most_read(request: Request) -> Response:
    """{results: [{id, title, url, views}]} of a window, of the whole paper or a section."""
    parameters = request.query_params
    window, size = parameters.get("window", "24h"), parameters.get("size", "10")
    errors = []
    if window not in _WINDOWS:
        errors.append({"field": "window", "message": f"Chỉ có {', '.join(_WINDOWS)}."})
    if not (size.isascii() and size.isdigit() and len(size) < 4 and 1 <= int(size) <= 50):
        errors.append({"field": "size", "message": "Phải là số từ 1 đến 50."})
    if errors:
        return problem(422, "Tham số chưa đúng", errors[0]["message"], errors)
    section = parameters.get("section", "")[:200]
    try:
        ranked = await _state(request).responder.work(lambda site: site.read.ranking(window, section, int(size)))
    except PageUnavailable:
        return _state(request).responder.unavailable(request)
    base = get_settings().site_url
    rows = [
        {"id": one.card.id, "title": one.card.title, "url": base + one.card.path, "views": one.views} for one in ranked
    ]
    return _json({"results": rows})


# ---------------------------------------------------------------- comments


@router.get("/api/articles/{id}/comments")
async def comments(request: Request, id: str) -> Response:
    """{comments: [{id, name, text, at, replies}]}: the approved ones, oldest first."""
    state = _state(request)
    try:
        article, found = await state.responder.work(lambda site: _with_comments(site, id))
    except PageUnavailable:
        return state.responder.unavailable(request)
    if not isinstance(article, ArticleState):
        return await state.responder.error(request, 410 if isinstance(article, Tombstone) else 404)
    return _json({"comments": [_shown(comment) for comment in found]})


@router.post("/api/articles/{id}/comments")
async def comment(request: Request, id: str) -> Response:
    """Send a comment, as JSON or as a form: 202 (form: back to the article); it is held until it is approved."""
    state = _state(request)
    is_form = "json" not in request.headers.get("content-type", "")
    try:
        article, _ = await state.responder.work(lambda site: _with_comments(site, id))
    except PageUnavailable:
        return state.responder.unavailable(request)
    if not isinstance(article, ArticleState):
        return await state.responder.error(request, 410 if isinstance(article, Tombstone) else 404)
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return problem(403, "Không nhận", "Bình luận phải gửi từ trang của báo.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BYTES:
            return problem(413, "Quá lớn", "Bình luận dài quá mức cho phép.")
    fields = _fields(request, body, is_form)
    if fields is None:
        return problem(422, "Nội dung chưa đúng", "Không đọc được bình luận gửi lên.")
    typed = read_comment(fields)
    address = _address(request)
    if typed.errors:
        return await _refused(request, article, typed, 422, typed.errors)
    if await asyncio.to_thread(state.comments.wait, address):
        slow = [{"field": "", "message": "Bạn gửi nhiều quá nhanh; hãy chờ một lát rồi gửi lại."}]
        return await _refused(request, article, typed, 429, slow)
    try:
        await asyncio.to_thread(state.comments.send, article.id, typed, address)
    except OSError:
        away = [{"field": "", "message": "Chưa gửi được bình luận; hãy thử lại sau ít phút."}]
        return await _refused(request, article, typed, 503, away)
    if is_form:
        path = article_path(article.section_slug, article.slug, article.id)
        return RedirectResponse(f"{path}?binh-luan=da-nhan#da-nhan", 303)
    return _json({"status": "held", "detail": "Đã nhận. Bình luận sẽ hiện sau khi được duyệt."}, 202)


async def _refused(
    request: Request, article: ArticleState, typed: CommentForm, status: int, errors: Sequence[dict[str, str]]
) -> Response:
    """The form again with what was typed, or problem details."""
    headers = {"retry-after": "20"} if status in (429, 503) else {}
    if "json" in request.headers.get("content-type", ""):
        return problem(status, "Chưa nhận được bình luận", errors[0]["message"], errors, headers)
    responder = _state(request).responder
    told = " ".join(error["message"] for error in errors)
    parent = str(typed.parent_id or "")
    page: Page = await responder.work(
        lambda site: comment_pages.form_answer(site, article, told, typed.name, typed.email, typed.text, parent)
    )
    return responder.made(replace(page, status=status), headers)


def _fields(request: Request, body: bytes, is_form: bool) -> dict[str, Any] | None:
    if is_form:
        from urllib.parse import parse_qsl

        try:
            return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20))
        except ValueError:
            return None
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return said if isinstance(said, dict) else None


def _with_comments(site: Site, text: str) -> tuple[ArticleState | Tombstone | None, tuple[Comment, ...]]:
    if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= _MAX_ID):
        return None, ()
    article = site.read.article(int(text))
    return article, site.read.comments(int(text)) if isinstance(article, ArticleState) else ()


def _shown(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "name": comment.name,
        "text": comment.text,
        "at": iso(comment.at),
        "replies": [_shown(reply) for reply in comment.replies],
    }
