"""What every test gets: settings of its own, and the counts as the last line."""

import os
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
    ("shared.hints", "counters"),
    ("shared.hints", "_sender"),
)


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test sees the caller's settings, and none writes outside its own folder."""
    for name in list(os.environ):
        if name.startswith("TOASOAN_") or name == "ELASTICSEARCH_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("TOASOAN_DATA_DIR", str(tmp_path / "data"))
    forget_settings()
    yield
    forget_settings()


def forget_settings() -> None:
    """Make the next `get_settings()` read the environment again; open SQL connections are closed."""
    for module, function in _CACHES:
        cached = getattr(sys.modules.get(module), function, None)
        if cached is not None and hasattr(cached, "cache_clear"):
            cached.cache_clear()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line, alone: `N passed, N failed, N skipped`."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    counts = {kind: len(reporter.stats.get(kind, [])) for kind in ("passed", "failed", "error", "skipped")}
    print(f"{counts['passed']} passed, {counts['failed'] + counts['error']} failed, {counts['skipped']} skipped")
