"""POST /api/views: what a beacon must be to count, and the way in for those that do.

`ViewSink.submit` is synchronous and cheap (about ten microseconds), so that web's raw HTTP path can call it before any
framework; `ViewSink.accept` is the same for a framework's handler.
"""

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from services.web.asked_pages import AskedPages, Noted, noting
from services.web.clients import loads_ahead
from services.web.groupcommit import BUSY, TAKEN, Done, GroupCommit, ViewTransport
from services.web.search_tally import SearchTally, searched_for
from services.web.viewjournal import Journal
from shared.ask import AskFunction
from shared.limits import AddressLimit, Bound
from shared.redis_client import redis_client
from shared.settings import get_settings
from shared.views.bots import is_bot
from shared.views.definition import BEACON_BYTES
from shared.views.token import BadToken, ViewTokens, is_current
from shared.views.visitor import Secrets, VisitorKeys

MALFORMED, TOO_LARGE = 400, 413

# Mobile carriers and campuses put hundreds of readers behind one address, and a carrier's 65,536 phones are one /48; a
# machine that makes views is far above, and what it loses is seen in the audit.
RATE, SITE_RATE = Bound(600, 1 / 20), Bound(6000, 1 / 200)

_REFRESH_SECONDS = 5.0
_CACHED_BODIES = 10_000
_CACHED_BODY_BYTES = 300
_DOMAIN_CHARS = 60

_Read = tuple[int, int, str, str]
"""(article id, issue time, referrer's domain, what our search was asked just before or "")"""

Headers = Mapping[bytes, bytes]
"""Header values by lower-case name."""


class ViewSink:
    """Judges beacons and hands the good ones to the group commit."""

    def __init__(
        self,
        folder: Path | None = None,
        ask: AskFunction | None = None,
        line: ViewTransport | None = None,
        asked: "deque[Noted] | None" = None,
    ) -> None:
        """`ask` is the process's `Asker.ask_sync`, where it has one; `line` replaces the way out in tests; `asked` is
        where requests for pages are noted (`PageCache.asked`)."""
        settings = get_settings()
        self._tokens = ViewTokens(settings.secret_key)
        self._secrets = Secrets(redis_client())
        self._visitors = VisitorKeys(settings.site_url, self._secrets)
        self._rate = AddressLimit("beacon", RATE, SITE_RATE)
        self._site = settings.site_url.encode()
        self._site_host = urlsplit(settings.site_url).hostname or ""
        self._origins: dict[tuple[bytes, bytes], bool] = {}
        self._bodies: dict[bytes, _Read] = {}
        journal = Journal(folder or settings.data_dir / "views", time.monotonic())
        pages = AskedPages(noting() if asked is None else asked, self._visitors)
        line = line or ViewTransport(ask)
        self._commit = GroupCommit(journal, line, pages)
        self.searches = SearchTally(self._visitors, line)

    async def start(self) -> None:
        """Call on the event loop that will call `submit`."""
        await asyncio.to_thread(self._secrets.refresh)
        self._commit.start(asyncio.get_running_loop())
        self._running = [asyncio.create_task(self._refresh()), asyncio.create_task(self.searches.follow())]

    async def close(self) -> None:
        """Hold what was taken, answer it, stop."""
        for task in self._running:
            task.cancel()
        await self.searches.hand_over()
        await self._commit.close()

    async def accept(self, headers: Headers, client_ip: str, body: bytes) -> int:
        """The status to answer: 204, 400, 413 or 503."""
        held: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def done(status: int) -> None:
            if not held.done():
                held.set_result(status)

        return self.submit(headers, client_ip, body, done) or await held

    def submit(self, headers: Headers, client_ip: str, body: bytes, done: Done) -> int:
        """The status to answer at once; or 0: `done(status)` will be called on the loop within some milliseconds."""
        now = time.time()
        if len(body) > BEACON_BYTES:
            self._commit.reject("too_large")
            return TOO_LARGE
        known = self._bodies.get(body)
        if known is None:
            read = self._read(body)
            if isinstance(read, str):
                self._commit.reject(read)
                return MALFORMED if read == "malformed" else TAKEN
            known = read
        article_id, issued_at, referrer, query = known
        agent = headers.get(b"user-agent", b"").decode("latin-1")
        reason = self._reason_against(headers, client_ip, agent, issued_at, now)
        if reason:
            self._commit.reject(reason)
            return TAKEN
        if query:
            self.searches.clicked(query, client_ip, agent)
        visitor = self._visitors.key(client_ip, agent, now)
        if self._commit.add((article_id, visitor, int(now), referrer), done):
            return 0
        return BUSY

    def _reason_against(self, headers: Headers, client_ip: str, agent: str, issued_at: int, now: float) -> str:
        if not is_current(issued_at, now):
            return "expired"
        fetch_site = headers.get(b"sec-fetch-site")
        if fetch_site is not None and fetch_site != b"same-origin":
            return "origin"
        origin = headers.get(b"origin")
        if origin is not None and not self._own_origin(origin, headers.get(b"host", b"")):
            return "origin"
        if loads_ahead(headers):
            return "prefetch"
        # The rate before the robot list: an agent nobody has seen costs a look through the whole list.
        if self._rate.wait(client_ip, now):
            return "rate"
        if is_bot(agent):
            return "bot"
        return ""

    def _own_origin(self, origin: bytes, host: bytes) -> bool:
        """The page that sent it is ours: the site's address, or the address that this request itself came to."""
        if origin == self._site:
            return True
        known = self._origins.get((origin, host))
        if known is None:
            _scheme, _, rest = origin.partition(b"://")
            known = bool(host) and rest == host
            if len(self._origins) > 1000:
                self._origins.clear()
            self._origins[origin, host] = known
        return known

    def _read(self, body: bytes) -> _Read | str:
        """What it says, or the reason why not."""
        try:
            said = orjson.loads(body)
        except orjson.JSONDecodeError:
            return "malformed"
        if not isinstance(said, dict) or not isinstance(said.get("token"), str):
            return "malformed"
        try:
            token = self._tokens.read(said["token"])
        except BadToken:
            return "token"
        referrer = said.get("referrer")
        domain, query = referrer_domain(referrer, self._site_host), searched_for(referrer, self._site_host)
        read = (token.article_id, token.issued_at, domain, query)
        if len(body) <= _CACHED_BODY_BYTES:
            # One page's readers send the same bytes.
            if len(self._bodies) >= _CACHED_BODIES:
                self._bodies.clear()
            self._bodies[body] = read
        return read

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(_REFRESH_SECONDS)
            await asyncio.to_thread(self._secrets.refresh)


def referrer_domain(referrer: object, own_host: str) -> str:
    """Only the host of where a reader came from, without "www."; "" for our own pages and for what is no host."""
    if not isinstance(referrer, str) or not referrer:
        return ""
    try:
        host = urlsplit(referrer if "://" in referrer else f"//{referrer}").hostname or ""
    except ValueError:
        return ""
    host = host.removeprefix("www.").rstrip(".")
    if host == own_host.removeprefix("www.") or len(host) > _DOMAIN_CHARS or "." not in host:
        return ""
    return host if all(char.isalnum() or char in ".-" for char in host) else ""
