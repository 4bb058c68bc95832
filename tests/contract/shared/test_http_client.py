"""A call outside ends in time and in size, whatever is at the other end."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from shared.http_client import CallFailed, Fault, call

Serve = Callable[[socket.socket, bytes], None]
"""serve(connection, head of the request)"""


@contextmanager
def server(serve: Serve, host: str = "127.0.0.1") -> Iterator[int]:
    """Serves one connection after another in a thread; gives its port."""
    with socket.create_server((host, 0)) as listening:

        def work() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    try:
                        serve(connection, connection.recv(65_536))
                    except OSError:
                        pass  # the caller has left

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def says(text: str) -> Serve:
    return lambda connection, _head: connection.sendall(text.encode())


def drips(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b".")
        time.sleep(0.05)


def test_a_body_that_drips_ends_at_the_deadline() -> None:
    began = time.monotonic()
    with server(drips) as port, pytest.raises(CallFailed) as failed:
        call("GET", f"http://127.0.0.1:{port}/", seconds=0.5)
    assert failed.value.fault is Fault.time
    assert time.monotonic() - began < 1.5


def test_a_dead_first_address_leaves_time_for_the_second() -> None:
    # Its queue is full: whoever connects waits, as for a host that is switched off.
    with socket.create_server(("127.0.0.2", 0), backlog=0) as dead:
        port = dead.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.2", port))
        with socket.create_server(("127.0.0.1", port)) as alive:
            answering = threading.Thread(target=_answer_once, args=(alive,), daemon=True)
            answering.start()
            began = time.monotonic()
            answer = call("GET", f"http://hai.example:{port}/", seconds=2, find=lambda _: ["127.0.0.2", "127.0.0.1"])
            answering.join(10)
        for one in waiting:
            one.close()
    assert answer.body == b"xin chao"
    assert 0.5 < time.monotonic() - began < 2


def _answer_once(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nxin chao")


def test_a_name_that_is_not_found_in_time_is_a_failure() -> None:
    released = threading.Event()

    def slow(_url: str) -> list[str]:
        released.wait(10)
        return ["127.0.0.1"]

    began = time.monotonic()
    with pytest.raises(CallFailed) as failed:
        call("GET", "http://cham.example/", seconds=0.3, find=slow)
    released.set()
    assert failed.value.fault is Fault.connection
    assert time.monotonic() - began < 1.5


def test_a_longer_body_is_refused_or_cut() -> None:
    with server(says("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nxin chao")) as port:
        url = f"http://127.0.0.1:{port}/"
        with pytest.raises(CallFailed) as failed:
            call("GET", url, seconds=5, max_bytes=7)
        assert failed.value.fault is Fault.size
        assert call("GET", url, seconds=5, max_bytes=3, cut=True).body == b"xin"
        assert call("GET", url, seconds=5, max_bytes=8).body == b"xin chao"


def test_redirects_are_answers_unless_asked_for() -> None:
    heads: list[bytes] = []

    def serve(connection: socket.socket, head: bytes) -> None:
        heads.append(head)
        if head.split()[1] == b"/cu":
            connection.sendall(b"HTTP/1.1 303 See Other\r\nLocation: /moi\r\nContent-Length: 0\r\n\r\n")
        else:
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with server(serve) as port:
        url = f"http://127.0.0.1:{port}/cu"
        assert call("POST", url, seconds=5, body=b"x").status == 303
        answer = call("POST", url, seconds=5, body=b"x", redirects=3)
    assert (answer.status, answer.url) == (204, f"http://127.0.0.1:{port}/moi")
    assert heads[-1].startswith(b"GET /moi "), "what was sent is not sent again"


def test_the_proxy_of_the_environment_is_for_those_who_ask_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[bytes] = []

    def serve(connection: socket.socket, head: bytes) -> None:
        heads.append(head)
        refused = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(refused if head.startswith(b"CONNECT") else b"HTTP/1.1 204 No Content\r\n\r\n")

    with server(serve) as port:
        monkeypatch.setenv("http_proxy", f"http://cong:mat%20ma@127.0.0.1:{port}")
        monkeypatch.setenv("https_proxy", f"127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "noi-bo.example")
        assert call("POST", "http://xa.example/hub?a=b", seconds=5, body=b"x", proxied=True).status == 204
        assert heads[0].startswith(b"POST http://xa.example/hub?a=b HTTP/1.1\r\n")
        assert b"\r\nHost: xa.example\r\n" in heads[0]
        assert b"Proxy-Authorization: Basic Y29uZzptYXQgbWE=\r\n" in heads[0]
        with pytest.raises(CallFailed, match="proxy answered 403"):
            call("POST", "https://xa.example/hub", seconds=5, body=b"x", proxied=True)
        assert heads[1].startswith(b"CONNECT xa.example:443 HTTP/1.1\r\n")
        for url, proxied in ((f"http://noi-bo.example:{port}/", True), (f"http://xa.example:{port}/", False)):
            assert call("GET", url, seconds=5, proxied=proxied, find=lambda _: ["127.0.0.1"]).status == 204
            assert heads[-1].startswith(b"GET / ")


@pytest.mark.parametrize(
    "url", ["ftp://bao.example/", "http://", "http://bao.example:x/", "bao.example", "http://[::1/"]
)
def test_what_is_no_address_is_a_failure(url: str) -> None:
    with pytest.raises(CallFailed):
        call("GET", url, seconds=1)
