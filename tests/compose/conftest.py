"""One engine, its images and one house in containers for all tests here, and what each command took at the end."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose import ASKED, table
from tests.compose.engine import Engine, NoEngine, an_engine
from tests.compose.engine import images as see_that_images_are_here
from tests.compose.house import ComposeHouse

_HERE = Path(__file__).parent
# The first test waits for the images too.
_TIMEOUT_S = 3600
_NOTHING = "NOTHING OF docker-compose.yml WAS TRIED: {}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is marked `compose` runs in `make compose-test` only."""
    ours = [item for item in items if item.path.is_relative_to(_HERE)]
    for item in ours:
        item.add_marker(pytest.mark.timeout(_TIMEOUT_S))
        item.add_marker(pytest.mark.compose)
    if ours and not ASKED:
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in ours]


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Skips where none can be had."""
    try:
        with an_engine() as found:
            yield found
    except NoEngine as why:
        pytest.skip(_NOTHING.format(why))


@pytest.fixture(scope="session")
def images(engine: Engine) -> list[Path]:
    """The overlays for what this machine cannot give. Skips where images cannot be had."""
    try:
        return see_that_images_are_here(engine)
    except NoEngine as why:
        pytest.skip(_NOTHING.format(why))


@pytest.fixture(scope="session")
def house(engine: Engine, images: list[Path]) -> Iterator[ComposeHouse]:
    """A house that was started as the page says, with its first account and key."""
    made = ComposeHouse(engine, Path(tempfile.mkdtemp(prefix="toasoan-compose-")), images)
    try:
        made.start()
        yield made
    finally:
        made.end()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not table:
        return
    terminalreporter.section("compose")
    for command, seconds in table:
        terminalreporter.write_line(f"{seconds:>7.1f} s  {command}")
