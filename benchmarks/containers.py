"""`python -m benchmarks.containers`: what more processes of a kind bring to the house of docker-compose.yml.

Webs behind nginx with TLS and HTTP/2, query workers on Elasticsearch, counters. All of it, and who asks, shares this
machine's cores: so each line says what a request cost whom, and the number of requests a second only when nothing
else would have been in the way. Needs a Docker engine, as `make compose-test` does, and h2load (nghttp2-client).
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx2

from benchmarks import load
from tests.compose import page
from tests.compose.engine import an_engine, images
from tests.compose.house import SITE_HOST, ComposeHouse
from tests.compose.tls import certify
from tests.newsroom import new_word
from tests.servers import free_port
from tests.wait import until

_ARTICLES = 1000
_PAGES, _SEARCHES, _VIEWS = 30_000, 2_000, 40_000
_WORDS = "chợ phiên đường đèo lúa mùa trường học nước sạch bản làng khám bệnh giống cây biên giới".split()
# What nginx refuses from one address: here all is from one.
_LIMITS = re.compile(r"rate=\d+r/[sm]")


@dataclass
class Meter:
    """Processor time by service, as the kernel counts it for each container."""

    house: ComposeHouse

    def seconds(self) -> Counter[str]:
        socket = self.house.engine.environment.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
        used: Counter[str] = Counter()
        with httpx2.Client(transport=httpx2.HTTPTransport(uds=socket), timeout=30) as client:
            for row in self.house.containers():
                if row["State"] == "running":
                    asked = f"http://engine/containers/{row['ID']}/stats?stream=false&one-shot=true"
                    total = client.get(asked).json()["cpu_stats"]["cpu_usage"]["total_usage"]
                    used[row["Service"].removesuffix("-b")] += total / 1e9
        return used


@dataclass
class Line:
    """One line of the table."""

    what: str
    number: int
    requests: int
    seconds: float
    used: Counter[str]

    def __str__(self) -> str:
        most = [(name, used) for name, used in self.used.most_common() if used > 0.03 * sum(self.used.values())]
        costs = ", ".join(f"{name} {1e6 * used / self.requests:.0f}" for name, used in most)
        cores = sum(self.used.values()) / self.seconds
        return f"| {self.what} | {self.number} | {self.requests / self.seconds:,.0f} | {cores:.2f} | {costs} |"


def measured(house: ComposeHouse, what: str, number: int, work: Callable[[], int]) -> Line:
    """`work` returns how many requests were answered well."""
    meter = Meter(house)
    before, began = meter.seconds(), time.monotonic()
    done = work()
    took = time.monotonic() - began
    line = Line(what, number, done, took, meter.seconds() - before)
    print(line, flush=True)
    return line


def scale(house: ComposeHouse, service: str, number: int) -> None:
    """So many processes; its twin away."""
    twin = [] if service == "counter-worker" else ["--scale", f"{service}-b=0"]
    house.compose("up", "-d", "--wait", "--scale", f"{service}={number}", *twin, timeout=300)
    # nginx looks its names up every 2 s.
    time.sleep(5)


# ---------------------------------------------------------------- what is asked


def over_http2(house: ComposeHouse, port: int, paths: list[str]) -> Callable[[], int]:
    """32 connections with 8 requests on their way each, by h2load."""

    def work() -> int:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("".join(f"https://{SITE_HOST}:{port}{path}\n" for path in paths))
            file.flush()
            command = ["h2load", f"--connect-to=127.0.0.1:{port}", "-n", str(_PAGES), "-c", "32", "-m", "8"]
            ran = subprocess.run(
                [*command, "-H", "accept-encoding: gzip", "-i", file.name], capture_output=True, text=True, check=True
            )
        status = re.search(r"status codes: (\d+) 2xx", ran.stdout)
        assert status and int(status[1]) > 0.99 * _PAGES, ran.stdout
        return int(status[1])

    return work


def searches(house: ComposeHouse) -> Callable[[], int]:
    """16 readers, each with the next question as soon as the one before is answered; no question twice."""

    def one(number: int) -> int:
        words = f"{_WORDS[number % len(_WORDS)]} {_WORDS[number // len(_WORDS) % len(_WORDS)]} {new_word('')[:3]}"
        return house.site(f"/api/search?q={quote(words)}").status_code

    def work() -> int:
        with ThreadPoolExecutor(16) as readers:
            answers = Counter(readers.map(one, range(_SEARCHES)))
        assert answers[200] > 0.98 * _SEARCHES, answers
        return answers[200]

    return work


def in_sql(house: ComposeHouse) -> int:
    """Views that the counters' SQL has, with those that it took back: nobody asked for these pages."""
    asked = (
        "SELECT (SELECT coalesce(sum(views), 0) FROM totals)"
        " + (SELECT coalesce(sum(number), 0) FROM tallies WHERE reason IN ('unasked', 'invented'))"
    )
    return int(house.compose("exec", "postgres", "psql", "-U", "toasoan", "-d", "counter", "-Atc", asked))


def views(house: ComposeHouse, articles: list[int], first: int) -> Callable[[], int]:
    """Beacons as fast as nginx takes them, until the counters' SQL has the last of them."""
    secret = dict(line.split("=", 1) for line in house.dotenv.read_text().splitlines() if "=" in line)
    before = in_sql(house)

    def work() -> int:
        orders = load.Orders(
            port=house.port,
            requests=_VIEWS,
            articles=articles,
            secret=secret["TOASOAN_SECRET_KEY"],
            first=first,
            host=f"{SITE_HOST}:{house.port}",
            origin=house.site_url,
        )
        outcome = load.send(orders)
        assert outcome.statuses == {"204": _VIEWS}, outcome.statuses

        until(lambda: in_sql(house) - before == _VIEWS, 300, "every view is in SQL", interval_s=0.3)
        return _VIEWS

    return work


# ---------------------------------------------------------------- the house


def fill(house: ComposeHouse) -> list[tuple[int, str]]:
    """Published articles, id and path."""
    lines = []
    for number in range(_ARTICLES):
        text = " ".join(_WORDS[(number * step) % len(_WORDS)] for step in range(1, 160))
        article = {
            "title": f"{_WORDS[number % len(_WORDS)]} tin số {number}",
            "section": "Thời sự",
            "status": "published",
        }
        lines.append(json.dumps(article | {"external_id": f"b-{number}", "body": f"<p>{text}</p>"}))
    kind = {"Content-Type": "application/x-ndjson"}
    saved = []
    for first in range(0, _ARTICLES, 100):
        some = "\n".join(lines[first : first + 100])
        answer = house.api("POST", "/api/articles:batch", content=some, headers=kind)
        saved += [json.loads(line) for line in answer.text.splitlines()]
    made = [(one["id"], re.sub(r"^https?://[^/]+", "", one["url"])) for one in saved if "id" in one]
    assert len(made) == _ARTICLES, saved[:3]
    until(lambda: house.site(made[-1][1]).status_code == 200, 120, "the last article is on the site")
    return made


def run(house: ComposeHouse) -> None:
    made = fill(house)
    print("| what | processes | a second | cores used | µs of processor time a request |\n|---|--:|--:|--:|---|")
    few = [number for number, _ in made[:20]]
    for number in (1, 2):
        scale(house, "counter-worker", number)
        measured(house, "views, until in SQL", number, views(house, few, number * _VIEWS))
    for number in (1, 2, 4):
        scale(house, "search-query", number)
        searches(house)
        measured(house, "searches", number, searches(house))
    keys, port = house.folder / "certificates", free_port()
    keys.mkdir()
    certify(house, keys)
    files = page.inline("COMPOSE_FILE=").partition("=")[2].split(":")
    house.set(COMPOSE_FILE=house.compose_files(*files), CERTIFICATES_DIR=str(keys), HTTPS_PORT=str(port))
    front = ["/"]
    # Each another address, and so asked of web each time.
    fresh = [f"{path}?lan={number}" for number, (_, path) in enumerate(made * (_PAGES // _ARTICLES))]
    for number in (1, 2, 3):
        scale(house, "web", number)
        measured(house, "a page that nginx keeps", number, over_http2(house, port, front))
        measured(house, "pages that web sends", number, over_http2(house, port, fresh))


def main() -> None:
    """A house of its own, ended afterwards."""
    if not shutil.which("h2load"):
        sys.exit("h2load is wanted: apt install nghttp2-client")
    with an_engine() as engine:
        house = ComposeHouse(engine, Path(tempfile.mkdtemp(prefix="toasoan-bench-")), images(engine))
        try:
            house.start()
            template = house.root / "deploy" / "nginx" / "templates" / "10-upstreams.conf.template"
            template.write_text(_LIMITS.sub("rate=1000000r/s", template.read_text()))
            # nginx knows a page again whatever stands behind its address: here none is.
            snippet = house.root / "deploy" / "nginx" / "snippets" / "cache.conf"
            kept = snippet.read_text()
            assert "$asked_path?$asked" in kept
            snippet.write_text(kept.replace("$asked_path?$asked", "$request_uri"))
            house.set(EDGE_PROXY="0.0.0.0/0")
            house.compose("up", "-d", "--wait", "--force-recreate", "nginx", timeout=300)
            run(house)
        finally:
            house.end()


if __name__ == "__main__":
    main()
