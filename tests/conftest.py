"""What every test gets: settings of its own, and the counts as the last line."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest_plugins = ["tests.flaky", "tests.servers", "tests.house", "tests.elasticsearch"]

# Function caches that hold on to settings; cleared around each test, where their module is loaded at all.
_CACHES = (
    ("shared.settings", "get_settings"),
    ("shared.database", "engine"),
    ("shared.celery_factory", "publisher"),
    ("shared.redis_client", "redis_client"),
    ("shared.redis_client", "hint_client"),
    ("services.web.clients", "_networks"),
    ("services.web.clients", "_is_trusted"),
    ("services.web.pages.errors", "_in_look"),
    ("services.web.theme.current", "_theme"),
)


# Where a house and its servers listen unless told otherwise: whoever listens there now was not started by a test.
_ELSEWHERE = {8000, 8001, 5432, 5672, 6379, 9090, 9093, 9200}


def _stay_at_home(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: no test reaches a server that it did not start."""
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][1] in _ELSEWHERE:
        raise PermissionError(f"{arguments[1]} is no server of this test")


sys.addaudithook(_stay_at_home)


@pytest.fixture(scope="session")
def nobodys_ports() -> Iterator[tuple[int, int]]:
    """Two ports on which nobody listens, nor can begin to."""
    with socket.socket() as first, socket.socket() as second:
        for taken in (first, second):
            taken.bind(("127.0.0.1", 0))
        yield first.getsockname()[1], second.getsockname()[1]


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nobodys_ports: tuple[int, int]) -> Iterator[None]:
    """No test sees the caller's settings, reaches the caller's house, or writes outside its own folder."""
    for name in list(os.environ):
        if name.startswith("TOASOAN_") or name == "ELASTICSEARCH_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("TOASOAN_DATA_DIR", str(tmp_path / "data"))
    for name, port in zip(("WEB", "INGEST"), nobodys_ports, strict=True):
        monkeypatch.setenv(f"TOASOAN_{name}_PORT", str(port))
    forget_settings()
    yield
    forget_settings()


def forget_settings() -> None:
    """Make the next `get_settings()` read the environment again; open SQL connections are closed."""
    for module, function in _CACHES:
        cached = getattr(sys.modules.get(module), function, None)
        if cached is not None and hasattr(cached, "cache_clear"):
            cached.cache_clear()
    if telemetry := sys.modules.get("shared.telemetry"):
        # Else it writes as the process was told to at its first line, whoever listens now.
        vars(telemetry.log).pop("bind", None)


def pytest_xdist_auto_num_workers() -> int:
    """How many run beside each other: tests wait more than they work, and each may keep a house and an engine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(2 * len(os.sched_getaffinity(0)), memory // 2_500_000_000, 8))


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line, alone: `N passed, N failed, N skipped`."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    counts = {kind: len(reporter.stats.get(kind, [])) for kind in ("passed", "failed", "error", "skipped")}
    print(f"{counts['passed']} passed, {counts['failed'] + counts['error']} failed, {counts['skipped']} skipped")
