"""Requests as bytes, for what no honest client sends."""

import socket


def ask(port: int, request: bytes, deadline_s: float = 20.0) -> bytes:
    """What comes back until the other side closes, or falls silent for `deadline_s`."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=deadline_s) as line:
        try:
            line.sendall(request)
            while piece := line.recv(65_536):
                answer += piece
        except OSError:
            # Closed in the middle of our sending: what had come counts.
            pass
    return answer


def statuses(answer: bytes) -> list[int]:
    """The status of every answer on the line, in order."""
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]


def get(path: str, *headers: str) -> bytes:
    """A GET, the last on its line."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode()
