"""Clients that begin a request and never end it: nobody else waits for them, and they are sent away."""

import asyncio
import contextlib
import resource
import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from shared.http_guard import HEAD_SECONDS, HEADS, MOST_AHEAD, GuardedHttp, close_slow
from tests.house import House
from tests.wait import until

HALF = b"GET /desk/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "


@contextlib.contextmanager
def half_open(port: int, number: int) -> Iterator[list[socket.socket]]:
    """So many connections that have sent half a head."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most[1], most[1]))
    with contextlib.ExitStack() as stack:
        lines = []
        for _ in range(number):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            line.sendall(HALF)
            lines.append(line)
        yield lines
    resource.setrlimit(resource.RLIMIT_NOFILE, most)


def still_open(lines: list[socket.socket]) -> int:
    """How many the other side has not closed."""
    standing = 0
    for line in lines:
        line.setblocking(False)
        try:
            standing += line.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            standing += 1
        except OSError:
            pass
    return standing


@pytest.mark.house
@pytest.mark.timeout(180)
@pytest.mark.parametrize("service", ["web", "ingest"])
def test_half_open_heads_keep_nobody_out(house: House, service: str) -> None:
    url, port = (house.web_url, house.web_port) if service == "web" else (house.ingest_url, house.ingest_port)
    path = "/" if service == "web" else "/desk/dang-nhap"
    house.until_page("/")
    with half_open(port, 600) as lines, httpx2.Client(timeout=20, trust_env=False) as client:
        assert [client.get(url + path).status_code for _ in range(5)] == [200] * 5
        # An honest client's connection is one of the youngest, and its head is whole.
        until(lambda: still_open(lines) <= HEADS[0], 20, "the oldest have made room")
        assert client.get(url + path).status_code == 200
        until(lambda: still_open(lines) == 0, 40, "half a head is not waited for")


# ---------------------------------------------------------------- on a clock of its own


class Server:
    """Guarded connections by address, whose app never answers; `later` looks at them after some seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, most: int | None = None) -> None:
        self.now = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        self.loop = asyncio.new_event_loop()
        self.state = ServerState()
        self._config = Config(_silent, log_config=None, lifespan="off", limit_concurrency=most)

    def connect(self, address: str, data: bytes = b"") -> Any:
        line = SimpleNamespace(open=True, sent=b"")
        protocol = GuardedHttp(self._config, self.state, {}, self.loop)

        def close() -> None:
            if line.open:
                line.open = False
                self.loop.call_soon(protocol.connection_lost, ConnectionResetError())

        line.transport = SimpleNamespace(
            get_extra_info=lambda name, default=None: (address, 1) if name == "peername" else default,
            write=lambda data: setattr(line, "sent", line.sent + data),
            is_closing=lambda: not line.open,
            close=close,
            pause_reading=lambda: None,
            resume_reading=lambda: None,
        )
        line.protocol = protocol
        protocol.connection_made(line.transport)
        if data:
            protocol.data_received(data)
        return line

    def later(self, seconds: float) -> None:
        self.now += seconds
        close_slow(self.state.connections)
        self.loop.run_until_complete(asyncio.sleep(0))

    def close(self) -> None:
        for connection in list(self.state.connections):
            connection.connection_lost(ConnectionResetError())
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()


async def _silent(_scope: Any, _receive: Any, _send: Any) -> None:
    await asyncio.Event().wait()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    made = Server(monkeypatch, most=3)
    yield made
    made.close()


def test_requests_that_run_ahead_of_their_answers_are_bounded(server: Server) -> None:
    ahead = server.connect("192.0.2.1", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * (MOST_AHEAD + 1))
    assert ahead.open and not ahead.sent
    flood = server.connect("192.0.2.1", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * (MOST_AHEAD + 2))
    assert not flood.open and flood.sent.startswith(b"HTTP/1.1 400 ")
    server.later(1)
    assert not flood.protocol.pipeline, "and what they asked for is forgotten with them"


def test_half_open_heads_are_bounded_by_client_network_and_time(server: Server) -> None:
    client, network = HEADS
    one = [server.connect(f"2001:db8:1:2::{number:x}", HALF) for number in range(client + 50)]
    many = [server.connect(f"2001:db8:2:{number:x}::1", HALF) for number in range(network + 50)]
    others = [server.connect(f"2001:db8:{number}::1", HALF) for number in range(3, 6)]
    silent = server.connect("2001:db8:1:2::1")
    asking = server.connect("2001:db8:1:2::1", HALF + b"\r\n\r\n")
    server.later(0.5)
    assert all(line.open for line in [*one, *many]), "a moment is nobody's fault"
    server.later(1.0)
    assert [sum(line.open for line in lines) for lines in (one, many)] == [client, network]
    assert all(line.open for line in others)
    server.later(HEAD_SECONDS)
    assert not any(line.open for line in [*one, *many, *others])
    assert asking.open and silent.open, "its head is whole: it is we who owe; nothing was begun"


def test_only_requests_take_the_places_of_requests(server: Server) -> None:
    for _ in range(20):
        server.connect("203.0.113.9", HALF)
    asking = [server.connect("203.0.113.8", HALF + b"\r\n\r\n") for _ in range(5)]
    for _ in range(3):
        server.later(0)
    assert [line.sent[9:12] for line in asking] == [b"", b"", b"", b"503", b"503"]
