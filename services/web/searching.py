"""Readers' questions to search: read from an address, asked, answered within a deadline."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.web.people import Signing
from services.web.reading import Reading
from services.web.tags import Merged
from shared.ask import Asker, NoAnswer
from shared.contracts.articles import Tag
from shared.contracts.commands import SearchAnswer, SearchArticles, SuggestAnswer, SuggestTitles
from shared.limits import AddressLimit, Bound
from shared.telemetry import search_requests_total
from shared.vietnamese.dates import VIETNAM, day_bounds, vietnam_day
from shared.vietnamese.matching import name_key
from shared.vietnamese.text import one_line

SEARCH_SECONDS = 3.0
# Another worker is asked then: the first may have been killed with the question in its hands.
SEARCH_AGAIN_SECONDS = 1.0
SUGGEST_SECONDS = 0.7
# Questions on their way at a time; past it a reader is told at once instead of waiting for nothing.
ASKED_AT_ONCE = 64
# One client cannot take all of those places; what nginx lets through is no more.
RATE, SITE_RATE = Bound(100, 1 / 20), Bound(400, 1 / 80)
MAX_QUERY, MAX_PAGE, MAX_SIZE = 500, 500, 100


class BadQuery(Exception):
    """What was asked cannot be meant; `errors` are {"field", "message"}, in Vietnamese."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__(errors[0]["message"])
        self.errors = errors


def read_query(parameters: Mapping[str, str]) -> SearchArticles:
    """The question in an address's parameters. Raises BadQuery."""
    errors: list[dict[str, str]] = []

    def wrong(field: str, message: str) -> None:
        errors.append({"field": field, "message": message})

    q = one_line(parameters.get("q", ""))
    if len(parameters.get("q", "")) > MAX_QUERY:
        wrong("q", f"Câu tìm dài quá {MAX_QUERY} ký tự.")
    section, author = (one_line(parameters.get(name, ""))[:200] for name in ("section", "author"))
    moments: dict[str, datetime | None] = {}
    for name in ("from", "to"):
        try:
            moments[name] = _moment(parameters.get(name, "").strip(), end=name == "to")
        except ValueError:
            moments[name] = None
            wrong(name, "Không có ngày như vậy; ngày viết như 2023-01-09.")
    if moments["from"] and moments["to"] and moments["from"] > moments["to"]:
        wrong("to", "Ngày cuối phải từ ngày đầu trở đi.")
    numbers = {}
    for name, what, usual, most in (("page", "Số trang", 1, MAX_PAGE), ("size", "Số bài mỗi trang", 20, MAX_SIZE)):
        text = parameters.get(name, "").strip() or str(usual)
        good = text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most
        numbers[name] = int(text) if good else usual
        if not good:
            wrong(name, f"{what} phải từ 1 đến {most}.")
    sort = parameters.get("sort", "") or "relevance"
    if sort not in ("relevance", "newest"):
        wrong("sort", "Chỉ có relevance (đúng nhất) hoặc newest (mới nhất).")
    if not (q or section or author or moments["from"] or moments["to"]) and not errors:
        wrong("q", "Hãy nhập từ cần tìm.")
    if errors:
        raise BadQuery(errors)
    return SearchArticles(
        q=q,
        section=section,
        author=author,
        date_from=moments["from"],
        date_to=moments["to"],
        sort="newest" if sort == "newest" else "relevance",
        page=numbers["page"],
        size=numbers["size"],
    )


def _moment(text: str, end: bool) -> datetime | None:
    """A day ("2023-01-09": its beginning in Vietnam, or its last second) or an RFC 3339 time. Raises ValueError."""
    if not text:
        return None
    try:
        if len(text) == 10:
            first, after = day_bounds(date.fromisoformat(text))
            return datetime.fromtimestamp(after.timestamp() - 1, VIETNAM) if end else first
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
        vietnam_day(moment)
    except OverflowError:
        # The first and the last day of all are in no calendar's year in another zone.
        raise ValueError(text) from None
    return moment


@dataclass(frozen=True, slots=True)
class NamesOfToday:
    """Of sections by their slugs, of tags that are others now, of whoever signs."""

    sections: Mapping[str, str] = field(default_factory=dict)
    merged: Merged = field(default_factory=dict)
    signing: Signing = field(default_factory=Signing)


def names_of_today(read: Reading) -> NamesOfToday:
    return NamesOfToday(read.section_tree().names, read.merged_tags(), read.signing())


def with_names_of_today(found: dict[str, Any], names: NamesOfToday) -> dict[str, Any]:
    """An answer of search as JSON with the names of today: it knows those of the time when it was told, and not whose
    names of authors are. Authors are named by what `Signing.meant` reads."""
    for hit in found["results"]:
        hit["section"] = names.sections.get(hit["section_slug"], hit["section"])
        tags = [names.merged.get(tag["slug"], Tag(**tag)).model_dump() for tag in hit.get("tags", ())]
        hit["tags"] = list({tag["slug"]: tag for tag in tags}.values())
    for row in found["facets"].get("section", ()):
        row["label"] = names.sections.get(row["value"], row["label"])
    authors: dict[str, dict[str, Any]] = {}
    for row in found["facets"].get("author", ()):
        one = names.signing.of(row["label"])
        value = str(one.id) if one else row["label"]
        # Whoever signs an article with two names counts twice here: too rare to ask again for.
        own = authors.setdefault(value if one else name_key(value), {**row, "value": value, "count": 0})
        own |= {"label": one.name if one else row["label"], "count": own["count"] + row["count"]}
    if authors:
        found["facets"]["author"] = sorted(authors.values(), key=lambda row: -row["count"])
    return found


class Searching:
    """Asks, with a bound on what is asked at once. Raises NoAnswer when there is none in time."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._turns = asyncio.Semaphore(ASKED_AT_ONCE)
        self._rate = AddressLimit("question", RATE, SITE_RATE)

    def may_ask(self, address: str) -> bool:
        if self._rate.wait(address):
            search_requests_total.labels("refused").inc()
            return False
        return True

    async def search(self, query: SearchArticles) -> SearchAnswer:
        async with self._turn():
            return await self._asker.ask(query, SEARCH_SECONDS, SEARCH_AGAIN_SECONDS)

    async def search_json(self, query: SearchArticles) -> bytes:
        """A SearchAnswer as JSON: reading and writing it again costs more than asking."""
        async with self._turn():
            return await self._asker.ask_json(query, SEARCH_SECONDS, SEARCH_AGAIN_SECONDS)

    async def complete(self, typed: str, size: int = 8) -> SuggestAnswer:
        if not one_line(typed):
            return SuggestAnswer()
        # The space at the end says that a word is finished.
        async with self._turn():
            return await self._asker.ask(SuggestTitles(q=typed.lstrip()[:200], size=size), SUGGEST_SECONDS)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._turns.locked():
            search_requests_total.labels("refused").inc()
            raise NoAnswer("too many questions at once")
        async with self._turns:
            try:
                yield
            except NoAnswer:
                search_requests_total.labels("unanswered").inc()
                raise
