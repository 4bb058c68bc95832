"""What readers search for, told to the counter for the desk's statistics: gathered for some seconds, lost without harm.

With a query goes a mark of who asked it, another one for each query, so that no message says what else they asked.
What may be about a person does not leave the process: services.counter.searches keeps back what few have asked.
"""

import asyncio
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from services.web.clients import loads_ahead
from services.web.groupcommit import ViewTransport
from shared.celery_factory import BROKER_ERRORS
from shared.contracts.commands import CountSearches, SearchArticles
from shared.limits import AddressLimit, Bound
from shared.telemetry import log
from shared.vietnamese.forms import folded_text
from shared.vietnamese.text import one_line
from shared.views.bots import is_bot
from shared.views.visitor import VisitorKeys

SEND_SECONDS = 5.0
MOST_NOTED = 1000
"""Searches between two messages; of a rush the others are not counted."""
# A carrier's hundreds of readers behind one address search less often; whoever makes up readers there brings 260
# queries a day to the desk at most, of 2,000.
RATE, SITE_RATE = Bound(100, 60.0), Bound(400, 20.0)
SEARCH_PAGE = "/tim-kiem"

_MOST_CHARS, _MOST_WORD_CHARS = 100, 30
# Telephone, identity card and account numbers have nine digits and more, dates written out eight.
_ADDRESS = re.compile(r"[@＠]|://")
_BETWEEN_DIGITS = re.compile(r"[\s.,;:_/()+\-–]+")
_NUMBER, _NUMBER_IN_PARTS = re.compile(r"\d{7}"), re.compile(r"\d{9}")

Outcome = Literal["found", "unfound", "clicked"]
Noted = tuple[str, str, Outcome]
"""(query as typed, visitor key, what became of it)"""


def is_personal(query: str) -> bool:
    """Whether it looks like an address, a number or a key of somebody, or like a text that was pasted."""
    return bool(
        len(query) > _MOST_CHARS
        or any(len(word) > _MOST_WORD_CHARS for word in query.split())
        or _ADDRESS.search(query)
        or _NUMBER.search(query)
        or _NUMBER_IN_PARTS.search(_BETWEEN_DIGITS.sub("", query))
    )


def searched_for(referrer: object, own_host: str) -> str:
    """What the page of our search was asked from which a reader came; "" for any other page."""
    if not isinstance(referrer, str) or SEARCH_PAGE not in referrer:
        return ""
    try:
        came_from = urlsplit(referrer)
        if came_from.hostname != own_host or came_from.path != SEARCH_PAGE:
            return ""
        query = parse_qs(came_from.query, max_num_fields=20).get("q", [""])[0]
    except ValueError:
        return ""
    return query if len(query) <= _MOST_CHARS else ""


class SearchTally:
    """Takes searches, and the views they led to, on an event loop; sends them from a thread."""

    def __init__(self, visitors: VisitorKeys, line: ViewTransport) -> None:
        self._visitors, self._line = visitors, line
        self._rate = AddressLimit("search-tally", RATE, SITE_RATE)
        self._noted: set[Noted] = set()

    def searched(self, query: SearchArticles, total: int, headers: Mapping[bytes, bytes], address: str) -> None:
        """A reader was answered. Only a search of the whole paper says what is not found in it."""
        narrowed = query.section or query.author or query.date_from or query.date_to
        agent = headers.get(b"user-agent", b"").decode("latin-1")
        # Another site's page could have its own readers ask whatever it wants.
        own = headers.get(b"sec-fetch-site", b"none") in (b"none", b"same-origin")
        if query.q and query.page == 1 and not narrowed and own and not loads_ahead(headers) and not is_bot(agent):
            self._note(query.q, address, agent, "found" if total else "unfound")

    def clicked(self, query: str, address: str, agent: str) -> None:
        """A reader came from our search to an article and saw it."""
        self._note(query, address, agent, "clicked")

    def _note(self, typed: str, address: str, agent: str, outcome: Outcome) -> None:
        if len(self._noted) < MOST_NOTED and not self._rate.wait(address):
            visitor = self._visitors.key(address, agent, time.time()).partition(".")[0]
            self._noted.add((typed, visitor, outcome))

    async def follow(self) -> None:
        """Send what was noted, every some seconds."""
        while True:
            await asyncio.sleep(SEND_SECONDS)
            await self.hand_over()

    async def hand_over(self) -> None:
        """Send what was noted, or let go of it."""
        noted, self._noted = self._noted, set()
        try:
            await asyncio.to_thread(self._send, noted)
        except Exception:
            log.exception("searches not counted")

    def _send(self, noted: set[Noted]) -> None:
        # Sorted, so that what one reader asked does not stand together.
        searches = tuple(sorted(filter(None, map(_told, noted))))
        if not searches:
            return
        try:
            self._line.send(CountSearches(at=datetime.now(UTC), searches=searches))
        except BROKER_ERRORS as error:
            log.warning("searches not counted", number=len(searches), error=repr(error)[:200])


def _told(noted: Noted) -> tuple[str, str, Outcome] | None:
    typed, visitor, outcome = noted
    query = one_line(typed)
    folded = folded_text(query)
    if not folded or is_personal(query):
        return None
    return query, blake2b(f"{visitor} {folded}".encode(), digest_size=8).hexdigest(), outcome
