"""Which views were made up: judged some seconds after they were counted, away from everything that readers wait for.

Thousands of readers share a carrier's IPv4 address, and as many a /48 of IPv6: how much comes from a network says
nothing. What tells a crowd from a machine:

- Readers have asked for the page before it is seen. A cache before us may have answered them, so that this counts only
  where enough of the same network's or of other readers' requests are known here.
- A crowd has few common browsers and a tail of rare ones; names that somebody makes up are all as frequent.

Judged are the views of this half hour and the last together, of each network that has at least `LEAST` of them: fewer
move no list and no royalty. What a network has beside its made-up views stays.
"""

import threading
import time
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from zlib import crc32

from redis import RedisError

from services.counter.hot import Hot
from services.counter.seen import SeenView, asked_bits
from shared import telemetry
from shared.settings import get_settings
from shared.telemetry import log
from shared.views.definition import JUDGED_LEAST as LEAST
from shared.views.definition import WINDOW_SECONDS
from shared.views.visitor import Parts, parts

UNASKED, INVENTED = "unasked", "invented"
"""The reasons: nobody asked for the page; the browsers' names are made up."""
EVERY_SECONDS = 10.0
REST_SHARE = 50
"""A look's own work uses a fiftieth of a core, Redis' not counted: some seconds with a million views an hour."""
RIPE_SECONDS = 15
"""Requests for pages are told within 10 s (services.web.groupcommit.TALLY_SECONDS)."""
FEW = 50
"""Networks with fewer views show how many requests for pages are known here at all."""
KNOWN_LEAST, KNOWN_SHARE = 100, 0.9
STRANGERS_SHARE = 0.1
CACHE_SECONDS, LONG_CACHE_SECONDS = 2, 300
"""How long a page is kept before us, without and with a cache that we tell when a page changes (cached_response.py)."""
MISSES_LEAST, MISSES_SHARE = 20, 0.25
AGENTS_LEAST = 300
EVEN_AGENTS = 600
"""A crowd meets the same browser as if it had some dozens of them, one inside an app as if it had some 150 (the
inverse of Simpson's index); names that are made up never meet."""
ONE_AGENT_SHARE = 0.95
"""No carrier's /48 has one browser alone."""
_CELLS = 2**18
MOST_HELD = 100_000
"""Views in memory at once, some 30 MB; of more, networks are looked at in turn."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A view with what is known of it."""

    view: SeenView
    parts: Parts
    asked: bool
    """Somebody who looks the same has asked for the page."""


def made_up(views: Sequence[Judged], *, others_known: bool | None, cache_seconds: int) -> dict[str, list[Judged]]:
    """Reason -> the views of one network that were made up, those included that are taken back already.

    `others_known`: whether nearly all requests for pages of other networks are known here; None: nobody else reads.
    """
    unasked = _unasked(views, others_known, cache_seconds)
    spots = {one.view.spot for one in unasked}
    rest = [one for one in views if one.view.spot not in spots]
    return {UNASKED: unasked, INVENTED: rest if _is_even(rest) else []}


def _unasked(views: Sequence[Judged], others_known: bool | None, cache_seconds: int) -> list[Judged]:
    asked = [one for one in views if one.asked]
    unasked = [one for one in views if not one.asked]
    if len(unasked) < LEAST:
        return []
    # A crowd beside a machine: whatever the crowd's browsers ask for is known, and others never ask.
    known = {one.parts.agent for one in asked}
    strangers = _many_of_their_article([one for one in unasked if one.parts.agent not in known], asked)
    is_known = len(asked) >= KNOWN_SHARE * (len(views) - len(strangers))
    if len(asked) >= KNOWN_LEAST and is_known and len(strangers) >= max(LEAST, STRANGERS_SHARE * len(asked)):
        return strangers
    if others_known is False or len(unasked) <= len(asked):
        return []
    # Of a crowd's own requests a cache lets one through each time its copy is over.
    misses = len({(one.view.article, one.view.at // cache_seconds) for one in views})
    return unasked if misses >= MISSES_LEAST and len(asked) < MISSES_SHARE * misses else []


def _many_of_their_article(strangers: Sequence[Judged], asked: Sequence[Judged]) -> list[Judged]:
    """Without a crowd's own few that nobody is known to have asked for: they are few wherever the crowd reads."""
    crowd = Counter(one.view.article for one in asked)
    own = Counter(one.view.article for one in strangers)
    return [one for one in strangers if own[one.view.article] >= STRANGERS_SHARE * crowd[one.view.article]]


def _is_even(views: Sequence[Judged]) -> bool:
    """Whether the browsers are as no crowd's are."""
    agents: Counter[str] = Counter()
    for one in views:
        agents[one.parts.agent] += one.view.beacons
    number = agents.total()
    if len(views) < AGENTS_LEAST:
        return False
    if len(agents) >= AGENTS_LEAST:
        # Pairs of beacons that look the same, out of all pairs.
        pairs = sum(times * (times - 1) for times in agents.values())
        return pairs * EVEN_AGENTS < number * (number - 1)
    clients = {one.parts.client for one in views}
    return len(clients) >= AGENTS_LEAST and max(agents.values()) >= ONE_AGENT_SHARE * number


for _reason in (UNASKED, INVENTED):
    # A counter that begins at 1 has not increased, for Prometheus.
    telemetry.views_taken_back_total.labels(_reason)


def judge(hot: Hot, now: float) -> int:
    """Judge what can be judged now, and take back what was made up; returns how many views."""
    judging = _Judging(hot, now)
    return sum(judging.take_back(views) for views in judging.networks())


class _Judging:
    """One look at the views of the last half hours."""

    def __init__(self, hot: Hot, now: float) -> None:
        self._seen, self._now = hot.seen, now
        self._windows = [int(now) // WINDOW_SECONDS + back for back in (-1, 0)]
        self._asked = self._seen.asked(self._windows[-1])
        self._from = self._seen.judged_from()
        self._cache_seconds = LONG_CACHE_SECONDS if get_settings().purge_url else CACHE_SECONDS
        self._others_known: bool | None = None

    def networks(self) -> Iterator[list[Judged]]:
        """The views of each network that has enough of them: an IPv4 address, a /64, and what is left of a /48."""
        heavy = self._heavy()
        turns = -(-sum(heavy.values()) // MOST_HELD)
        for turn in range(turns):
            chosen = {cell for place, cell in enumerate(sorted(heavy)) if place % turns == turn}
            held = [one for one in map(self._known, self._views()) if _cell(one.view.visitor) in chosen]
            held.sort(key=lambda one: one.parts)
            for _site, of_site in groupby(held, key=lambda one: one.parts.site):
                yield from _by_client(list(of_site))

    def take_back(self, views: Sequence[Judged]) -> int:
        taken = 0
        found = made_up(views, others_known=self._others_known, cache_seconds=self._cache_seconds)
        for reason, wrong in found.items():
            for window in self._windows:
                of_window = [one.view for one in wrong if one.view.at // WINDOW_SECONDS == window]
                left = [view for view in of_window if not view.taken_back]
                number = self._seen.take_back(left, reason, self._now)
                if number:
                    log.warning("views taken back", reason=reason, number=number, of=len(views))
                taken += number
        return taken

    def _heavy(self) -> dict[int, int]:
        """Cells with enough views to look at -> their number; and says whether other networks' requests are known."""
        numbers, asked = array("I", bytes(4 * _CELLS)), array("I", bytes(4 * _CELLS))
        for view in self._views():
            cell = _cell(view.visitor)
            numbers[cell] += 1
            asked[cell] += self._has_asked(view)
        few = [cell for cell in range(_CELLS) if 0 < numbers[cell] < FEW]
        of_few = sum(numbers[cell] for cell in few)
        if of_few >= KNOWN_LEAST:
            self._others_known = sum(asked[cell] for cell in few) >= KNOWN_SHARE * of_few
        return {cell: number for cell, number in enumerate(numbers) if number >= LEAST}

    def _views(self) -> Iterator[SeenView]:
        for window in self._windows:
            for view in self._seen.views(window):
                if self._from <= view.at <= self._now - RIPE_SECONDS:
                    yield view

    def _known(self, view: SeenView) -> Judged:
        return Judged(view, parts(view.visitor), self._has_asked(view))

    def _has_asked(self, view: SeenView) -> bool:
        asked = self._asked
        return all(asked[bit >> 3] & 0x80 >> (bit & 7) for bit in asked_bits(view.spot))


def _cell(visitor: str) -> int:
    return crc32(parts(visitor).site.encode()) % _CELLS


def _by_client(views: list[Judged]) -> Iterable[list[Judged]]:
    """The clients of a site that have enough views by themselves, and the others together."""
    rest: list[Judged] = []
    for _client, group in groupby(views, key=lambda one: one.parts.client):
        of_client = list(group)
        if len(of_client) >= LEAST:
            yield of_client
        else:
            rest += of_client
    if len(rest) >= LEAST:
        yield rest


class JudgeLoop:
    """Judges in a thread of its own while there is something new to judge, and rests in proportion to what it costs."""

    def __init__(self, hot: Hot) -> None:
        self._hot = hot
        self._thread = threading.Thread(target=self._run, name="judge", daemon=True)
        self._stopping = threading.Event()
        self._counted_at = float("-inf")
        self._looked_at = time.monotonic()

    def start(self) -> None:
        self._thread.start()

    def counted(self) -> None:
        """Views have been counted. Called by the process that drains: others do not judge."""
        self._counted_at = time.monotonic()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        rest = EVERY_SECONDS
        while not self._stopping.wait(rest):
            started, used = time.monotonic(), time.thread_time()
            if self._looked_at > self._counted_at + RIPE_SECONDS:
                continue
            try:
                judge(self._hot, time.time())
                self._looked_at = started
            except RedisError as error:
                log.warning("views not judged", error=repr(error)[:200])
            except Exception:
                log.exception("views not judged")
            # What others use of this machine makes a look longer, and no dearer.
            rest = max(EVERY_SECONDS, REST_SHARE * (time.thread_time() - used))
