"""Unit tests touch no server: whoever needs one stands in tests/contract."""

import sys
import threading
from collections.abc import Iterator

import pytest

_running = threading.Event()


def _alone(event: str, _arguments: tuple[object, ...]) -> None:
    """An audit hook. (Other threads are those of contract tests that ran before in this process.)"""
    if (
        event in ("socket.connect", "socket.bind")
        and _running.is_set()
        and threading.current_thread() is threading.main_thread()
    ):
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
