"""The people of the day: a desk that writes, mends and withdraws, and a crowd that reads, searches and comments."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from benchmarks import stories
from benchmarks.load import AGENTS
from tests.newsroom import Newsroom, Readers, Story
from tests.soak.day import Day

_AT_ONCE = 16
"""Visitors whom the crowd can play at a time."""
_VISITORS = 6000
"""Different ones; they come four or five times in a whole day."""
_HEADLINES = 40
"""Of yesterday's, that are searched for: so few that search has kept all their answers before the warm-up ends."""
_SCHEDULED_AHEAD_S = 8.0
_PLACES = ("bản Nà Sản", "Mường Lò", "Nậm Khan", "Tả Sin", "chợ phiên", "cầu treo", "lễ hội xuân", "trường học")


class Desk(Newsroom):
    """A newsroom whose stories look like a paper's."""

    def fields(self, number: int) -> dict[str, Any]:
        made = stories.sent(number)
        kept = {name: made[name] for name in ("summary", "section", "tags", "byline", "status")}
        return {**kept, "title": f"{stories.title(number)} tin {self.name} số {number}"}

    def text(self, word: str) -> dict[str, Any]:
        number = sum(map(ord, word))
        return {"body": f"{stories.body(number)}<p>Dấu riêng của bản này là {word}.</p>", "body_format": "html"}


class Editors(threading.Thread):
    """Do what is planned when its time has come, one thing after another."""

    def __init__(self, desk: Desk, day: Day, began: float) -> None:
        super().__init__(name="editors", daemon=True)
        self._desk = desk
        self._day = day
        self._began = began
        self._chance = random.Random(2)
        self.done: dict[str, int] = {}
        self.failed: BaseException | None = None
        self._acts: dict[str, Callable[[], object]] = {
            "write": desk.write,
            "schedule": self._schedule,
            "update": lambda: desk.update(self._some()),
            "correct": lambda: desk.correct(self._some()),
            "withdraw": lambda: desk.withdraw(self._some()),
        }

    def run(self) -> None:
        try:
            for second, act in self._day.acts():
                time.sleep(max(0.0, self._began + second - time.monotonic()))
                self._acts[act]()
                self.done[act] = self.done.get(act, 0) + 1
        except BaseException as error:
            self.failed = error

    def _schedule(self) -> None:
        story = self._desk.write(_SCHEDULED_AHEAD_S)
        early = self._desk.house.get(story.url).status_code
        assert early == 404, f"{story.url} answers {early} before its time"

    def _some(self) -> int:
        """A story that is public now: mostly one of the last."""
        newest = len(self._desk.stories) - 1
        while True:
            number = max(0, newest - int(self._chance.expovariate(1 / 15)))
            story = self._desk.stories[number]
            if not story.withdrawn and self._desk.house.get(story.url).status_code == 200:
                return number


class Crowd(Readers):
    """Visitors come when the day says so, whether or not earlier ones are done; each has an address of their own."""

    def __init__(self, desk: Desk, day: Day, began: float) -> None:
        super().__init__(desk)
        self.name = "crowd"
        self._day = day
        self._began = began
        self._known: set[tuple[int, int]] = set()
        self.count = {"pages": 0, "searches": 0, "comments": 0, "views sent twice": 0}
        self.away: list[str] = []
        """Searches that nobody answered in time."""
        self.late_s = 0.0
        """The longest that a visitor had to wait for their turn to come."""
        self._tell = threading.Lock()

    def run(self) -> None:
        free = threading.Semaphore(2 * _AT_ONCE)
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="visitor") as pool:
            for number, second in enumerate(self._day.visits()):
                if self.halt.wait(max(0.0, self._began + second - time.monotonic())):
                    return
                free.acquire()
                self.late_s = max(self.late_s, time.monotonic() - self._began - second)
                pool.submit(self._visit, number).add_done_callback(lambda done: self._ended(done, free))

    def _ended(self, visit: "Future[None]", free: threading.Semaphore) -> None:
        free.release()
        if error := visit.exception():
            self.errors.append(f"a visit failed: {error!r}")

    def _visit(self, number: int) -> None:
        chance = random.Random(number)
        visitor = number % _VISITORS
        reader = {
            "user-agent": AGENTS[visitor % len(AGENTS)],
            "x-forwarded-for": f"113.161.{visitor >> 8}.{visitor & 255}",
            "accept-encoding": "gzip",
        }
        site = self.newsroom.house.web_url
        if chance.random() < 0.6:
            self._open(site + "/", reader)
        if chance.random() < 0.3:
            self._open(f"{site}{chance.choice(('/doc-nhieu', '/rss.xml', '/thoi-su', '/kinh-te', '/y-te'))}", reader)
        for story in self._chosen(chance, visitor):
            twice = chance.random() < 0.05
            self._note("views sent twice" if twice else "", pages=1)
            self.read(story, reader, beacons=2 if twice else 1)
        if chance.random() < 0.1:
            self._search(chance, reader)
        if chance.random() < 0.005:
            self._comment(chance, number, reader)

    def _chosen(self, chance: random.Random, visitor: int) -> list[Story]:
        """One to four stories, mostly of the last, that this visitor has not read yet."""
        there = list(self.newsroom.stories)
        places = {max(0, len(there) - 1 - int(chance.expovariate(1 / 25))) for _ in range(chance.randint(1, 4))}
        with self._tell:
            new = [there[place] for place in sorted(places) if (visitor, there[place].id) not in self._known]
            self._known |= {(visitor, story.id) for story in new}
        return [story for story in new if not story.withdrawn]

    def _open(self, url: str, reader: dict[str, str]) -> None:
        self._note("", pages=1)
        self.load(url, reader)

    def _search(self, chance: random.Random, reader: dict[str, str]) -> None:
        words = chance.choice((chance.choice(_PLACES), stories.title(chance.randrange(_HEADLINES))))
        path = chance.choice(("/api/search", "/tim-kiem", "/api/suggest"))
        answer = self.client.get(self.newsroom.house.web_url + path, params={"q": words}, headers=reader)
        self._note("searches")
        if answer.status_code == 503:
            self.away.append(f"{path} {words}")
        elif answer.status_code != 200:
            self.errors.append(f"{answer.status_code} for {path} {words}")

    def _comment(self, chance: random.Random, number: int, reader: dict[str, str]) -> None:
        story = chance.choice([story for story in list(self.newsroom.stories) if not story.withdrawn])
        said = {"name": f"Bạn đọc {number}", "text": f"Bài viết số {number} rất hay, cảm ơn tòa soạn."}
        address = f"{self.newsroom.house.web_url}/api/articles/{story.id}/comments"
        if self.client.post(address, json=said, headers=reader).status_code == 202:
            self._note("comments")

    def _note(self, what: str, pages: int = 0) -> None:
        with self._tell:
            self.count["pages"] += pages
            if what:
                self.count[what] += 1
