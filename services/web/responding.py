"""Answers with pages where the hot path could not: other methods, pages that must be made first, errors."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.web.asked_pages import head_of
from services.web.cache import PageCache, PageUnavailable
from services.web.cached_response import Entry, StaticEntry, security_headers
from services.web.former import FormerAddresses
from services.web.negotiation import has_already, takes_gzip
from services.web.page import Gone, Missing, Moved, Page, Site
from services.web.pagemaking import PageMaker
from services.web.pages import article, errors, lists
from services.web.routes import MEDIA, Address, resolve
from shared.telemetry import log
from shared.views.bots import is_bot

_ERRORS: dict[int, Callable[[Site], Page]] = {404: errors.not_found, 410: errors.gone}


class Responder:
    """Pages as Starlette responses."""

    def __init__(self, pages: PageCache, maker: PageMaker) -> None:
        self._pages = pages
        self._maker = maker
        self.former = FormerAddresses(pages, maker)

    async def page(self, request: Request) -> Response:
        """Whatever stands at the request's address."""
        path = request.url.path
        fixed = self._pages.hot.get(path.encode("utf-8", "replace"))
        if isinstance(fixed, StaticEntry):
            return self.sent(request, fixed)
        address = resolve(path, request.url.query)
        if address is None and len(path) > 1 and path.endswith("/"):
            address = resolve(path.rstrip("/"), request.url.query)
            if address is not None:
                return _redirect(address.key)
        url = str(request.url)
        try:
            # All pages of some other systems stand at "/".
            if path == "/" and request.url.query and (moved := await self.former.elsewhere(url)):
                return _redirect(moved)
            if address is None:
                return await self._elsewhere(request, url)
            entry = await self._pages.entry(address)
        except (Moved, Gone) as other:
            # The number behind an address of a former site is another article's here.
            return await self._former_or(request, url, other)
        except Missing:
            may_be_another = address is not None and address.maker in (lists.section, article.article)
            return await self._elsewhere(request, url, known_form=not may_be_another)
        except PageUnavailable as error:
            log.warning("page not to be had", path=path[:200], error=str(error)[:300])
            return self.unavailable(request)
        if entry.page.article_id and request.method == "GET":
            noted = (entry.page.article_id, request.scope["client"], head_of(request.scope["headers"]))
            self._pages.asked.append(noted)
        return self.sent(request, entry)

    async def media(self, name: str) -> Entry | int:
        """What says that a file of the media folder is public, by its name; 404 for one that is not, 503 where nobody
        knows."""
        address = resolve(MEDIA + name, "")
        try:
            return await self._pages.entry(address) if address else 404
        except Missing:
            return 404
        except PageUnavailable as error:
            log.warning("file not to be had", name=name[:200], error=str(error)[:300])
            return 503

    def sent(self, request: Request, entry: Entry | StaticEntry) -> Response:
        """A cached page, whole or as 304."""
        request.scope["page_kind"] = entry.page.kind
        entry.used_at = self._pages.now
        packed = takes_gzip(_said(request, b"accept-encoding"))
        response = entry.response(self._pages.filling, packed)
        if entry.page.status == 200 and has_already(_said(request, b"if-none-match"), response.etag):
            return _raw(304, response.not_modified, b"")
        head, _, body = response.tail.partition(b"\r\n\r\n")
        return _raw(entry.page.status, head, body)

    async def error(self, request: Request, status: int) -> Response:
        """The page of 404 or 410; made once, not once for each wrong address."""
        path = request.url.path
        if path.startswith("/api/"):
            return _plain_error(status)
        address = Address(f"\x00error:{status}", path, _ERRORS[status], (), {})
        try:
            return self.sent(request, await self._pages.entry(address))
        except PageUnavailable:
            return self.unavailable(request)

    def unavailable(self, request: Request) -> Response:
        """503 that needs nothing at all."""
        return self._bare(request, "unavailable", errors.unavailable(None))

    def busy(self, request: Request) -> Response:
        """429, which costs as little: whoever asks asks too often."""
        return self._bare(request, "busy", errors.busy())

    def _bare(self, request: Request, kind: str, page: Page) -> Response:
        request.scope["page_kind"] = kind
        if request.url.path.startswith("/api/"):
            return _plain_error(page.status)
        return self.made(page)

    def made(self, page: Page, headers: dict[str, str] | None = None) -> Response:
        """A page for this one reader: nobody keeps it."""
        entry = Entry("", page)
        head, _, body = entry.response(self._pages.filling, False).tail.partition(b"\r\n\r\n")
        answer = _raw(page.status, head, body)
        del answer.headers["etag"]
        answer.headers["cache-control"] = "no-store"
        answer.headers.update(headers or {})
        return answer

    async def work(self, work: Callable[[Site], Any], path: str = "") -> Any:
        """Something that needs a view of the read model, in a thread. Raises Unavailable."""
        return await asyncio.to_thread(self._maker.with_site, work, path)

    async def _former_or(self, request: Request, url: str, other: Moved | Gone) -> Response:
        """The article that had this address elsewhere; otherwise the one that is meant here."""
        try:
            if moved := await self.former.article(url):
                return _redirect(moved)
        except PageUnavailable:
            return self.unavailable(request)
        return _redirect(other.path) if isinstance(other, Moved) else await self.error(request, 410)

    async def _elsewhere(self, request: Request, url: str, known_form: bool = False) -> Response:
        """What the address may mean that is none of ours, or 404."""
        try:
            moved = await self.former.elsewhere(url, known_form=known_form)
        except PageUnavailable:
            return self.unavailable(request)
        if moved:
            return _redirect(moved)
        if not is_bot(_said(request, b"user-agent").decode("latin-1")):
            self.former.lost(url)
        return await self.error(request, 404)


def _said(request: Request, name: bytes) -> bytes:
    """A header's value, put together where it is said more than once."""
    return b", ".join(value for known, value in request.scope["headers"] if known == name)


def _redirect(path: str) -> Response:
    """For good, yet asked again each time: kept by a browser (and without a word, it is for ever), a headline that is
    changed back makes two of them a loop."""
    return RedirectResponse(path, 301, {"cache-control": "no-cache"})


def _raw(status: int, head: bytes, body: bytes) -> Response:
    answer = Response(body, status)
    lines = [line.partition(b": ") for line in head.split(b"\r\n") if line]
    answer.raw_headers = [(name, value) for name, _, value in lines]
    return answer


def _plain_error(status: int) -> Response:
    from shared.asgi import problem

    titles = {404: "Không tìm thấy", 410: "Không còn nữa", 429: "Yêu cầu quá nhanh", 503: "Tạm thời chưa phục vụ được"}
    details = {
        404: "Không có bài hoặc địa chỉ này.",
        410: "Bài này đã được gỡ.",
        429: "Có quá nhiều yêu cầu từ địa chỉ mạng này; hãy chờ vài giây rồi thử lại.",
        503: "Hệ thống đang bận hoặc tạm ngừng; hãy thử lại sau ít phút.",
    }
    headers = {**dict(security_headers()), "cache-control": "no-store"}
    if status in (429, 503):
        headers["retry-after"] = "5"
    return problem(status, titles[status], details[status], headers=headers)
