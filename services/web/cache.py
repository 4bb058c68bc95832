"""The process's finished pages: looked up by address, dropped by what they depend on, bounded in bytes.

Lives on one event loop. Pages are made in a few threads; while one is being made everybody who wants it waits for the
same making, and what changes meanwhile marks it stale at once.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from services.web.asked_pages import noting
from services.web.cached_response import Entry, Filling, StaticEntry, this_hour
from services.web.gzip_pieces import Piece
from services.web.page import Gone, Missing, Moved, Page
from services.web.routes import PARTS, Address
from shared import telemetry
from shared.telemetry import log
from shared.views.token import ViewTokens

MAKERS = 2
"""Threads that make pages: more would only take turns."""
WAIT_SECONDS = 2.0
"""A reader waits this long for a page to be made; then the last copy."""
LONGEST_WAIT_SECONDS = 6.0
"""Where there is none; then an honest 503."""
WAITING = 256
"""Pages being made or waited for at a time; past it: 503."""
YOUNG_SECONDS = 0.25
"""A page that became stale is made anew at most this often; until then readers get the one just made."""
REST_SECONDS = 2.0
"""After a failure the last copy is given for this long before the making is tried again."""
OPEN_SECONDS = 120.0
"""Pages asked for within this time are made anew as soon as something changes, before anybody asks."""
_PART_ADDRESS = "\x00part:"


class PageUnavailable(Exception):
    """The page cannot be made now, and there is no copy of it."""


@dataclass(slots=True)
class _Making:
    """A page on its way; `missed` are the keys that changed since it was begun."""

    task: "asyncio.Task[Entry | None]"
    missed: set[str] = field(default_factory=set)
    missed_totals: dict[int, int] = field(default_factory=dict)


K = TypeVar("K")
Make = Callable[[Address], tuple[Page, int]]
"""make(address) -> (page, views of its article); runs in a thread."""


class PageCache:
    """Finished pages. `hot` is what can be sent at once: address as it stands in a request line -> entry."""

    def __init__(self, make: Make, tokens: ViewTokens, limit_bytes: int) -> None:
        self._make = make
        self._limit = limit_bytes
        self.hot: dict[bytes, Entry | StaticEntry] = {}
        self.hits: Counter[str] = Counter()
        self.asked = noting()
        """Requests for pages of articles, for who counts views."""
        self._entries: dict[str, Entry] = {}
        self._addresses: dict[str, Address] = {}
        self._by_key: dict[str, set[str]] = {}
        self._by_article: dict[int, set[str]] = {}
        self._making: dict[str, _Making] = {}
        self._until: dict[str, float] = {}
        self._threads = ThreadPoolExecutor(MAKERS, thread_name_prefix="pages")
        self._bytes = 0
        self.blind = False
        """Something has changed and nobody knows what: no older copy may be served."""
        self.filling = Filling({name: Piece(b"") for name in PARTS}, tokens)
        self.now = time.monotonic()

    # ---------------------------------------------------------------- asking

    async def entry(self, address: Address) -> Entry:
        """The page, made now if need be. Raises what its maker raises, or Unavailable."""
        held = self._entries.get(address.key)
        if held is not None and (not held.stale or (time.monotonic() < held.hold_until and not self.blind)):
            return held
        if len(self._making) >= WAITING and address.key not in self._making:
            return self._last_copy(held, "too many pages are being made")
        telemetry.page_cache_misses_total.inc()
        making = self._begin(address)
        try:
            has_copy = held is not None and not self.blind
            async with asyncio.timeout(WAIT_SECONDS if has_copy else LONGEST_WAIT_SECONDS):
                made = await asyncio.shield(making.task)
        except TimeoutError:
            return self._last_copy(held, "making the page takes too long")
        return made if made is not None else self._last_copy(held, "the page could not be made")

    def _last_copy(self, held: Entry | None, why: str) -> Entry:
        if held is None or self.blind:
            raise PageUnavailable(why)
        telemetry.served_stale_total.inc()
        return held

    # ---------------------------------------------------------------- making

    async def warm(self, addresses: Iterable[Address]) -> None:
        """Make the shared parts and these pages, as far as they can be made."""
        self.make_parts(list(PARTS))
        wanted: list[Awaitable[object]] = [making.task for making in self._making.values()]
        wanted += [self.entry(address) for address in addresses]
        for outcome in await asyncio.gather(*wanted, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.warning("page not made at the start", error=repr(outcome)[:200])

    def make_parts(self, names: list[str]) -> None:
        for name in names:
            self._begin(Address(_PART_ADDRESS + name, "", PARTS[name], (), {}))

    def _begin(self, address: Address) -> _Making:
        making = self._making.get(address.key)
        if making is None:
            making = _Making(asyncio.get_running_loop().create_task(self._made(address)))
            self._making[address.key] = making
            making.task.add_done_callback(_look)
        return making

    async def _made(self, address: Address) -> Entry | None:
        """Make a page and keep it; None when a store is away."""
        started = time.perf_counter()
        try:
            entry = await asyncio.get_running_loop().run_in_executor(self._threads, self._packed, address)
        except (Gone, Missing, Moved):
            # No copy of it may be served any more.
            self._drop(address.key)
            raise
        except Exception as error:
            log.error("page not made", address=address.key[:200], exc_info=error)
            if held := self._entries.get(address.key):
                held.hold_until = time.monotonic() + REST_SECONDS
            if address.key.startswith(_PART_ADDRESS):
                self._soon(address, REST_SECONDS)
            return None
        finally:
            making = self._making.pop(address.key)
        page = entry.page
        telemetry.page_render_seconds.labels(page.kind).observe(time.perf_counter() - started)
        missed = making.missed & page.depends
        if address.key.startswith(_PART_ADDRESS):
            self._keep_part(address, page, stale=bool(missed))
            return None
        entry.set_views(making.missed_totals.get(page.article_id, entry.views))
        entry.hold_until = time.monotonic() + YOUNG_SECONDS
        self._keep(address, entry)
        if missed:
            self._outdated(address.key)
        return entry

    def _packed(self, address: Address) -> Entry:
        """Runs in a thread: readers of finished pages wait for the loop's."""
        page, views = self._make(address)
        entry = Entry(address.key, page, views)
        entry.pack()
        return entry

    def _keep(self, address: Address, entry: Entry) -> None:
        before = self._entries.get(address.key)
        entry.used_at = before.used_at if before else self.now
        self._drop(address.key)
        self._entries[address.key] = entry
        self._addresses[address.key] = address
        for key in entry.page.depends:
            self._by_key.setdefault(key, set()).add(address.key)
        if entry.page.article_id:
            self._by_article.setdefault(entry.page.article_id, set()).add(address.key)
        if entry.page.until:
            self._until[address.key] = entry.page.until
        self._bytes += entry.size
        if entry.page.status == 200:
            self.hot[address.key.encode()] = entry
        if self._bytes > self._limit:
            self._evict()

    def _keep_part(self, address: Address, page: Page, stale: bool) -> None:
        name = address.key.removeprefix(_PART_ADDRESS)
        for key in page.depends:
            self._by_key.setdefault(key, set()).add(address.key)
        self._addresses[address.key] = address
        if page.until:
            self._until[address.key] = page.until
        body = page.body.encode()
        if self.filling.parts[name].data != body:
            self.filling = Filling({**self.filling.parts, name: Piece(body)}, self.filling.tokens)
        if stale:
            self._outdated(address.key)

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.hot.pop(key.encode(), None)
        del self._addresses[key]
        self._until.pop(key, None)
        self._bytes -= entry.size
        for depends in entry.page.depends:
            _forget(self._by_key, depends, key)
        if entry.page.article_id:
            _forget(self._by_article, entry.page.article_id, key)

    def _evict(self) -> None:
        """Forget the pages that were asked for longest ago, a tenth at a time."""
        oldest = sorted(self._entries.values(), key=lambda entry: entry.used_at)
        for entry in oldest:
            self._drop(entry.address)
            if self._bytes < 0.9 * self._limit:
                return

    # ---------------------------------------------------------------- changes

    def changed(self, keys: Iterable[str]) -> None:
        """These keys changed: whatever depends on them is stale from now on."""
        keys = list(keys)
        for making in self._making.values():
            making.missed.update(keys)
        for address in {address for key in keys for address in self._by_key.get(key, ())}:
            self._outdated(address)

    def everything_changed(self) -> None:
        """Nobody knows what changed."""
        self.changed(list(self._by_key))
        for making in self._making.values():
            making.missed.update(key for entry in self._entries.values() for key in entry.page.depends)

    def totals_changed(self, totals: Iterable[tuple[int, int]]) -> None:
        """New numbers of views: (article id, views)."""
        for article_id, views in totals:
            for making in self._making.values():
                making.missed_totals[article_id] = views
            for address in self._by_article.get(article_id, ()):
                self._entries[address].set_views(views)

    def _outdated(self, key: str) -> None:
        if key.startswith(_PART_ADDRESS):
            self._soon(self._addresses[key], 0.02)
            return
        entry = self._entries[key]
        if entry.stale:
            return
        entry.stale = True
        self.hot.pop(key.encode(), None)
        if self.now - entry.used_at < OPEN_SECONDS:
            self._soon(self._addresses[key], max(0.0, entry.hold_until - time.monotonic()))

    def _soon(self, address: Address, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self._begin, address)

    # ---------------------------------------------------------------- time

    def tick(self) -> None:
        """Once a second: the clock of last uses, the pages whose time is over, the hour of tokens."""
        self.now = time.monotonic()
        now = time.time()
        for key in [key for key, until in self._until.items() if until <= now]:
            del self._until[key]
            self._outdated(key)
        if this_hour() != self.filling.hour:
            self.filling = Filling(self.filling.parts, self.filling.tokens)
        telemetry.page_cache_bytes.set(self._bytes)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _forget(index: dict[K, set[str]], name: K, address: str) -> None:
    holders = index.get(name)
    if holders is not None:
        holders.discard(address)
        if not holders:
            del index[name]


def _look(task: "asyncio.Task[Entry | None]") -> None:
    """Nobody may be waiting for a page any more: its failure is not an unheard one."""
    if not task.cancelled():
        task.exception()
