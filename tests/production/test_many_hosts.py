"""Three hosts of web, two each that search and count, and a cable that is pulled: they are one house all the same."""

import itertools
import re
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import httpx2
import pytest

from tests.newsroom import new_word
from tests.production.hosts import HOSTS, WEBS, ManyHosts, Network
from tests.wait import until

pytestmark = [pytest.mark.house, pytest.mark.postgres, pytest.mark.elasticsearch, pytest.mark.timeout(400)]

SOON_S = 2.0
MISSED_S = 25.0
"""What a message may take that died with the host it was given to: somebody must miss it first."""
PATIENCE_S = 60.0
CUT_S = 8.0
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

measured: list[str] = []


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory, elasticsearch_url: str) -> Iterator[ManyHosts]:
    network = Network(list(HOSTS))
    try:
        made = ManyHosts(tmp_path_factory.mktemp("hosts"), elasticsearch_url, network)
        try:
            made.start()
            yield made
        finally:
            made.close()
    finally:
        network.close()
        print("\n".join(["", *measured]))


class Paper:
    """What editors and readers do, at whichever host."""

    def __init__(self, hosts: ManyHosts) -> None:
        self.hosts = hosts
        self._client = httpx2.Client(timeout=10, trust_env=False)
        self._key = hosts.toasoan("keys", "create", new_word("k"), "--scope", "publish")
        self._visitors = itertools.count(1)

    def close(self) -> None:
        self._client.close()

    def edit(self, path: str, **sent: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._key}"}
        answer = self._client.post(self.hosts.url("ingest") + path, json=sent, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    def push(self, word: str) -> dict[str, Any]:
        body = {"body": f"Sáng nay, dấu riêng là {word}.", "body_format": "text"}
        return self.edit("/api/articles", title=f"Tin {new_word('t')}", section="Thời sự", status="published", **body)

    def read(self, web: str, path: str, **parameters: str) -> httpx2.Response:
        return self._client.get(self.hosts.url(web) + path, params=parameters or None)

    def page(self, web: str, story: dict[str, Any]) -> httpx2.Response:
        return self.read(web, httpx2.URL(story["url"]).path)

    def until_everywhere(
        self, story: dict[str, Any], word: str, status: int = 200, webs: Sequence[str] = WEBS
    ) -> float:
        """Wait until every web process answers so, with the word (but for 410); returns the seconds."""
        began = time.monotonic()

        def there(web: str) -> bool:
            page = self.page(web, story)
            assert page.status_code == status, (page.status_code, page.text[-300:])
            return status != 200 or word in page.text

        for web in webs:
            until(partial(there, web), PATIENCE_S, f"{web} answers {status} with {word}", interval_s=0.02)
        return time.monotonic() - began

    def view(self, web: str, story: dict[str, Any], number: int, visitors: Sequence[int] | None = None) -> list[int]:
        """So many views by new visitors (or by these) at one host; returns who they were."""
        token = token_of(self.page(web, story).text)
        came = list(visitors or itertools.islice(self._visitors, number))
        for visitor in came:
            address = f"113.{visitor >> 14 & 127}.{visitor >> 7 & 127}.{visitor & 127}"
            headers = {"user-agent": AGENT, "x-forwarded-for": address, "origin": "https://bao.test"}
            answer = self._client.post(f"{self.hosts.url(web)}/api/views", json={"token": token}, headers=headers)
            assert answer.status_code == 204
        return came

    def views(self, web: str, story: dict[str, Any]) -> int:
        return int(self.read(web, f"/api/articles/{story['id']}").json()["views"])

    def until_views(self, story: dict[str, Any], number: int) -> None:
        """Every host shows exactly so many, and goes on showing them."""

        def counted(web: str) -> bool:
            return self.views(web, story) >= number

        for web in WEBS:
            until(partial(counted, web), PATIENCE_S, f"{number} views at {web}")
        assert {web: self.views(web, story) for web in WEBS} == dict.fromkeys(WEBS, number)

    def found(self, web: str, word: str) -> list[int]:
        answer = self.read(web, "/api/search", q=word)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["results"]]

    def metric(self, name: str, metric: str) -> float:
        """Sum of a metric of a process."""
        text = self._client.get(f"{self.hosts.url(name)}/metrics").text
        return sum(float(value) for value in re.findall(rf"^{metric}(?:\{{.*\}})? (\S+)$", text, re.MULTILINE))


def token_of(page: str) -> str:
    found = re.search(r'name="view-token" content="([^"]+)"', page)
    assert found, page[-500:]
    return found[1]


@pytest.fixture(scope="module")
def paper(hosts: ManyHosts) -> Iterator[Paper]:
    made = Paper(hosts)
    try:
        yield made
    finally:
        made.close()


def told(what: str, seconds: Sequence[float]) -> float:
    """Note figures for the table, and return their median."""
    middle = statistics.median(seconds)
    measured.append(f"{what}: median {middle:.2f} s, most {max(seconds):.2f} s of {len(seconds)}")
    return middle


def test_a_story_its_correction_and_its_end_are_soon_on_every_web_host(paper: Paper) -> None:
    taken: dict[str, list[float]] = {"push": [], "correction": [], "withdrawal": []}
    for _ in range(7):
        first, second = new_word("w"), new_word("w")
        story = paper.push(first)
        taken["push"].append(paper.until_everywhere(story, first))
        for web in WEBS:  # every process has it among its finished pages
            assert first in paper.page(web, story).text
        right = {"body": f"Sáng nay, dấu riêng là {second}.", "body_format": "text"}
        paper.edit(f"/api/articles/{story['id']}/correct", notice="Bản trước đưa sai dấu riêng.", **right)
        taken["correction"].append(paper.until_everywhere(story, second))
        assert not [web for web in WEBS if first in paper.page(web, story).text]
        paper.edit(f"/api/articles/{story['id']}/withdraw", reason="Nguồn tin rút lại")
        taken["withdrawal"].append(paper.until_everywhere(story, "", 410))
        assert not [web for web in WEBS if second in paper.page(web, story).text]
    for act, seconds in taken.items():
        assert told(f"{act}, until all three web hosts have it", seconds) < SOON_S


def test_a_view_counts_once_wherever_it_is_sent(paper: Paper) -> None:
    story = paper.push(new_word("w"))
    paper.until_everywhere(story, "")
    visitors = [paper.view(web, story, 100) for web in WEBS]
    paper.until_views(story, 300)
    # The same visitors, each at another host: a load balancer promises nobody the same one.
    for web, came in zip(WEBS, [visitors[1], visitors[2], visitors[0]], strict=True):
        paper.view(web, story, 100, came)
    last = paper.view(WEBS[0], story, 1)
    assert last
    paper.until_views(story, 301)
    counted = [paper.metric(f"counter-worker@{number}", "views_counted_total") for number in (1, 2)]
    assert sum(counted) == 301
    assert all(counted), f"both counters work: {counted}"


def test_every_query_worker_answers_every_web_host(paper: Paper) -> None:
    word = new_word("w")
    story = paper.push(word)

    def finds(web: str) -> bool:
        return paper.found(web, word) == [story["id"]]

    for web in WEBS:
        until(partial(finds, web), PATIENCE_S, f"{web} finds it")

    def asked() -> list[float]:
        for web in WEBS:
            paper.found(web, new_word("w"))
        return [paper.metric(f"search-query@{number}", "celery_task_started_total") for number in (1, 2)]

    until(lambda: all(asked()), PATIENCE_S, "both query workers were asked")


def test_a_web_host_without_a_cable_serves_on_and_catches_up(hosts: ManyHosts, paper: Paper) -> None:
    words = {name: new_word("w") for name in ("corrected", "read", "new", "right")}
    corrected, read = (paper.push(words[name]) for name in ("corrected", "read"))
    withdrawn = [paper.push(new_word("w")) for _ in range(8)]
    for story in (corrected, read, *withdrawn):
        paper.until_everywhere(story, "")
    token = token_of(paper.page("web@2", read).text)
    others = [web for web in WEBS if web != "web@2"]
    with hosts.network.cut_off("web2"):
        began = time.monotonic()
        # The broker gives its worker a message yet: one of these is with nobody, and must be missed by somebody.
        for story in withdrawn:
            paper.edit(f"/api/articles/{story['id']}/withdraw", reason="Nguồn tin rút lại")
        new = paper.push(words["new"])
        right = {"body": f"Sáng nay, dấu riêng là {words['right']}.", "body_format": "text"}
        paper.edit(f"/api/articles/{corrected['id']}/correct", notice="Bản trước đưa sai dấu riêng.", **right)
        seconds = []
        for story, word, status in [
            (new, words["new"], 200),
            (corrected, words["right"], 200),
            *((one, "", 410) for one in withdrawn),
        ]:
            paper.until_everywhere(story, word, status, webs=others)
            seconds.append(time.monotonic() - began)
        told("beside a host that was cut off just now, until the other two have it", seconds)
        assert max(seconds) < MISSED_S
        # Its own readers, on this side of the broken cable, still read what they read and are counted later.
        served = hosts.ask_from_inside("web@2", _READ_AND_VIEW.format(
            port=hosts.ports["web@2"], path=httpx2.URL(read["url"]).path, token=token, agent=AGENT, number=50
        ))  # fmt: skip
        assert served == "200 50"
        paper.view(WEBS[0], read, 25)
        threading.Event().wait(max(0.0, CUT_S - (time.monotonic() - began)))
    back = time.monotonic()
    paper.until_everywhere(new, words["new"])
    paper.until_everywhere(corrected, words["right"])
    for story in withdrawn:
        paper.until_everywhere(story, "", 410)
    told(f"after {back - began:.0f} s without a cable, until a web host has caught up", [time.monotonic() - back])
    paper.until_views(read, 75)
    told("… until its own views are shown everywhere", [time.monotonic() - back])


_READ_AND_VIEW = """
import http.client, json
web = http.client.HTTPConnection("127.0.0.1", {port}, timeout=10)
web.request("GET", "{path}")
page = web.getresponse()
page.read()
taken = 0
for number in range({number}):
    headers = {{"User-Agent": "{agent}", "X-Forwarded-For": f"14.160.0.{{number + 1}}", "Origin": "https://bao.test"}}
    web.request("POST", "/api/views", json.dumps({{"token": "{token}"}}), headers)
    answer = web.getresponse()
    answer.read()
    taken += answer.status == 204
print(page.status, taken)
"""


@pytest.mark.parametrize("host", ["counter1", "counter2"])
def test_a_counter_without_a_cable_costs_and_adds_no_view(hosts: ManyHosts, paper: Paper, host: str) -> None:
    story = paper.push(new_word("w"))
    paper.until_everywhere(story, "")
    began = time.monotonic()
    paper.view(WEBS[0], story, 20)
    with hosts.network.cut_off(host):
        for web in WEBS:
            paper.view(web, story, 40)
        threading.Event().wait(max(0.0, CUT_S - (time.monotonic() - began)))
    back = time.monotonic()
    paper.view(WEBS[1], story, 20)
    paper.until_views(story, 160)
    told(f"after {CUT_S:.0f} s without {host}, until every view is shown", [time.monotonic() - back])


def test_a_query_worker_without_a_cable_is_not_asked(hosts: ManyHosts, paper: Paper) -> None:
    word = new_word("w")
    story = paper.push(word)
    until(lambda: paper.found(WEBS[0], word) == [story["id"]], PATIENCE_S, "it is found")
    with hosts.network.cut_off("query1"):
        answers = [
            paper.read(WEBS[number % 3], "/api/search", q=f"{word} {number}").status_code for number in range(12)
        ]
    measured.append(f"12 searches beside a query worker without a cable: {answers.count(200)} answered")
    assert set(answers) <= {200, 503}
    assert answers.count(503) <= 2, answers  # what it had asked for when its cable went
    until(lambda: paper.found(WEBS[0], word) == [story["id"]], PATIENCE_S, "it is found again")


def test_stores_without_a_cable_cost_readers_and_editors_nothing(hosts: ManyHosts, paper: Paper) -> None:
    """Both Redis on the far side: no broker, no counters, no hints."""
    read = paper.push(new_word("w"))
    paper.until_everywhere(read, "")
    began = time.monotonic()
    with hosts.network.cut_off("stores"):
        word = new_word("w")
        new = paper.push(word)
        waited = {"an editor's push": [time.monotonic() - began], "a page": [], "a view": []}
        for web in WEBS:
            for _ in range(20):
                started = time.monotonic()
                assert paper.page(web, read).status_code == 200
                waited["a page"].append(time.monotonic() - started)
            for _ in range(20):
                started = time.monotonic()
                paper.view(web, read, 1)
                waited["a view"].append(time.monotonic() - started)
        for what, seconds in waited.items():
            told(f"while both Redis have no cable: {what}", seconds)
        threading.Event().wait(max(0.0, CUT_S - (time.monotonic() - began)))
    back = time.monotonic()
    paper.until_everywhere(new, word)
    took = time.monotonic() - back
    told(f"after {back - began:.0f} s without either Redis, until a story is on all web hosts", [took])
    paper.until_views(read, 60)
    told("… until every view of that time is shown", [time.monotonic() - back])
    until(lambda: paper.found(WEBS[0], word) == [new["id"]], PATIENCE_S, "it is found")
    told("… until it is found", [time.monotonic() - back])
