"""Faults on purpose: a whole house is harmed while a newsroom pushes and readers read.

At the end nothing that was acknowledged may be missing, old, or there twice. `make chaos` runs everything at length;
`make test` a short form of it.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

from tests.house import House
from tests.wait import until

PUSHES = int(os.environ.get("TOASOAN_CHAOS_PUSHES") or 40)
"""Stories that a test pushes while it does harm; read at import, because tests do not see the caller's settings."""
LONG = PUSHES >= 200

# What a loaded machine may take; what was measured stands in the table at the end.
PATIENCE_S = 180.0
_PAGE = 100
_LETTERS = "bcdghklmnpqrstvx"


@dataclass
class Story:
    """What the newsroom knows of a story after ingest's last answer."""

    external_id: str
    id: int
    url: str
    version: int
    word: str
    """Stands in the last version's text, and nowhere else."""
    replaced: str = ""
    """The word of the version before."""


@dataclass
class Row:
    """A line of the table: what was done, and what became of it."""

    fault: str
    recovery_s: float
    stories: int
    lost: int
    doubled: int
    note: str = ""


table: list[Row] = []


@dataclass
class Newsroom:
    """Pushes as a wire service does: the same story, under its `external_id`, until ingest acknowledges it."""

    house: House
    name: str = field(default_factory=lambda: _new_word("tin"))
    stories: list[Story] = field(default_factory=list)

    def push_one(self) -> None:
        """A new story; every fourth time a new version of an earlier one, too."""
        number = len(self.stories)
        self.stories.append(self._push(f"{self.name}-{number}", f"Tin {self.name} số {number}"))
        if number % 4 == 3:
            place = random.Random(number).randrange(number)
            story = self.stories[place]
            self.stories[place] = self._push(story.external_id, f"Tin {self.name} số {place}", story)

    def push(self, number: int) -> None:
        for _ in range(number):
            self.push_one()

    def _push(self, external_id: str, title: str, before: Story | None = None) -> Story:
        word = _new_word("w")
        fields = {
            "external_id": external_id,
            "title": title,
            "body": f"Sáng nay, {self.name} báo tin. Dấu riêng của bản này là {word}.",
            "body_format": "text",
            "section": "Thời sự",
            "status": "published",
        }

        def acknowledged() -> dict[str, Any]:
            answer = self.house.api("POST", "/api/articles", json=fields)
            assert answer.status_code in (200, 201), f"{answer.status_code} {answer.text[:300]}"
            return dict(answer.json())

        saved = until(acknowledged, PATIENCE_S, f"ingest takes {external_id}")
        return Story(
            external_id, saved["id"], saved["url"], saved["version"], word, replaced=before.word if before else ""
        )

    # ------------------------------------------------------------ what must be true afterwards

    def settle(self) -> None:
        """Wait until every acknowledged story is read and found in its last version."""
        waiting = list(self.stories)

        def all_arrived() -> bool:
            while waiting:
                missing = self._missing(waiting[-1])
                assert not missing, f"{len(waiting)} of {len(self.stories)} to look at; {waiting[-1]} lacks {missing}"
                waiting.pop()
            return True

        until(all_arrived, PATIENCE_S, "every acknowledged story is read and found", interval_s=0.2)

    def lost(self) -> list[str]:
        """Stories that are not on their page in the last version, or not in search, now."""
        found = set(self._found(self.name))
        missing = [str(story) for story in self.stories if not self._is_read(story)]
        return missing + [f"{story} is not found" for story in self.stories if story.id not in found]

    def _is_read(self, story: Story) -> bool:
        page = self.house.get(story.url)
        return page.status_code == 200 and story.word in page.text

    def _missing(self, story: Story) -> str:
        if not self._is_read(story):
            return "its page"
        return "" if self._found(story.word) == [story.id] else "its place in search"

    def doubled(self) -> list[str]:
        """What is there more than once, or still there in an older version: at ingest, at web, in search."""
        wanted = {story.id for story in self.stories}
        assert len(wanted) == len(self.stories)
        found = {"ingest": self._at_ingest(), "web": self._at_web(), "search": self._found(self.name)}
        wrong = [
            f"{place} has {id_} {number} times"
            for place, ids in found.items()
            for id_, number in Counter(ids).items()
            if number > 1 or id_ not in wanted
        ]
        wrong += [f"{place} lacks {id_}" for place, ids in found.items() for id_ in wanted - set(ids)]
        old = [story for story in self.stories if story.replaced and self._found(story.replaced)]
        return wrong + [f"search still has an old version of {story}" for story in old]

    def _at_ingest(self) -> list[int]:
        ids: list[int] = []
        before: int | None = None
        while True:
            params = {"limit": 200} | ({"before": before} if before else {})
            answer = self.house.api("GET", "/api/articles", params=params).json()
            ids += [one["id"] for one in answer["articles"] if self.name in one["title"]]
            before = answer["next"]
            if not before:
                return ids

    def _at_web(self) -> list[int]:
        ids: list[int] = []
        blocks = self.house.get("/sitemap.xml").text.count("<sitemap>")
        for number in range(blocks):
            for part in self.house.get(f"/sitemap-{number}.xml").text.split("<loc>")[1:]:
                address = part.partition("</loc>")[0]
                if self.name in address:
                    ids.append(int(address.rpartition("-")[2]))
        return ids

    def _found(self, query: str) -> list[int]:
        ids: list[int] = []
        while True:
            page = len(ids) // _PAGE + 1
            answer = self.house.get("/api/search", params={"q": query, "size": _PAGE, "page": page}).json()
            ids += [result["id"] for result in answer["results"]]
            if len(ids) >= answer["total"] or not answer["results"]:
                return ids


class Readers(threading.Thread):
    """Read what the newsroom pushed, a new reader each time, and send one view for each page that was read."""

    def __init__(self, newsroom: Newsroom) -> None:
        super().__init__(name="readers", daemon=True)
        self._newsroom = newsroom
        self._client = httpx2.Client(timeout=20, trust_env=False)
        self._halt = threading.Event()
        self._chance = random.Random(1)
        self.acknowledged: Counter[int] = Counter()
        self.unanswered: Counter[int] = Counter()
        """Views that nobody acknowledged: counted or not, both are right."""
        self.errors: list[str] = []
        """Server errors that a reader saw."""

    def __enter__(self) -> "Readers":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._halt.set()
        self.join(60)
        self._client.close()

    def run(self) -> None:
        while not self._halt.wait(0.05):
            if self._newsroom.stories:
                self.read(self._chance.choice(self._newsroom.stories))

    def read(self, story: Story) -> None:
        """One reader opens a story and is counted."""
        try:
            page = self._client.get(story.url)
        except httpx2.TransportError:
            return  # web is being started again
        if page.status_code >= 500:
            self.errors.append(f"{page.status_code} for {story.url}")
        _, _, rest = page.text.partition('<meta name="view-token" content="')
        if page.status_code != 200 or not rest:
            return
        agent = f"Mozilla/5.0 (Linux; {uuid4().hex}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
        headers = {"user-agent": agent, "origin": self._newsroom.house.web_url, "sec-fetch-site": "same-origin"}
        views = f"{self._newsroom.house.web_url}/api/views"
        try:
            answer = self._client.post(views, json={"token": rest.partition('"')[0]}, headers=headers)
            seen = self.acknowledged if answer.status_code == 204 else self.unanswered
        except httpx2.TransportError:
            seen = self.unanswered
        seen[story.id] += 1

    def until_counted(self) -> None:
        """Every acknowledged view stands in its story's total, once."""
        for story_id in sorted(self.acknowledged | self.unanswered):
            least, most = self.acknowledged[story_id], (self.acknowledged + self.unanswered)[story_id]
            address = f"/api/articles/{story_id}"

            def counted(address: str = address, least: int = least) -> bool:
                views = self._newsroom.house.get(address).json()["views"]
                assert views >= least, f"{views} of {least} views"
                return True

            until(counted, PATIENCE_S, f"the views of {story_id} are counted", interval_s=0.2)
            views = self._newsroom.house.get(address).json()["views"]
            assert views <= most, f"{story_id} has {views} views, {most} were sent"


@dataclass
class Stopwatch:
    """Seconds that a `with since()` block took."""

    seconds: float = 0.0


@contextmanager
def since() -> Iterator[Stopwatch]:
    watch, began = Stopwatch(), time.monotonic()
    yield watch
    watch.seconds = time.monotonic() - began


def note(fault: str, recovery_s: float, newsroom: Newsroom, told: str = "") -> None:
    """Look at everything, write the table's line, and fail if anything is lost or doubled."""
    lost, doubled = newsroom.lost(), newsroom.doubled()
    table.append(Row(fault, recovery_s, len(newsroom.stories), len(lost), len(doubled), told))
    assert not lost
    assert not doubled


def _new_word(prefix: str) -> str:
    """A word that no other text has, and that search takes as one word."""
    number, word = uuid4().int % 10**15, prefix
    while number:
        number, rest = divmod(number, len(_LETTERS))
        word += _LETTERS[rest]
    return word
