"""The measurements: every system in turns, so that a slow moment of the machine falls on all of them."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks import stories, tools
from benchmarks.peers import readers
from benchmarks.peers.report import PeerReport
from benchmarks.peers.system import Counter, Site, System

_RELOADS, _RELOAD_EVERY_S = 100, 0.3
_CRAWLERS = 50
_AT_ONCE = 64
_KILL_PACE, _KILL_SECONDS = 10, 20
_KILL_AT = (9.0, 12.0, 15.0)
"""Seconds after the first view; one a round."""
_AFTER_KILL_S = 60.0
"""So long a count may stand still before it is called final: on a full machine processes start slowly."""


@dataclass
class Lengths:
    """How long each part goes on."""

    rounds: int = 3
    articles: int = 50
    page_seconds: int = 6
    publications: int = 10
    view_seconds: int = 5


class Measurements:
    """Of running systems, the house first. Numbers of readers and articles are used once."""

    def __init__(self, report: PeerReport, systems: Sequence[System], lengths: Lengths) -> None:
        self._report = report
        self._sites = [one for one in systems if isinstance(one, Site)]
        self._counters = [one for one in systems if isinstance(one, Counter) and one.counts]
        self._systems = systems
        self._lengths = lengths
        self._next_story = 100_000
        self._next_reader = 10_000

    def all(self, after_round: Callable[[], None]) -> None:
        """Every row, its repetitions one after another; a run that is cut off keeps its whole rounds."""
        self._fill()
        for round_ in range(self._lengths.rounds):
            self._pages()
            self._publish()
            self._views()
            self._reloads()
            self._crawlers()
            self._kill(_KILL_AT[round_ % len(_KILL_AT)])
            self._memory()
            after_round()

    def _add(self, key: str, name: str, unit: str, system: System, value: float, of: float | None = None) -> None:
        row = self._report.row(key, name, unit)
        row.values.setdefault(system.name, []).append(value)
        if of is not None:
            row.of.setdefault(system.name, []).append(of)

    def _story(self, paragraphs: int = 6) -> dict[str, object]:
        self._next_story += 1
        return stories.sent(self._next_story, paragraphs)

    def _readers(self, many: int) -> list[readers.Reader]:
        first, self._next_reader = self._next_reader, self._next_reader + many
        return [readers.reader(number) for number in range(first, first + many)]

    # ------------------------------------------------------------ sites

    def _fill(self) -> None:
        """The same articles everywhere; then a long one, whose page is measured."""
        self._paths: dict[str, str] = {}
        numbers = [self._story() for _ in range(self._lengths.articles)]
        long = self._story(46)
        for site in self._sites:
            for story in numbers:
                site.publish(story)
            self._paths[site.name] = site.publish(long)
            site.until_there(self._paths[site.name])

    def _pages(self) -> None:
        for site in self._sites:
            url, seconds = site.url + self._paths[site.name], self._lengths.page_seconds
            site.until_there(self._paths[site.name])
            before = site.work_seconds()
            seen = tools.wrk(url, seconds, patience_s=30)
            worked = site.work_seconds() - before
            name = "article page, all its processes"
            self._add("page", name, "requests a core-second", site, seen.requests / worked)
            self._add("clock", "the same by the clock, 32 connections of wrk", "requests/s", site, seen.per_second)

    def _publish(self) -> None:
        times: dict[str, list[float]] = {site.name: [] for site in self._sites}
        for _ in range(self._lengths.publications):
            story = self._story()
            for site in self._sites:
                times[site.name].append(site.until_visible(story))
        for site in self._sites:
            median = tools.percentile(times[site.name], 50)
            self._add("publish", "publish → visible, median", "ms", site, median)

    def _memory(self) -> None:
        for system in self._systems:
            self._add("memory", "memory of all processes, after all this", "MB, PSS", system, system.memory_mb())

    # ------------------------------------------------------------ counters

    def _views(self) -> None:
        """As fast as answers come; the work until they are shown."""
        for counter in self._counters:
            article = counter.new_article(self._number())
            before, began = counter.work_seconds(), time.monotonic()
            statuses = readers.send(counter.port, self._beacons_for(counter, article), at_once=_AT_ONCE)
            taken = time.monotonic() - began
            acknowledged = sum(200 <= status < 300 for status in statuses)
            shown = counter.until_counted(article, acknowledged)
            worked = counter.work_seconds() - before
            self._add("views", "views, from beacon to count, all processes", "a core-second", counter, shown / worked)
            self._add("taken", "views acknowledged, one crowd beside it", "a second", counter, acknowledged / taken)
            self._add("kept", "of them counted", "", counter, shown, acknowledged)

    def _beacons_for(self, counter: Counter, article: str) -> Iterator[bytes]:
        """Of new readers, until the time is over."""
        ends = time.monotonic() + self._lengths.view_seconds
        while time.monotonic() < ends:
            yield counter.beacon(article, self._readers(1)[0])

    def _reloads(self) -> None:
        articles = {one.name: one.new_article(self._number()) for one in self._counters}
        browser = self._readers(1)[0]
        began = time.monotonic()
        for number in range(_RELOADS):
            time.sleep(max(0.0, began + number * _RELOAD_EVERY_S - time.monotonic()))
            for counter in self._counters:
                readers.send(counter.port, [counter.open(articles[counter.name], browser)])
        for counter in self._counters:
            shown = counter.until_counted(articles[counter.name], _RELOADS)
            name = "one browser reloads 100 times in half a minute: counted"
            self._add("reloads", name, "", counter, shown, _RELOADS)

    def _crawlers(self) -> None:
        """Crawlers that run the page's script, as those of search engines do."""
        for counter in self._counters:
            article = counter.new_article(self._number())
            for crawler in readers.crawlers(_CRAWLERS):
                readers.send(counter.port, [counter.open(article, crawler)])
            shown = counter.until_counted(article, _CRAWLERS)
            name = "one view by each of 50 known crawlers that run scripts: counted"
            self._add("crawlers", name, "", counter, shown, _CRAWLERS)

    def _kill(self, after_s: float) -> None:
        """Readers at a steady pace; in the midst of it kill -9 what counts. A browser does not try again."""
        for counter in self._counters:
            article = counter.new_article(self._number())
            beacons = [counter.beacon(article, one) for one in self._readers(_KILL_PACE * _KILL_SECONDS)]
            statuses: list[int] = []
            crowd = threading.Thread(
                target=lambda port=counter.port, sent=beacons, kept=statuses: kept.extend(
                    readers.send(port, sent, per_second=_KILL_PACE)
                )
            )
            crowd.start()
            time.sleep(after_s)
            counter.kill_counting()
            crowd.join()
            acknowledged = sum(200 <= status < 300 for status in statuses)
            shown = counter.until_counted(article, acknowledged, _AFTER_KILL_S)
            self._add("unanswered", "kill -9 in mid-load: views not acknowledged", "", counter,
                      len(statuses) - acknowledged, len(statuses))  # fmt: skip
            self._add("lost", "kill -9 in mid-load: acknowledged views lost", "", counter,
                      max(0, acknowledged - shown), acknowledged)  # fmt: skip
            self._add("more", "kill -9 in mid-load: counted, but killed before the answer", "", counter,
                      max(0, shown - acknowledged))  # fmt: skip

    def _number(self) -> int:
        self._next_story += 1
        return self._next_story
