"""One house for all faults, and the table at the end."""

from collections.abc import Iterator

import pytest

from tests.chaos import LONG, table
from tests.house import House
from tests.newsroom import PATIENCE_S, Newsroom


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is marked `chaos` runs at length only."""
    left_out = [] if LONG else [item for item in items if item.get_closest_marker("chaos")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def _chaos_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("chaos"))
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def newsroom(_chaos_house: House) -> Newsroom:
    """A newsroom of the test's own, at a house that is well."""
    _chaos_house.wait_ready(PATIENCE_S)
    return Newsroom(_chaos_house)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not table:
        return
    terminalreporter.section("chaos")
    terminalreporter.write_line(f"{'FAULT':<44} {'RECOVERY':>9} {'STORIES':>8} {'LOST':>5} {'DOUBLED':>8}")
    for row in table:
        terminalreporter.write_line(
            f"{row.fault:<44} {row.recovery_s:>7.1f} s {row.stories:>8} {row.lost:>5} {row.doubled:>8}  {row.note}"
        )
