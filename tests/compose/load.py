"""A day at a small paper, through nginx, while its house is harmed; it remembers what it was told, and compares.

Each second eight pages, a search, a view, a story pushed (as a wire does: again, until it is acknowledged) and two
looks at the desk; every two seconds a reader's comment. Each request has a connection and an address of its own, so
that nothing is hidden by what a client keeps.
"""

import http.client
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.browser.chromium import READER
from tests.compose.house import DESK_HOST, SITE_HOST, ComposeHouse
from tests.newsroom import new_word, some_reader
from tests.wait import until

_TIMEOUT_S = 12.0
# What a wire tries again, and for how long.
_PERSISTENCE_S = 60.0
_TOKEN = re.compile(rb'name="view-token" content="([^"]+)"')
_NOT_ANSWERED = 0


@dataclass(frozen=True)
class Asked:
    """One request: what for, when it began (monotonic seconds), how long it took, and the status (0: no answer)."""

    kind: str
    began: float
    seconds: float
    status: int

    @property
    def failed(self) -> bool:
        return self.status == _NOT_ANSWERED or self.status >= 500


@dataclass
class Phase:
    """What was asked, and what was acknowledged, while one thing was done to the house."""

    name: str
    stories: list[tuple[int, str]]
    """Those (id, path) whose views are counted in this phase, and in no other."""
    asked: list[Asked] = field(default_factory=list)
    views: Counter[int] = field(default_factory=Counter)
    unsure: Counter[int] = field(default_factory=Counter)
    """Views that nobody acknowledged: counted or not, both are right."""
    pushed: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """Acknowledged stories by external id: id, path, the word in their text."""
    said: list[str] = field(default_factory=list)
    """Acknowledged comments."""
    seconds: float = 0.0
    """From the command until every container was healthy again."""

    def failed(self, *kinds: str) -> int:
        return sum(one.failed for one in self.asked if one.kind in kinds)

    def outage(self, kind: str) -> float:
        """The longest time (s) from a request that failed to the end of the next that did not."""
        longest, since = 0.0, None
        for one in sorted((one for one in self.asked if one.kind == kind), key=lambda one: one.began):
            if one.failed:
                since = one.began if since is None else since
                longest = max(longest, one.began + one.seconds - since)
            elif since is not None:
                longest, since = max(longest, one.began + one.seconds - since), None
        return longest


@dataclass
class Verdict:
    """What was acknowledged in a phase and is not there, and what is there twice."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


class Load:
    """Use as a context manager; `during` names a phase."""

    def __init__(self, house: ComposeHouse, phases: int) -> None:
        """`phases`: how many there will be at most; each gets stories of its own."""
        self.house = house
        self.run = new_word("dot")
        self.phases: list[Phase] = []
        self._halt = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._number = 0
        self._pages = ["/"]
        self._for_phases = [self._first_stories() for _ in range(phases)]
        self._phase = Phase("before", self._for_phases.pop())

    def __enter__(self) -> "Load":
        for each_s, act in ((0.125, self._read), (1, self._search), (1, self._view), (1, self._push)):
            self._repeat(each_s, act)
        self._repeat(0.5, self._look_at_desk)
        self._repeat(2, self._comment)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask for nothing more; returns when every answer is here."""
        self._halt.set()
        for thread in self._threads:
            thread.join(_PERSISTENCE_S + 2 * _TIMEOUT_S)

    @contextmanager
    def during(self, name: str) -> Iterator[Phase]:
        """Everything that begins in this block is of this phase."""
        before, self._phase = self._phase, Phase(name, self._for_phases.pop())
        self.phases.append(self._phase)
        try:
            yield self._phase
        finally:
            self._phase = before

    def read(self, path: str) -> None:
        """One page more, now, by a reader of their own."""
        self._ask(self._phase, "page", SITE_HOST, path)

    def asked_since(self, moment: float) -> list[Asked]:
        """What was asked in the present phase after `moment` (monotonic seconds), and has ended."""
        with self._lock:
            return [one for one in self._phase.asked if one.began > moment]

    # ---------------------------------------------------------------- what is asked

    def _repeat(self, each_s: float, act: Callable[[], None]) -> None:
        """`act` every `each_s` seconds, whether or not the one before has ended."""

        def run() -> None:
            due = time.monotonic()
            while not self._halt.wait(max(0.0, due - time.monotonic())):
                due += each_s
                one = threading.Thread(target=act, daemon=True)
                with self._lock:
                    self._threads = [thread for thread in self._threads if thread.is_alive()] + [one]
                one.start()

        threading.Thread(target=run, daemon=True).start()

    def _ask(
        self, phase: Phase, kind: str, host: str, path: str, sent: Any = None, **headers: str
    ) -> tuple[int, bytes]:
        """Status and body; (0, b"") if there was no answer."""
        began, status, body = time.monotonic(), _NOT_ANSWERED, b""
        address = f"203.0.{random.randrange(256)}.{random.randrange(1, 255)}"
        link = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=_TIMEOUT_S)
        own = {"Host": f"{host}:{self.house.port}", "User-Agent": READER, "X-Forwarded-For": address}
        if sent is not None:
            own["Content-Type"] = "application/json"
        try:
            link.request("GET" if sent is None else "POST", path, sent and json.dumps(sent), own | headers)
            answer = link.getresponse()
            status, body = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            status, body = _NOT_ANSWERED, b""
        finally:
            link.close()
        with self._lock:
            phase.asked.append(Asked(kind, began, time.monotonic() - began, status))
        return status, body

    def _read(self) -> None:
        with self._lock:
            path = random.choice(self._pages[-200:])
        self.read(path)

    def _search(self) -> None:
        self._ask(self._phase, "search", SITE_HOST, f"/tim-kiem?q=tin+so+{random.randrange(30)}")

    def _look_at_desk(self) -> None:
        self._ask(self._phase, "desk", DESK_HOST, "/desk/dang-nhap")

    def _view(self) -> None:
        phase = self._phase
        number, path = random.choice(phase.stories)
        reader = {"User-Agent": some_reader()["user-agent"]}
        token = _TOKEN.search(self._ask(phase, "page", SITE_HOST, path, **reader)[1])
        if token is None:
            return
        own = {"Origin": self.house.site_url, "Sec-Fetch-Site": "same-origin"}
        status, _ = self._ask(phase, "view", SITE_HOST, "/api/views", {"token": token[1].decode()}, **reader, **own)
        with self._lock:
            (phase.views if status == 204 else phase.unsure)[number] += 1

    def _comment(self) -> None:
        phase = self._phase
        number, _ = random.choice(phase.stories)
        text = f"Lời bàn {new_word('y')} của đợt {self.run}."
        said = {"name": "Bà Sín", "text": text}
        status, _ = self._ask(phase, "comment", SITE_HOST, f"/api/articles/{number}/comments", said)
        if status == 202:
            with self._lock:
                phase.said.append(text)

    def _push(self) -> None:
        phase, word = self._phase, new_word("w")
        with self._lock:
            self._number += 1
            number = self._number
        external_id = f"{self.run}-{number}"
        story = {
            "external_id": external_id,
            "title": f"Tin số {number % 30} của đợt {self.run}",
            "section": "Thời sự",
            "status": "published",
            "body": f"<p>Câu chuyện thứ {number} của hôm nay có dấu riêng {word}.</p>",
        }
        key = {"Authorization": f"Bearer {self.house.word_of('keys create')}"}
        give_up = time.monotonic() + _PERSISTENCE_S
        while time.monotonic() < give_up:
            status, answer = self._ask(phase, "push", DESK_HOST, "/api/articles", story, **key)
            if status in (200, 201):
                saved = json.loads(answer)
                path = re.sub(r"^https?://[^/]+", "", saved["url"])
                with self._lock:
                    phase.pushed[external_id] = saved["id"], path, word
                    self._pages.append(path)
                return
            time.sleep(1)

    def _first_stories(self) -> list[tuple[int, str]]:
        made = []
        for _ in range(2):
            fields = {"title": f"Tin đầu của đợt {self.run}", "section": "Thời sự", "status": "published"}
            answer = self.house.api("POST", "/api/articles", json=fields | {"body": "<p>Tin đầu.</p>"})
            assert answer.status_code == 201, answer.text
            made.append((answer.json()["id"], re.sub(r"^https?://[^/]+", "", answer.json()["url"])))
        last = made[-1][1]
        until(lambda: self.house.site(last).status_code == 200, 60, "readers see the first stories")
        return made

    # ---------------------------------------------------------------- what came of it

    def verdicts(self, patience_s: float) -> dict[str, Verdict]:
        """By phase, once everything had time to arrive."""
        give_up = time.monotonic() + patience_s
        while True:
            verdicts = self._compare()
            if time.monotonic() > give_up or not any(verdict.lost for verdict in verdicts.values()):
                return verdicts
            time.sleep(2)

    def _compare(self) -> dict[str, Verdict]:
        run = f"LIKE '%{self.run}%'"
        word = "substring(state::json->>'body' from 'dấu riêng ([a-z]+)')"
        words = Counter(self._rows("web", f"SELECT {word} FROM articles WHERE public AND state::json->>'title' {run}"))
        comments = Counter(self._rows("ingest", f"SELECT text FROM comments WHERE text {run}"))
        totals = (line.split("|") for line in self._rows("counter", "SELECT article_id, views FROM totals"))
        views = {int(number): int(total) for number, total in totals}
        return {phase.name: _verdict(phase, words, comments, views) for phase in self.phases}

    def _rows(self, database: str, query: str) -> list[str]:
        ran = self.house.compose("exec", "postgres", "psql", "-U", "toasoan", "-d", database, "-Atc", query)
        return ran.splitlines()


def _verdict(phase: Phase, words: Counter[str], comments: Counter[str], views: dict[int, int]) -> Verdict:
    """`words` of stories that readers get, texts of `comments` that wait for an editor, `views` by article."""
    found = Verdict()
    for external_id, (_, _, word) in phase.pushed.items():
        _judge(found, f"story {external_id}", words[word], 1, 1)
    for text in phase.said:
        _judge(found, f"comment {text!r}", comments[text], 1, 1)
    for number, _ in phase.stories:
        least = phase.views[number]
        _judge(found, f"views of {number}", views.get(number, 0), least, least + phase.unsure[number])
    return found


def _judge(found: Verdict, what: str, there: int, least: int, most: int) -> None:
    if there < least:
        found.lost.append(f"{what}: {there} of {least}")
    if there > most:
        found.doubled.append(f"{what}: {there}, and {most} were sent")
