"""The short day runs only when somebody asks for a length."""

import os

import pytest

_ASKED = bool(os.environ.get("TOASOAN_SOAK_MINUTES"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is marked `soak` runs with TOASOAN_SOAK_MINUTES only."""
    left_out = [] if _ASKED else [item for item in items if item.get_closest_marker("soak")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
