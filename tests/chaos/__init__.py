"""Faults on purpose: a whole house is harmed while a newsroom pushes and readers read.

At the end nothing that was acknowledged may be missing, old, or there twice. `make chaos` runs everything at length;
`make test` a short form of it.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.newsroom import Newsroom

PUSHES = int(os.environ.get("TOASOAN_CHAOS_PUSHES") or 40)
"""Stories that a test pushes while it does harm; read at import, because tests do not see the caller's settings."""
LONG = PUSHES >= 200


@dataclass
class Row:
    """A line of the table: what was done, and what became of it."""

    fault: str
    recovery_s: float
    stories: int
    lost: int
    doubled: int
    note: str = ""


table: list[Row] = []


@dataclass
class Stopwatch:
    """Seconds that a `with since()` block took."""

    seconds: float = 0.0


@contextmanager
def since() -> Iterator[Stopwatch]:
    watch, began = Stopwatch(), time.monotonic()
    yield watch
    watch.seconds = time.monotonic() - began


def note(fault: str, recovery_s: float, newsroom: Newsroom, told: str = "") -> None:
    """Look at everything, write the table's line, and fail if anything is lost or doubled."""
    lost, doubled = newsroom.lost(), newsroom.doubled()
    table.append(Row(fault, recovery_s, len(newsroom.stories), len(lost), len(doubled), told))
    assert not lost
    assert not doubled
