"""What the readers' API is asked: the parts of its endpoints, which read within bounds and say so in its document.
(What readers write: asked_comments.py.)"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Query, Request
from fastapi.responses import Response
from pydantic import WithJsonSchema

from services.web.answers import SentBeacon
from services.web.beacons import ViewSink
from services.web.cache import PageUnavailable
from services.web.clients import client_address
from services.web.commenting import Comments
from services.web.model import Discussion, Tombstone
from services.web.page import Site
from services.web.responding import Responder
from services.web.searching import (
    MAX_PAGE,
    MAX_QUERY,
    MAX_SIZE,
    BadQuery,
    NamesOfToday,
    Searching,
    names_of_today,
    read_query,
)
from services.web.section_tree import SectionTree
from shared.api.described import BodyTaken, Part
from shared.asgi import problem
from shared.contracts.articles import ArticleState
from shared.contracts.commands import SearchArticles
from shared.views.definition import BEACON_BYTES

WINDOWS = ("1h", "24h", "7d", "30d")
MOST_READ = 50
_MAX_ID = 2**31 - 1
MOST_PAGES, _MAX_COMMENT = 999_999, 10**9 - 1
_SECTIONS_SECONDS = 5.0
T = TypeVar("T")


class State:
    """What the endpoints work with: `request.app.state.web`."""

    def __init__(self, responder: Responder, searching: Searching, sink: ViewSink, comments: Comments) -> None:
        self.responder = responder
        self.searching = searching
        self.sink = sink
        self.comments = comments
        self._sections = SectionTree(())
        self._names = NamesOfToday()
        self._sections_until = 0.0

    async def names_of_today(self) -> NamesOfToday:
        """Some seconds old at most."""
        await self._known_sections()
        return self._names

    async def meant(self, query: SearchArticles) -> SearchArticles:
        """The question, asked of the section's sub-sections too, and of all names that its author signs with."""
        section = (await self._known_sections()).get(query.section)
        if names := self._names.signing.meant(query.author):
            query = query.model_copy(update={"signed": names})
        if section is None or not section.children:
            return query
        return query.model_copy(update={"below": tuple(one.slug for level, one in section.all() if level)})

    async def _known_sections(self) -> SectionTree:
        """Some seconds old at most; those known last while the database is away."""
        if time.monotonic() > self._sections_until:
            try:
                self._sections, self._names = await self.responder.work(
                    lambda site: (site.read.section_tree(), names_of_today(site.read))
                )
            except PageUnavailable:
                pass
            self._sections_until = time.monotonic() + _SECTIONS_SECONDS
        return self._sections


class Answered(Exception):
    """A part has the answer already."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


async def answered(_request: Request, error: Exception) -> Response:
    """The app's handler of it."""
    assert isinstance(error, Answered)
    return error.response


def state(request: Request) -> State:
    found: State = request.app.state.web
    return found


def address(request: Request) -> str:
    """Whose request it is, as far as limits go."""
    return client_address(request.scope["client"], dict(request.scope["headers"]).get(b"x-forwarded-for"))


# FastAPI takes a dependency to a thread unless it is a coroutine.
async def _state(request: Request) -> State:
    return state(request)


async def _address(request: Request) -> str:
    return address(request)


async def _unavailable(request: Request) -> Callable[[], Response]:
    return lambda: state(request).responder.unavailable(request)


async def kept_page(request: Request) -> Response:
    """Whatever stands at the request's address."""
    return await state(request).responder.page(request)


async def _tally(request: Request) -> Callable[[SearchArticles, int], None]:
    headers = dict(request.scope["headers"])
    return lambda query, total: state(request).sink.searches.searched(query, total, headers, address(request))


Web = Annotated[State, Depends(_state)]
Address = Annotated[str, Depends(_address)]
Away = Annotated[Callable[[], Response], Depends(_unavailable)]
"""The answer where the database cannot be read."""
Tally = Annotated[Callable[[SearchArticles, int], None], Depends(_tally)]
"""Told what was asked of search, and how much was found."""
ID = Annotated[str, WithJsonSchema({"type": "integer", "minimum": 1, "maximum": _MAX_ID}), Path()]
"""An article's id as it stands in the path: a wrong one is answered as what is not there."""


class Turn(Part):
    """The service's state, where this address has not asked search too often."""

    problems = (429,)

    async def __call__(self, request: Request) -> State:
        web = state(request)
        if not web.searching.may_ask(address(request)):
            raise Answered(web.responder.busy(request))
        return web


InTurn = Annotated[State, Depends(Turn())]


def _number(most: int) -> Any:
    return WithJsonSchema({"type": "integer", "minimum": 1, "maximum": most})


_SORT = WithJsonSchema({"type": "string", "enum": ["relevance", "newest"]})
_DAY = WithJsonSchema({"type": "string", "examples": ["2023-01-09", "2023-01-09T17:59:00+07:00"]})
_WINDOW = WithJsonSchema({"type": "string", "enum": [*WINDOWS]})
_QUERY = WithJsonSchema({"type": "string", "maxLength": MAX_QUERY, "examples": ["chợ nổi Cái Răng"]})


class Question(Part):
    """What search is asked. Read by `read_query`, which answers each fault with a sentence."""

    problems = (422,)

    async def __call__(
        self,
        q: Annotated[str, _QUERY, Query(description="Words, with or without their marks.")] = "",
        section: Annotated[str, Query(description="A section's slug.")] = "",
        author: Annotated[str, Query(description="An author's number or name, or a slug that several share.")] = "",
        begin: Annotated[str, _DAY, Query(alias="from", description="A day in Vietnam, or a moment.")] = "",
        end: Annotated[str, _DAY, Query(alias="to", description="Its last second, or a moment.")] = "",
        sort: Annotated[str, _SORT, Query()] = "relevance",
        page: Annotated[str, _number(MAX_PAGE), Query()] = "1",
        size: Annotated[str, _number(MAX_SIZE), Query()] = "20",
    ) -> SearchArticles:
        asked = {"q": q, "section": section, "author": author, "from": begin, "to": end}
        try:
            return read_query(asked | {"sort": sort, "page": page, "size": size})
        except BadQuery as bad:
            raise Answered(problem(422, "Câu tìm chưa đúng", str(bad), bad.errors)) from None


@dataclass(frozen=True, slots=True)
class RankingAsked:
    """Which ranking is asked for."""

    window: str
    section: str
    size: int


class WindowRead(Part):
    """Which ranking is asked for."""

    problems = (422,)

    async def __call__(
        self,
        window: Annotated[str, _WINDOW, Query()] = "24h",
        section: Annotated[str, Query(description="A section's slug; without it the whole paper.")] = "",
        size: Annotated[str, _number(MOST_READ), Query()] = "10",
    ) -> RankingAsked:
        errors = []
        if window not in WINDOWS:
            errors.append({"field": "window", "message": f"Chỉ có {', '.join(WINDOWS)}."})
        if not (size.isascii() and size.isdigit() and len(size) < 4 and 1 <= int(size) <= MOST_READ):
            errors.append({"field": "size", "message": f"Phải là số từ 1 đến {MOST_READ}."})
        if errors:
            raise Answered(problem(422, "Tham số chưa đúng", errors[0]["message"], errors))
        return RankingAsked(window, section[:200], int(size))


@dataclass(frozen=True, slots=True)
class SentBytes:
    """A body that is not read yet, and what came above it."""

    headers: dict[bytes, bytes]
    body: bytes


class Beacon(Part):
    """A beacon's bytes, and not many of what is too long for one."""

    sent = BodyTaken({"text/plain": SentBeacon, "application/json": SentBeacon}, BEACON_BYTES)

    async def __call__(self, request: Request) -> SentBytes:
        return SentBytes(dict(request.scope["headers"]), await within(request, BEACON_BYTES))


class PublicId(Part):
    """The article `{id}`."""

    problems = (404, 410, 503)

    async def __call__(self, request: Request, id: ID) -> ArticleState:
        return (await public_article(request, id, lambda _site, _number: None))[0]


Commented = Annotated[ArticleState, Depends(PublicId())]


class CommentsRead(Part):
    """A page of the comments of the article `{id}`, or of the replies to one."""

    problems = (404, 410, 422, 503)

    async def __call__(
        self,
        request: Request,
        id: ID,
        page: Annotated[str, _number(MOST_PAGES), Query()] = "1",
        thread: Annotated[str, _number(_MAX_COMMENT), Query(description="Of this comment all replies.")] = "",
    ) -> Discussion:
        bounds = (("page", page, MOST_PAGES), ("thread", thread or "1", _MAX_COMMENT))
        errors = [
            {"field": name, "message": f"Phải là số từ 1 đến {most}."}
            for name, said, most in bounds
            if not (said.isascii() and said.isdigit() and len(said) < 10 and 1 <= int(said) <= most)
        ]
        if errors:
            raise Answered(problem(422, "Tham số chưa đúng", errors[0]["message"], errors))

        def read(site: Site, number: int) -> Discussion:
            if thread:
                return site.read.thread(number, int(thread), int(page))
            return site.read.comments(number, page=int(page))

        return (await public_article(request, id, read))[1]


Discussed = Annotated[Discussion, Depends(CommentsRead())]


async def public_article(request: Request, text: str, read: Callable[[Site, int], T]) -> tuple[ArticleState, T]:
    """The public article of an id as it stands in the path, and what else is read with it."""
    responder = state(request).responder
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0

    def find(site: Site) -> tuple[ArticleState, T] | Tombstone | None:
        article = site.read.article(number) if 0 < number <= _MAX_ID else None
        return (article, read(site, number)) if isinstance(article, ArticleState) else article

    try:
        found = await responder.work(find)
    except PageUnavailable:
        raise Answered(responder.unavailable(request)) from None
    if not isinstance(found, tuple):
        raise Answered(await responder.error(request, 410 if isinstance(found, Tombstone) else 404))
    return found


async def within(request: Request, limit: int) -> bytes:
    """The body, or its first bytes where it has more than the limit."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > limit:
            break
    return body
