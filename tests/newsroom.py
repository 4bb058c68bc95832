"""A newsroom and its readers, who remember what they were told: whatever was acknowledged must be there in the end.

A story is read and found in its last version, gone where it was withdrawn, there once; a view stands in a total, once.
"""

import random
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2

from tests.house import House
from tests.wait import until

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
    withdrawn: bool = False


@dataclass
class Newsroom:
    """Pushes as a wire service does: the same story, under its `external_id`, until ingest acknowledges it."""

    house: House
    name: str = field(default_factory=lambda: new_word("tin"))
    stories: list[Story] = field(default_factory=list)

    def push_one(self) -> None:
        """A new story; every fourth time a new version of an earlier one, too."""
        number = len(self.stories)
        self.write()
        if number % 4 == 3:
            self.update(random.Random(number).randrange(number))

    def push(self, number: int) -> None:
        for _ in range(number):
            self.push_one()

    def write(self, in_seconds: float = 0.0) -> Story:
        """A new story, published now or after some seconds."""
        number = len(self.stories)
        story = self._push(f"{self.name}-{number}", number, in_seconds)
        self.stories.append(story)
        return story

    def update(self, number: int) -> None:
        """A new version of a story."""
        before = self.stories[number]
        self.stories[number] = replace(self._push(before.external_id, number), replaced=before.word)

    def correct(self, number: int) -> None:
        """A new version that says what was wrong."""
        before, word = self.stories[number], new_word("w")
        said = {
            "notice": f"Bản trước đưa sai dấu riêng; dấu đúng là {word}.",
            **self.text(word),
        }
        saved = self._acknowledged(f"/api/articles/{before.id}/correct", said)
        self.stories[number] = replace(before, version=saved["version"], word=word, replaced=before.word)

    def withdraw(self, number: int) -> None:
        """Take a story from readers for good."""
        before = self.stories[number]
        saved = self._acknowledged(f"/api/articles/{before.id}/withdraw", {"reason": "Nguồn tin rút lại"})
        self.stories[number] = replace(before, version=saved["version"], withdrawn=True)

    def text(self, word: str) -> dict[str, Any]:
        """The body of a version, with the word that no other has."""
        body = f"Sáng nay, {self.name} báo tin. Dấu riêng của bản này là {word}."
        return {"body": body, "body_format": "text"}

    def fields(self, number: int) -> dict[str, Any]:
        """What all versions of a story have in common."""
        return {"title": f"Tin {self.name} số {number}", "section": "Thời sự", "status": "published"}

    def _push(self, external_id: str, number: int, in_seconds: float = 0.0) -> Story:
        word = new_word("w")
        sent = {"external_id": external_id, **self.fields(number), **self.text(word)}
        if in_seconds:
            sent["published_at"] = (datetime.now(UTC) + timedelta(seconds=in_seconds)).isoformat()
        saved = self._acknowledged("/api/articles", sent)
        return Story(external_id, saved["id"], saved["url"], saved["version"], word)

    def _acknowledged(self, path: str, sent: dict[str, Any]) -> dict[str, Any]:
        def acknowledged() -> dict[str, Any]:
            answer = self.house.api("POST", path, json=sent)
            assert answer.status_code in (200, 201), f"{answer.status_code} {answer.text[:300]}"
            return dict(answer.json())

        return until(acknowledged, PATIENCE_S, f"ingest takes {sent.get('external_id', path)}")

    # ------------------------------------------------------------ what must be true afterwards

    def settle(self) -> None:
        """Wait until every acknowledged story is read and found in its last version, or gone if it was withdrawn."""
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
        return missing + [f"{story} is not found" for story in self._public() if story.id not in found]

    def _public(self) -> list[Story]:
        return [story for story in self.stories if not story.withdrawn]

    def _is_read(self, story: Story) -> bool:
        page = self.house.get(story.url)
        if story.withdrawn:
            return page.status_code == 410 and story.word not in page.text
        return page.status_code == 200 and story.word in page.text

    def _missing(self, story: Story) -> str:
        if not self._is_read(story):
            return "its page"
        return "" if self._found(story.word) == ([] if story.withdrawn else [story.id]) else "its place in search"

    def doubled(self) -> list[str]:
        """What is there more than once, or still there in an older version: at ingest, at web, in search."""
        everything, public = {story.id for story in self.stories}, {story.id for story in self._public()}
        assert len(everything) == len(self.stories)
        places = {
            "ingest": (self._at_ingest(), everything),
            "web": (self._at_web(), public),
            "search": (self._found(self.name), public),
        }
        wrong = [
            f"{place} has {id_} {number} times"
            for place, (ids, wanted) in places.items()
            for id_, number in Counter(ids).items()
            if number > 1 or id_ not in wanted
        ]
        wrong += [f"{place} lacks {id_}" for place, (ids, wanted) in places.items() for id_ in wanted - set(ids)]
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
        self.newsroom = newsroom
        self.client = httpx2.Client(timeout=20, trust_env=False)
        self.halt = threading.Event()
        self.chance = random.Random(1)
        self._lock = threading.Lock()
        self.acknowledged: Counter[int] = Counter()
        self.unanswered: Counter[int] = Counter()
        """Views that nobody acknowledged: counted or not, both are right."""
        self.errors: list[str] = []
        """Server errors that a reader saw."""

    def __enter__(self) -> "Readers":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.halt.set()
        self.join(60)
        self.client.close()

    def run(self) -> None:
        while not self.halt.wait(0.05):
            if self.newsroom.stories:
                self.read(self.chance.choice(self.newsroom.stories), some_reader())

    def load(self, url: str, headers: Mapping[str, str] | None = None) -> httpx2.Response | None:
        """A page; None while web is being started again."""
        try:
            page = self.client.get(url, headers=headers)
        except httpx2.TransportError:
            return None
        if page.status_code >= 500:
            self.errors.append(f"{page.status_code} for {url}")
        return page

    def read(self, story: Story, reader: Mapping[str, str] | None = None, beacons: int = 1) -> None:
        """One reader (their headers; each must be another for the same story) opens a story and is counted, once
        even if more beacons are sent."""
        reader = reader or some_reader()
        page = self.load(story.url, reader)
        if page is None or page.status_code != 200:
            return
        _, _, rest = page.text.partition('<meta name="view-token" content="')
        if not rest:
            return
        token = rest.partition('"')[0]
        answers = [self._beacon(token, reader) for _ in range(beacons)]
        with self._lock:
            (self.acknowledged if any(answers) else self.unanswered)[story.id] += 1

    def _beacon(self, token: str, reader: Mapping[str, str]) -> bool:
        site = self.newsroom.house.web_url
        headers = {**reader, "origin": site, "sec-fetch-site": "same-origin"}
        try:
            return self.client.post(f"{site}/api/views", json={"token": token}, headers=headers).status_code == 204
        except httpx2.TransportError:
            return False

    def until_counted(self) -> int:
        """Every acknowledged view stands in its story's total, once; returns how many the pages show together.

        The totals of withdrawn stories are not shown to anybody.
        """
        gone = {story.id for story in self.newsroom.stories if story.withdrawn}
        shown = 0
        for story_id in sorted(set(self.acknowledged | self.unanswered) - gone):
            least, most = self.acknowledged[story_id], (self.acknowledged + self.unanswered)[story_id]
            address = f"/api/articles/{story_id}"

            def counted(address: str = address, least: int = least) -> bool:
                views = self.newsroom.house.get(address).json()["views"]
                assert views >= least, f"{views} of {least} views"
                return True

            until(counted, PATIENCE_S, f"the views of {story_id} are counted", interval_s=0.2)
            views = self.newsroom.house.get(address).json()["views"]
            assert views <= most, f"{story_id} has {views} views, {most} were sent"
            shown += views
        return shown


def some_reader() -> dict[str, str]:
    """The headers of a browser that nobody else has."""
    agent = f"Mozilla/5.0 (Linux; {uuid4().hex}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
    return {"user-agent": agent}


def new_word(prefix: str) -> str:
    """A word that no other text has, and that search takes as one word."""
    number, word = uuid4().int % 10**15, prefix
    while number:
        number, rest = divmod(number, len(_LETTERS))
        word += _LETTERS[rest]
    return word
