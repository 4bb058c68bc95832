"""Lists of the most read, kept flat: the work does not grow with the number of articles.

A window is made of buckets (five minutes, hours, days). Of each bucket only its `TOP` most viewed articles are read,
by an index; the sums of those give the candidates, and the candidates' exact sums give the list. An article that is
not among the first `TOP` of any bucket cannot stand in a list; in a bucket with fewer articles nothing is cut at all.
(The idea of merging tops: Fagin's threshold algorithm.)
"""

import time
from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal

from kombu.exceptions import OperationalError
from sqlalchemy import Engine, func, select

from services.counter.hot import SLOT_SECONDS, Hot
from services.counter.publish_totals import TotalsPublisher
from services.counter.tables import SITE, Buckets, articles, daily, hourly, slots, trending_rules, unit_of
from shared.contracts.events import RankedArticle, RankingChanged
from shared.database import read
from shared.telemetry import log
from shared.vietnamese.dates import day_number

TOP = 1000
LIST_LENGTH = 50
SECTION_LIST_LENGTH = 20
# Candidates are this many times the list: their exact sums decide.
_SPARE = 4
TRENDING_HOURS = 48
TRENDING_HALF_LIFE_HOURS = 6.0
TRENDING_MINIMUM = 20
"""Views in 24 hours below which nothing trends."""
# Closed buckets change only through views that come late, from a journal.
_BUCKET_CACHE_SECONDS = 600.0
# Lists that did not change are sent again this often, for a read model that was made anew.
_REPEAT_SECONDS = 60.0

WindowName = Literal["1h", "24h", "7d", "30d", "trending"]
Key = tuple[WindowName, str]
"""(window, section slug or "")"""
Entries = tuple[tuple[int, int], ...]
"""(article id, views) in order"""


@dataclass(frozen=True)
class Window:
    """A window's buckets: a table, its unit, and how many units back from now."""

    name: Literal["1h", "24h", "7d", "30d"]
    table: Buckets
    buckets: int

    def last(self, now: float) -> int:
        if self.table is slots:
            return int(now) // SLOT_SECONDS
        return int(now) // 3600 if self.table is hourly else day_number(now)


WINDOWS = (
    Window("1h", slots, 12),
    Window("24h", hourly, 24),
    Window("7d", daily, 7),
    Window("30d", daily, 30),
)


class Top:
    """The most viewed articles of one bucket, packed: some of a hundred buckets stay in memory."""

    __slots__ = ("ids", "read_at", "views")

    def __init__(self, rows: Sequence[tuple[int, int]], read_at: float) -> None:
        self.ids = array("q", (row[0] for row in rows))
        self.views = array("q", (row[1] for row in rows))
        self.read_at = read_at

    @property
    def whole(self) -> bool:
        """Nothing was cut off."""
        return len(self.ids) < TOP


class Rankings:
    """Makes the lists and publishes those that changed."""

    def __init__(self, source: Engine, hot: Hot, publisher: TotalsPublisher) -> None:
        self._source = source
        self._hot = hot
        self._publisher = publisher
        self._tops: dict[tuple[str, int], Top] = {}
        self._sections: dict[int, str | None] = {}
        self._sent: dict[Key, Entries] = {}
        self._sent_all_at = float("-inf")
        self._change_count = -1

    def articles_changed(self) -> bool:
        """Whether an article was withdrawn or moved since this was asked last."""
        count = self._hot.change_count()
        changed, self._change_count = count != self._change_count, count
        if changed:
            self._sections.clear()
        return changed

    def publish(self, now: float) -> bool:
        """Make all lists and tell web of those that changed (once a minute of all); False when the broker is away."""
        lists = self.make(now)
        everything = time.monotonic() - self._sent_all_at > _REPEAT_SECONDS
        # A section whose last article fell out has an empty list now; also where another process sent the last one.
        for key in self._keys_of_all_sections() if everything else list(self._sent):
            lists.setdefault(key, ())
        version = self._hot.ranking_version(int(now * 1000))
        changed = [
            RankingChanged(
                window=window,
                section_slug=section,
                version=version,
                entries=tuple(RankedArticle(id=article, views=views) for article, views in entries),
            )
            for (window, section), entries in lists.items()
            if everything or self._sent.get((window, section)) != entries
        ]
        try:
            self._publisher.rankings(changed)
        except OperationalError as error:
            log.warning("rankings wait for the broker", error=str(error)[:200])
            return False
        self._sent = lists
        if everything:
            self._sent_all_at = time.monotonic()
            self._sections.clear()
        return True

    def make(self, now: float) -> dict[Key, Entries]:
        """Every list as of `now`: for the whole paper and for each section that has an entry."""
        self._forget_old_tops(now)
        lists: dict[Key, Entries] = {}
        for window in WINDOWS:
            lists[window.name, ""] = ()
            for section, entries in self._window(window, now).items():
                lists[window.name, section] = entries
        lists["trending", ""] = ()
        for section, entries in self._trending(now).items():
            lists["trending", section] = entries
        return lists

    def _keys_of_all_sections(self) -> list[Key]:
        with read(self._source) as connection:
            sections = connection.execute(select(articles.c.section_slug).distinct()).scalars().all()
        names: list[WindowName] = [*(window.name for window in WINDOWS), "trending"]
        return [*self._sent, *((name, section) for section in sections for name in names)]

    # ---------------------------------------------------------------- windows

    def _window(self, window: Window, now: float) -> dict[str, Entries]:
        last = window.last(now)
        first = last - window.buckets + 1
        sums: dict[int, int] = defaultdict(int)
        whole = True
        for number in range(first, last + 1):
            top = self._top(window.table, number, last)
            whole = whole and top.whole
            for article, views in zip(top.ids, top.views, strict=True):
                sums[article] += views
        chosen = self._best_by_section(sums, _SPARE if not whole else 1)
        if not whole:
            candidates = {article for ids in chosen.values() for article in ids}
            sums = self._exact(window, candidates, first, last)
        return {
            section: tuple(_ordered({article: sums[article] for article in ids}, _length(section)))
            for section, ids in chosen.items()
        }

    def _best_by_section(self, sums: dict[int, int], times: int) -> dict[str, list[int]]:
        """Public articles with the highest sums: "" for all, and by section; `times` as many as a list holds."""
        sections = self._sections_of(list(sums))
        best: dict[str, list[int]] = defaultdict(list)
        for article in sorted(sums, key=lambda article: (-sums[article], -article)):
            section = sections.get(article)
            if section is None:
                continue
            for key in ("", section):
                if len(best[key]) < _length(key) * times:
                    best[key].append(article)
        return dict(best)

    def _exact(self, window: Window, ids: set[int], first: int, last: int) -> dict[int, int]:
        unit, sums = unit_of(window.table), dict.fromkeys(ids, 0)
        wanted = sorted(ids)
        with read(self._source) as connection:
            for start in range(0, len(wanted), 500):
                some = window.table.c.article_id.in_(wanted[start : start + 500])
                statement = (
                    select(window.table.c.article_id, func.sum(window.table.c.views))
                    .where(some, unit.between(first, last))
                    .group_by(window.table.c.article_id)
                )
                sums.update({article: int(views) for article, views in connection.execute(statement)})
        return sums

    def _top(self, table: Buckets, number: int, last: int) -> Top:
        kept = self._tops.get((table.name, number))
        now = time.monotonic()
        # The newest bucket fills, and the one before it may still get its last views.
        if kept is not None and number < last - 1 and now - kept.read_at < _BUCKET_CACHE_SECONDS:
            return kept
        statement = (
            select(table.c.article_id, table.c.views)
            .where(unit_of(table) == number, table.c.article_id != SITE)
            .order_by(table.c.views.desc(), table.c.article_id.desc())
            .limit(TOP)
        )
        with read(self._source) as connection:
            top = Top(connection.execute(statement).all(), now if number < last - 1 else float("-inf"))
        self._tops[table.name, number] = top
        return top

    def _forget_old_tops(self, now: float) -> None:
        oldest = {"slots": int(now) // SLOT_SECONDS - 12, "hourly": int(now) // 3600 - TRENDING_HOURS}
        oldest["daily"] = day_number(now) - 30
        for name, number in list(self._tops):
            if number < oldest[name]:
                del self._tops[name, number]

    def _sections_of(self, ids: list[int]) -> dict[int, str | None]:
        """Sections of public articles; None for those that must not be listed."""
        missing = sorted(article for article in ids if article not in self._sections)
        with read(self._source) as connection:
            for start in range(0, len(missing), 500):
                part = missing[start : start + 500]
                found = connection.execute(
                    select(articles.c.id, articles.c.section_slug).where(articles.c.id.in_(part), articles.c.public)
                )
                # An article whose publication is still on its way is looked for again next time.
                self._sections.update(found.all())
        return self._sections

    # ---------------------------------------------------------------- trending

    def _trending(self, now: float) -> dict[str, Entries]:
        """Views of 48 hours, each hour worth half of the one six hours later; pins first, exclusions out."""
        last = int(now) // 3600
        worth: dict[int, float] = defaultdict(float)
        views: dict[int, int] = defaultdict(int)
        for number in range(last - TRENDING_HOURS + 1, last + 1):
            top = self._top(hourly, number, last)
            weight = 0.5 ** ((last - number) / TRENDING_HALF_LIFE_HOURS)
            within_day = number > last - 24
            for article, number_of_views in zip(top.ids, top.views, strict=True):
                worth[article] += number_of_views * weight
                if within_day:
                    views[article] += number_of_views
        pinned, excluded = self._rules()
        sections = self._sections_of([*worth, *pinned])
        eligible = [
            article
            for article in sorted(worth, key=lambda article: (-worth[article], -article))
            if views[article] >= TRENDING_MINIMUM and article not in excluded and article not in pinned
        ]
        lists: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for article in [*pinned, *eligible]:
            section = sections.get(article)
            if section is None:
                continue
            for key in ("", section):
                if len(lists[key]) < _length(key):
                    lists[key].append((article, views[article]))
        return {section: tuple(entries) for section, entries in lists.items()}

    def _rules(self) -> tuple[list[int], set[int]]:
        """(pinned articles in their order, excluded articles)"""
        with read(self._source) as connection:
            said = connection.execute(select(trending_rules.c.rules)).scalar() or []
        # Of two at one place the one that was pinned last comes first.
        pins = sorted((one for one in said if one["rule"] == "pin"), key=itemgetter("position"))
        excluded = {one["article_id"] for one in said if one["rule"] == "exclude"}
        return [one["article_id"] for one in pins], excluded


def _length(section: str) -> int:
    return SECTION_LIST_LENGTH if section else LIST_LENGTH


def _ordered(sums: dict[int, int], length: int) -> list[tuple[int, int]]:
    """The highest first; of equals the newer article."""
    ranked = sorted(((article, views) for article, views in sums.items() if views > 0), key=lambda e: (-e[1], -e[0]))
    return ranked[:length]
