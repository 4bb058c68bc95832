"""Requests that are made wrong on purpose: two meanings, no end, too much, another's name."""

import os
import re
import socket
import time
from typing import Any

import pytest

from shared.http_guard import MAX_HEAD_BYTES, SLOW_SECONDS, GuardedHttp, close_slow
from tests.house import House
from tests.security.wire import ask, get, statuses

pytestmark = [pytest.mark.house, pytest.mark.timeout(180)]

HEAD = b"Host: 127.0.0.1\r\nContent-Type: text/plain\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
SMUGGLED = b"GET /api/most-read HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
EVIL = ("X-Forwarded-Host: attacker.example", "X-Forwarded-Proto: https", "Forwarded: host=attacker.example")


@pytest.fixture(params=["web", "ingest"])
def port(request: pytest.FixtureRequest, house: House) -> int:
    return house.web_port if request.param == "web" else house.ingest_port


AMBIGUOUS = {
    "both lengths": b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "length with a sign": b"Content-Length: +5\r\n\r\n0\r\n\r\n",
    "negative length": b"Content-Length: -1\r\n\r\n",
    "endless length": b"Content-Length: 99999999999999999999999\r\n\r\n",
    "unknown coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked not last": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "space before the colon": b"Content-Length : 5\r\n\r\n0\r\n\r\n",
    "bare line feeds": b"X: y\nContent-Length: 5\n\n0\r\n\r\n",
    "chunk of no size": b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
    "chunk over all bounds": b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n",
}


@pytest.mark.parametrize("kind", AMBIGUOUS)
@pytest.mark.parametrize("path", [b"/", b"/api/views", b"/api/articles"])
def test_a_request_with_two_meanings_has_none(port: int, path: bytes, kind: str) -> None:
    answer = ask(port, b"POST " + path + b" HTTP/1.1\r\n" + HEAD + AMBIGUOUS[kind] + SMUGGLED)
    assert statuses(answer) == [400], answer[:300]


def test_a_body_behind_a_page_s_request_is_no_request(house: House) -> None:
    # The head alone in one packet is what the quick way looks at: the body comes later.
    house.until_page("/")
    for header in (b"Content-Length: %d\r\n" % len(SMUGGLED), b"content-length:%d\r\n" % len(SMUGGLED)):
        with socket.create_connection(("127.0.0.1", house.web_port), timeout=20) as line:
            line.sendall(b"GET / HTTP/1.1\r\n" + HEAD + header + b"\r\n")
            answer = line.recv(65_536)
            line.sendall(SMUGGLED + get("/healthz"))
            while piece := line.recv(65_536):
                answer += piece
        assert statuses(answer) == [200, 200] and b"results" not in answer and re.search(rb"\r\n\r\nok \S+\n$", answer)


def test_a_beacon_says_its_length_once(house: House) -> None:
    for more in (b"Transfer-Encoding: chunked\r\n", b"Content-Length: 60\r\n"):
        head = b"POST /api/views HTTP/1.1\r\n" + HEAD + more + b"Content-Length: 13\r\n\r\n"
        assert statuses(ask(house.web_port, head + b'{"token":"x"}')) == [400]


LARGE = {
    "one header": b"X-A: " + b"a" * 3_000_000,
    "many headers": b"X-A: a\r\n" * 100_000,
    "cookies": b"Cookie: a=" + b"b" * MAX_HEAD_BYTES,
}


@pytest.mark.parametrize("kind", LARGE)
def test_heads_are_bounded(port: int, kind: str) -> None:
    answer = ask(port, b"GET /khong-co HTTP/1.1\r\n" + HEAD + LARGE[kind] + b"\r\n\r\n")
    # Who goes on sending may find the line cut before the answer is read.
    assert statuses(answer) in ([431], []), answer[:200]
    address = ask(port, get("/" + "a" * 1_000_000))
    assert statuses(address) in ([], [400], [431])
    assert statuses(ask(port, get("/healthz", "X-A: " + "a" * 8000))) == [200]


def test_trailers_and_extensions_of_chunks_are_bounded(port: int) -> None:
    head = b"POST /api/views HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    for body in (b"1;" + b"a" * 3_000_000, b"1\r\nx\r\n0\r\n" + b"A: b\r\n" * 500_000):
        answer = ask(port, head + body)
        assert not set(statuses(answer)) & {200, 204, 500}, answer[:300]


def test_bodies_are_refused_by_what_they_say_or_by_what_comes(house: House) -> None:
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    cases = {
        (house.web_port, b"/api/views"): 1,
        (house.web_port, b"/api/articles/1/comments"): 4,
        (house.web_port, b"/"): 100,
        (house.ingest_port, b"/desk/dang-nhap"): 300,
        (house.ingest_port, b"/api/articles"): 100,
    }
    for (port, path), chunks in cases.items():
        kind = FORM + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        head = b"POST " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n" + kind
        answer = ask(port, head + chunk * chunks + b"0\r\n\r\n")
        assert all(400 <= status < 500 for status in statuses(answer)), (path, answer[:200])
    for port in (house.web_port, house.ingest_port):
        assert statuses(ask(port, get("/healthz"))) == [200]


def test_methods_that_nobody_needs(port: int) -> None:
    for method in ("TRACE", "TRACK", "PROPFIND", "CONNECT", "DELETE", "PATCH", "BREW"):
        request = get("/api/articles/1").replace(b"GET", method.encode(), 1)
        assert statuses(ask(port, request)) in ([400], [404], [405]), method


TRAVERSAL = (
    "/../../../../etc/passwd",
    "/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/..%5c..%5c..%5cetc%5cpasswd",
    "/....//....//....//etc/passwd",
    "/%252e%252e/%252e%252e/etc/passwd",
    "//etc/passwd",
    "/%00/etc/passwd",
    "/..;/..;/ingest.db",
    "/../ingest.db",
    "/%2e%2e/ingest.db",
    "/..%2fsecret.key",
)


@pytest.mark.parametrize("folder", ["/media", "/static", "/desk/static", ""])
def test_no_file_outside_the_folders_is_sent(port: int, folder: str) -> None:
    for path in TRAVERSAL:
        answer = ask(port, get(folder + path))
        assert not [status for status in statuses(answer) if status in (200, 206, 500)], (path, answer[:200])
        assert b"root:" not in answer and b"SQLite format" not in answer


def test_what_is_not_finished_in_the_media_folder_is_not_sent(house: House) -> None:
    media = house.data_dir / "media"
    secret = media / "aa" / "ngoai.jpg"
    before = os.umask(0o077)  # as the house itself writes: others of its tests look
    try:
        for folder in (".uploads", ".new-x1", "aa/.an"):
            (media / folder).mkdir(parents=True, exist_ok=True)
            (media / folder / "x.part").write_text("not yet")
    finally:
        os.umask(before)
    if not secret.is_symlink():
        secret.symlink_to("/etc/passwd")
    for port in (house.web_port, house.ingest_port):
        for path in (".uploads/x.part", ".new-x1/x.part", "aa/.an/x.part", "aa/../.uploads/x.part", "aa/ngoai.jpg"):
            answer = ask(port, get(f"/media/{path}"))
            assert statuses(answer) == [404] and b"not yet" not in answer, path


def test_another_s_host_is_in_no_answer(house: House) -> None:
    for port, paths in (
        (house.web_port, ("/", "/khong-co/", "/rss.xml", "/sitemap.xml", "/api/most-read", "/media", "/static")),
        (house.ingest_port, ("/desk", "/desk/", "/desk/bai", "/desk/bai/", "/ops", "/media", "/api/articles/")),
    ):
        for path in paths:
            request = get(path, *EVIL, "Accept: text/html").replace(b"127.0.0.1", b"attacker.example", 1)
            answer = ask(port, request)
            assert len(statuses(answer)) == 1 and b"attacker.example" not in answer, (path, answer[:300])


def test_a_forged_address_is_not_believed(house: House) -> None:
    # Comments are limited by address: a new one in a header must not begin the count anew.
    saved = house.push(title="Bài bị dội bình luận")
    house.until_page(saved["url"])
    where = f"{house.web_url}/api/articles/{saved['id']}/comments"
    sent = [
        house.client.post(
            where,
            json={"name": "Bạn đọc", "text": f"Lời số {number}"},
            headers={"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"},
        ).status_code
        for number in range(8)
    ]
    assert 429 in sent, sent


# ---------------------------------------------------------------- slow clients, on a clock of their own


class _Line:
    """A transport that only remembers."""

    def __init__(self) -> None:
        self.closed = False

    def get_extra_info(self, _name: str) -> None:
        return None

    def write(self, _data: bytes) -> None: ...

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A guarded connection whose app never answers, and `.later(seconds)`."""
    import asyncio

    from uvicorn import Config
    from uvicorn.server import ServerState

    async def silent(_scope: Any, _receive: Any, _send: Any) -> None:
        await asyncio.Event().wait()

    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    loop = asyncio.new_event_loop()
    config = Config(silent, log_config=None, lifespan="off")
    made = GuardedHttp(config, ServerState(), {}, loop)
    line = _Line()
    made.connection_made(line)

    class Slow:
        def send(self, data: bytes, after: float = 0.0) -> bool:
            """Whether the connection still stands `after` seconds, when `data` comes."""
            nonlocal now
            now += after
            close_slow([made])
            if not line.closed:
                made.data_received(data)
            return not line.closed

    yield Slow()
    made.connection_lost(None)
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


def test_a_head_that_drips_is_cut_off(connection: Any) -> None:
    drops = [connection.send(bytes([byte]), after=4) for byte in b"GET / HTTP/1.1\r\nHost: x\r\n"]
    assert drops[0] and not drops[-1]
    assert 4 * drops.count(True) <= SLOW_SECONDS + 8


def test_line_ends_alone_are_no_sign_of_life(connection: Any) -> None:
    assert not [connection.send(b"\r\n", after=4) for _ in range(20)][-1]


def test_a_body_that_drips_is_cut_off_and_one_that_flows_is_not(connection: Any) -> None:
    assert connection.send(b"POST /api/media HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
    assert all(connection.send(b"x" * 20_000, after=10) for _ in range(3))
    assert not [connection.send(b"x", after=10) for _ in range(6)][-1]


def test_who_waits_for_us_is_not_cut_off(connection: Any) -> None:
    assert connection.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert connection.send(b"", after=500)
