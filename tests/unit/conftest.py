"""Unit tests touch no server: whoever needs one stands in tests/contract."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

_running = threading.Event()


def _alone(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook. (Other threads are those of contract tests that ran before in this process.)"""
    if event not in ("socket.connect", "socket.bind") or not _running.is_set():
        return
    address = arguments[1]
    # What is asked for there and is not is away: no server.
    is_nobodys = event == "socket.connect" and isinstance(address, str) and not Path(address).exists()
    if threading.current_thread() is threading.main_thread() and not is_nobodys:
        pytest.fail("a unit test touches a server: its place is tests/contract")


sys.addaudithook(_alone)


@pytest.fixture(autouse=True)
def no_server() -> Iterator[None]:
    _running.set()
    yield
    _running.clear()


@pytest.fixture(scope="session")
def postgres_server() -> None:
    """What libpq does no hook hears."""
    pytest.fail("a unit test asks for PostgreSQL: its place is tests/contract")
