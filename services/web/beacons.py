"""POST /api/views: what a beacon must be to count, and the way in for those that do.

`ViewSink.submit` is synchronous and cheap (about ten microseconds), so that web's raw HTTP path can call it before any
framework; `ViewSink.accept` is the same for a framework's handler.
"""

import asyncio
import time
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from services.web.groupcommit import BUSY, TAKEN, Done, GroupCommit, ViewTransport
from services.web.viewjournal import Journal
from shared.ask import AskFunction
from shared.redis_client import redis_client
from shared.settings import get_settings
from shared.views.bots import is_bot
from shared.views.definition import BEACON_BYTES
from shared.views.token import BadToken, ViewTokens, is_current
from shared.views.visitor import Secrets, VisitorKeys, address_prefix

MALFORMED, TOO_LARGE = 400, 413

# One address may send so many views a second, and so many at once. Mobile carriers and campuses put hundreds of
# readers behind one address; a machine that makes views is far above, and what it loses is seen in the audit.
RATE_PER_SECOND = 20.0
RATE_BURST = 600.0

_REFRESH_SECONDS = 5.0
_CACHED_BODIES = 10_000
_CACHED_BODY_BYTES = 300
_CACHED_ADDRESSES = 50_000
_DOMAIN_CHARS = 60
# First numbers of IPv4 addresses that are public throughout: most readers' need no closer look.
_PUBLIC = frozenset(map(str, range(1, 224))) - {"10", "127", "169", "172", "192", "198", "203"}

Headers = Mapping[bytes, bytes]
"""Header values by lower-case name."""


class ViewSink:
    """Judges beacons and hands the good ones to the group commit."""

    def __init__(
        self, folder: Path | None = None, ask: AskFunction | None = None, line: ViewTransport | None = None
    ) -> None:
        """`ask` is the process's `Asker.ask_sync`, where it has one; `line` replaces the way out in tests."""
        settings = get_settings()
        self._tokens = ViewTokens(settings.secret_key)
        self._secrets = Secrets(redis_client())
        self._visitors = VisitorKeys(settings.site_url, self._secrets)
        self._rate = AddressRate(RATE_PER_SECOND, RATE_BURST)
        self._site = settings.site_url.encode()
        self._site_host = urlsplit(settings.site_url).hostname or ""
        self._origins: dict[tuple[bytes, bytes], bool] = {}
        self._bodies: dict[bytes, tuple[int, int, str]] = {}
        journal = Journal(folder or settings.data_dir / "views", time.monotonic())
        self._commit = GroupCommit(journal, line or ViewTransport(ask))

    async def start(self) -> None:
        """Call on the event loop that will call `submit`."""
        await asyncio.to_thread(self._secrets.refresh)
        self._commit.start(asyncio.get_running_loop())
        self._refreshing = asyncio.create_task(self._refresh())

    async def close(self) -> None:
        """Hold what was taken, answer it, stop."""
        self._refreshing.cancel()
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
        article_id, issued_at, referrer = known
        agent = headers.get(b"user-agent", b"").decode("latin-1")
        reason = self._reason_against(headers, client_ip, agent, issued_at, now)
        if reason:
            self._commit.reject(reason)
            return TAKEN
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
        purpose = headers.get(b"sec-purpose") or headers.get(b"purpose")
        if purpose is not None and (b"prefetch" in purpose or b"prerender" in purpose):
            return "prefetch"
        # The rate before the robot list: an agent nobody has seen costs a look through the whole list.
        if not self._rate.allows(client_ip, now):
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

    def _read(self, body: bytes) -> tuple[int, int, str] | str:
        """(article id, issue time, referrer's domain), or the reason why not."""
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
        read = (token.article_id, token.issued_at, referrer_domain(said.get("referrer"), self._site_host))
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


class AddressRate:
    """A token bucket for each address (IPv6: its /64), in this process's memory."""

    def __init__(self, per_second: float, burst: float, spare_private: bool = True) -> None:
        """`spare_private`: no limit for private addresses, where all readers may stand behind one proxy that nobody
        told us to trust."""
        self._spare_private = spare_private
        self._per_second = per_second
        self._burst = burst
        self._buckets: dict[str, list[float] | None] = {}

    def allows(self, address: str, now: float) -> bool:
        try:
            bucket = self._buckets[address]
        except KeyError:
            bucket = self._new(address, now)
        if bucket is None:
            return True
        left = min(self._burst, bucket[0] + (now - bucket[1]) * self._per_second)
        bucket[1] = now
        if left < 1:
            bucket[0] = left
            return False
        bucket[0] = left - 1
        return True

    def _new(self, address: str, now: float) -> list[float] | None:
        """The bucket of an address that is not known yet; None for what has no limit."""
        if len(self._buckets) >= _CACHED_ADDRESSES:
            self._buckets.clear()
        spared = self._spare_private and _is_private(address)
        bucket = None if spared else self._buckets.setdefault(address_prefix(address), [self._burst, now])
        self._buckets[address] = bucket
        return bucket


def _is_private(address: str) -> bool:
    """An address inside a house, or no address at all."""
    if address.partition(".")[0] in _PUBLIC:
        return False
    try:
        return ip_address(address.partition("%")[0]).is_private
    except ValueError:
        return True


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
