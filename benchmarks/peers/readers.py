"""Readers who open pages and whose browsers send beacons: each a connection of its own, as in life."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from benchmarks.load import AGENTS

_ANSWER_SECONDS = 20
"""A browser that waits longer has no acknowledgement."""


@dataclass(frozen=True)
class Reader:
    """A browser somewhere."""

    agent: str
    address: str

    @property
    def headers(self) -> dict[str, str]:
        """What tells this reader from others; the address is told by a proxy in front."""
        return {"user-agent": self.agent, "x-forwarded-for": self.address}


def reader(number: int) -> Reader:
    """One of two million different ones."""
    near, far = number & 127, number >> 7
    return Reader(AGENTS[number % len(AGENTS)], f"113.{near}.{far & 127}.{(far >> 7) + 1}")


def crawlers(many: int) -> list[Reader]:
    """Agents as known crawlers send them, spread over the whole list of crawler-user-agents."""
    agents = [str(agent) for entry in CRAWLER_USER_AGENTS_DATA for agent in entry["instances"][:1]]
    agents = [agent for agent in agents if agent.isascii()]
    step = len(agents) // many
    return [Reader(agent, reader(1_000_000 + at).address) for at, agent in enumerate(agents[::step][:many])]


def request(method: str, path: str, port: int, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A whole HTTP/1.1 request that asks for the connection's end."""
    lines = [f"{method} {path} HTTP/1.1", f"host: 127.0.0.1:{port}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def send(port: int, requests: Iterable[bytes], at_once: int = 16, per_second: float = 0.0) -> list[int]:
    """Send all, `at_once` at a time or at a steady pace; the status of each answer, 0 for none."""
    return asyncio.run(_paced(port, requests, per_second) if per_second else _crowd(port, requests, at_once))


async def _crowd(port: int, requests: Iterable[bytes], at_once: int) -> list[int]:
    statuses: list[int] = []
    waiting = iter(requests)

    async def one_after_another() -> None:
        for each in waiting:
            statuses.append(await _answer(port, each))

    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    return statuses


async def _paced(port: int, requests: Iterable[bytes], per_second: float) -> list[int]:
    began, sent = time.monotonic(), []
    for number, each in enumerate(requests):
        await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))
        sent.append(asyncio.create_task(_answer(port, each)))
    return list(await asyncio.gather(*sent))


async def _answer(port: int, sent: bytes) -> int:
    """Status of the answer; 0 when the connection or the answer failed."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            incoming, outgoing = await asyncio.open_connection("127.0.0.1", port)
            try:
                outgoing.write(sent)
                answer = await incoming.read()
            finally:
                outgoing.close()
    except (OSError, TimeoutError):
        return 0
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.") else 0
