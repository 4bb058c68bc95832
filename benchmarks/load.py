"""Readers made by one small process: `python -m benchmarks.load` takes its orders as JSON on stdin.

Either beacons, every one of another reader (address and agent) with a signed token, so that each must count once; or
pages. With a rate it is an open loop: latency counts from the moment a request was due, not from when a connection
was free for it, so that a server that stalls is seen to stall (what wrk leaves out; "coordinated omission").
"""

import asyncio
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import uvloop

from shared.views.token import ViewTokens

AGENTS = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 "
    "Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/132.0 "
    "Chrome/126.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; V2204) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0 "
    "Mobile Safari/537.36 Zalo android/24120100",
)
_HOUSEHOLDS = 50_000
"""Different addresses; each sends under every agent, for every article."""
_DEADLINE_SECONDS = 150


@dataclass
class Orders:
    """`requests` in all, `per_second` (0: as fast as answers come) over `connections`; `paths`, or beacons for
    `articles` under the house's `secret`, from the reader number `first` on. `host` is asked for, if not the port's;
    `origin` is where pages stand, if not there by http."""

    port: int
    requests: int
    connections: int = 100
    per_second: float = 0.0
    paths: list[str] = field(default_factory=list)
    articles: list[int] = field(default_factory=list)
    secret: str = ""
    first: int = 0
    host: str = ""
    origin: str = ""

    @property
    def named(self) -> str:
        """What the house calls itself."""
        return self.host or f"127.0.0.1:{self.port}"


@dataclass
class Outcome:
    """Answers by status, seconds from the first request to the last answer, latencies in ms at "50", "99", "99.9" %."""

    statuses: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    latency_ms: dict[str, float] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return sum(self.statuses.values()) / self.seconds


def beacons(orders: Orders) -> Iterator[bytes]:
    """Readers' beacons: households in turn, then their agents, then the articles."""
    tokens = ViewTokens(orders.secret)
    ends = []
    for article in orders.articles:
        body = json.dumps({"token": tokens.issue(article), "referrer": "https://zalo.me/"}).encode()
        ends.append(b"\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
    host = orders.named
    origin = orders.origin or f"http://{host}"
    heads = [
        f"POST /api/views HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\nsec-fetch-site: same-origin\r\n"
        f"user-agent: {agent}\r\ncontent-type: text/plain\r\nx-forwarded-for: ".encode()
        for agent in AGENTS
    ]
    for number in itertools.count(orders.first):
        turn, household = divmod(number, _HOUSEHOLDS)
        article, agent = divmod(turn, len(heads))
        address = b"113.%d.%d.%d" % (household >> 14, household >> 7 & 127, household & 127)
        yield heads[agent] + address + ends[(household + article) % len(ends)]


def pages(orders: Orders) -> Iterator[bytes]:
    """GETs of the paths, round and round."""
    for path in itertools.cycle(orders.paths):
        yield f"GET {path} HTTP/1.1\r\nhost: {orders.named}\r\naccept-encoding: gzip\r\n\r\n".encode()


class Crowd:
    """Sends until everything is answered."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._requests = itertools.islice(pages(orders) if orders.paths else beacons(orders), orders.requests)
        self._free: list[_Line] = []
        self._latencies: list[float] = []
        self._statuses: dict[str, int] = {}
        self._all_answered = asyncio.Event()

    async def run(self) -> Outcome:
        """Raises TimeoutError when answers stay out."""
        loop = asyncio.get_running_loop()
        for _ in range(self._orders.connections):
            _transport, line = await loop.create_connection(lambda: _Line(self), "127.0.0.1", self._orders.port)
            self._free.append(line)
        began = time.perf_counter()
        async with asyncio.timeout(_DEADLINE_SECONDS):
            if self._orders.per_second:
                await self._keep_pace(began)
            else:
                lines, self._free = self._free, []
                for line in lines:
                    self._next(line, time.perf_counter())
            await self._all_answered.wait()
        taken = time.perf_counter() - began
        self._latencies.sort()
        return Outcome(self._statuses, taken, {share: self._percentile(float(share)) for share in ("50", "99", "99.9")})

    def _percentile(self, share: float) -> float:
        place = min(len(self._latencies) - 1, int(len(self._latencies) * share / 100))
        return round(self._latencies[place] * 1000, 3)

    async def _keep_pace(self, began: float) -> None:
        sent, pace = 0, self._orders.per_second
        while sent < self._orders.requests:
            due = min(int((time.perf_counter() - began) * pace), self._orders.requests)
            while sent < due and self._free:
                self._next(self._free.pop(), began + sent / pace)
                sent += 1
            await asyncio.sleep(0.001)

    def _next(self, line: "_Line", due: float) -> None:
        request = next(self._requests, None)
        if request is not None:
            line.send(request, due)

    def answered(self, line: "_Line", status: str, due: float) -> None:
        """A whole answer came in."""
        now = time.perf_counter()
        self._latencies.append(now - due)
        self._statuses[status] = self._statuses.get(status, 0) + 1
        if self._orders.per_second:
            self._free.append(line)
        else:
            self._next(line, now)
        if len(self._latencies) >= self._orders.requests:
            self._all_answered.set()


class _Line(asyncio.Protocol):
    """One connection with one request on its way at a time."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._due = 0.0
        self._missing = 0
        self._status = ""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def send(self, request: bytes, due: float) -> None:
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        if not self._missing:
            self._status = data[9:12].decode()
            if self._status in ("204", "304"):
                self._missing = len(data)
            else:
                at = data.lower().find(b"\r\ncontent-length:")
                length = int(data[at + 17 : data.find(b"\r\n", at + 17)])
                self._missing = data.find(b"\r\n\r\n") + 4 + length
        self._missing -= len(data)
        if self._missing <= 0:
            self._missing = 0
            self._crowd.answered(self, self._status, self._due)


def send(orders: Orders) -> Outcome:
    """Run a crowd in a process of its own. Raises RuntimeError when it fails."""
    with start(orders) as process:
        return finish(process)


def start(orders: Orders) -> "subprocess.Popen[str]":
    """Begin in the background; `finish` waits for the end."""
    # A file: ten thousand addresses are more than a command line holds.
    with tempfile.TemporaryFile("w+") as file:
        json.dump(asdict(orders), file)
        file.seek(0)
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load"],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def finish(process: "subprocess.Popen[str]") -> Outcome:
    """The outcome of what `start` began. Raises RuntimeError when it failed."""
    printed, problem = process.communicate(timeout=_DEADLINE_SECONDS + 30)
    if process.returncode:
        raise RuntimeError(problem[-2000:])
    return Outcome(**json.loads(printed))


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(Crowd(Orders(**json.load(sys.stdin))).run()))))
